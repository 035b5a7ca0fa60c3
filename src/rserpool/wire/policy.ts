import { ByteReader, type ByteWriter } from '../../base/bytes.ts';
import { TLV_HEADER_BYTES, type Tlv } from '../../base/tlv.ts';
import { invalidValues, PARAMETER_TYPE, type Reading, writeParameter } from './parameter.ts';

/** Pool Member Selection Policy parameter (RFC 5354 §3.8) with the policies of RFC 5356. All numbers are 32 bits, unsigned. */
export type PolicyParameter =
  | { readonly kind: 'round-robin' }
  | { readonly kind: 'weighted-round-robin'; readonly weight: number }
  | { readonly kind: 'random' }
  | { readonly kind: 'weighted-random'; readonly weight: number }
  /** A larger number is a higher priority. */
  | { readonly kind: 'priority'; readonly priority: number }
  /** Load: 0 is idle, 0xffffffff is fully used. RFC 5356 §3.1. */
  | { readonly kind: 'least-used'; readonly load: number }
  | { readonly kind: 'least-used-with-degradation'; readonly load: number; readonly degradation: number }
  | { readonly kind: 'priority-least-used'; readonly load: number; readonly degradation: number }
  | { readonly kind: 'randomized-least-used'; readonly load: number }
  | PrivatePolicy
  /** A policy type not known here, with its data as it stood on the wire. */
  | { readonly kind: 'unknown'; readonly type: number; readonly data: Uint8Array };

/**
 * Policies of rsplib's private types. DPF is the delay penalty factor, 0xffffffff being 100 %: how much an element is
 * worse for each millisecond of `distanceMs`, which its home registrar measures. Load is as in RFC 5356 §3.1.
 */
export type PrivatePolicy =
  | {
      readonly kind:
        | 'randomized-priority-least-used'
        | 'randomized-least-used-with-degradation'
        | 'priority-least-used-with-degradation'
        | 'randomized-priority-least-used-with-degradation';
      readonly load: number;
      readonly degradation: number;
    }
  | {
      readonly kind: 'weighted-random-with-delay-penalty';
      readonly weight: number;
      readonly weightDpf: number;
      readonly distanceMs: number;
    }
  | {
      readonly kind: 'least-used-with-delay-penalty';
      readonly load: number;
      readonly loadDpf: number;
      readonly distanceMs: number;
    }
  | {
      readonly kind: 'least-used-with-degradation-and-delay-penalty';
      readonly load: number;
      readonly degradation: number;
      readonly loadDpf: number;
      readonly distanceMs: number;
    };

/** Policy types: RFC 5356 §7.1, and rsplib's private ones, whose two high bits are 10. */
export const POLICY_TYPE = {
  'round-robin': 0x00000001,
  'weighted-round-robin': 0x00000002,
  random: 0x00000003,
  'weighted-random': 0x00000004,
  priority: 0x00000005,
  'least-used': 0x40000001,
  'least-used-with-degradation': 0x40000002,
  'priority-least-used': 0x40000003,
  'randomized-least-used': 0x40000004,
  'randomized-priority-least-used': 0xb0001001,
  'randomized-least-used-with-degradation': 0xb0001002,
  'priority-least-used-with-degradation': 0xb0001003,
  'randomized-priority-least-used-with-degradation': 0xb0001004,
  'weighted-random-with-delay-penalty': 0xb0002001,
  'least-used-with-delay-penalty': 0xb0002002,
  'least-used-with-degradation-and-delay-penalty': 0xb0002003,
} as const;

/** The 32-bit policy type of a policy. */
export function policyTypeOf(policy: PolicyParameter): number {
  return policy.kind === 'unknown' ? policy.type : POLICY_TYPE[policy.kind];
}

type KnownPolicy = Exclude<PolicyParameter, { readonly kind: 'unknown' }>;
export type PolicyField = 'weight' | 'priority' | 'load' | 'degradation' | 'weightDpf' | 'loadDpf' | 'distanceMs';

/** The 32-bit fields that follow the policy type, in wire order. RFC 5356 §4, §5. */
export const POLICY_FIELDS: { readonly [Kind in KnownPolicy['kind']]: readonly PolicyField[] } = {
  'round-robin': [],
  'weighted-round-robin': ['weight'],
  random: [],
  'weighted-random': ['weight'],
  priority: ['priority'],
  'least-used': ['load'],
  'least-used-with-degradation': ['load', 'degradation'],
  'priority-least-used': ['load', 'degradation'],
  'randomized-least-used': ['load'],
  'randomized-priority-least-used': ['load', 'degradation'],
  'randomized-least-used-with-degradation': ['load', 'degradation'],
  'priority-least-used-with-degradation': ['load', 'degradation'],
  'randomized-priority-least-used-with-degradation': ['load', 'degradation'],
  'weighted-random-with-delay-penalty': ['weight', 'weightDpf', 'distanceMs'],
  'least-used-with-delay-penalty': ['load', 'loadDpf', 'distanceMs'],
  'least-used-with-degradation-and-delay-penalty': ['load', 'degradation', 'loadDpf', 'distanceMs'],
};

const KIND_OF_TYPE: ReadonlyMap<number, KnownPolicy['kind']> = new Map(
  Object.entries(POLICY_TYPE).map(([kind, type]) => [type, kind as KnownPolicy['kind']]),
);

/**
 * The policy of a whole pool as a HANDLE_RESOLUTION_RESPONSE carries it: only the type counts, so its numbers are zero.
 */
export function overallPolicyOf(policy: PolicyParameter): PolicyParameter {
  return policy.kind === 'unknown'
    ? { ...policy, data: new Uint8Array(policy.data.length) }
    : make(policy.kind, () => 0);
}

/**
 * Reads a policy parameter.
 *
 * @param overall it describes a whole pool (RFC 5352 §2.2.6): only the type counts, the numbers may be missing
 */
export function readPolicy(reading: Reading, tlv: Tlv, overall = false): PolicyParameter {
  const { value } = tlv;
  if (value.length < 4) throw invalidValues(reading, tlv, 'policy too short');
  const r = new ByteReader(value, tlv.offset);
  const type = r.u32();
  const kind = KIND_OF_TYPE.get(type);
  if (kind === undefined) return { kind: 'unknown', type, data: r.rest().slice() };
  const isSound = value.length === 4 + 4 * POLICY_FIELDS[kind].length;
  if (!isSound && !overall) throw invalidValues(reading, tlv, `policy ${kind} with ${value.length} bytes`);
  return make(kind, () => (isSound ? r.u32() : 0));
}

/** Bytes that {@link writePolicy} writes, padding included. */
export function policyBytes(policy: PolicyParameter): number {
  const data = policy.kind === 'unknown' ? (policy.data.length + 3) & ~3 : 4 * POLICY_FIELDS[policy.kind].length;
  return TLV_HEADER_BYTES + 4 + data;
}

/** Writes a policy parameter. */
export function writePolicy(w: ByteWriter, policy: PolicyParameter): void {
  writeParameter(w, PARAMETER_TYPE.policy, () => {
    w.u32(policyTypeOf(policy));
    if (policy.kind === 'unknown') w.bytes(policy.data);
    else
      for (const field of POLICY_FIELDS[policy.kind])
        w.u32((policy as { readonly [F in PolicyField]?: number })[field]!);
  });
}

function make(kind: KnownPolicy['kind'], numberFor: (field: PolicyField) => number): PolicyParameter {
  const policy: { kind: string; [field: string]: string | number } = { kind };
  for (const field of POLICY_FIELDS[kind]) policy[field] = numberFor(field);
  return policy as unknown as KnownPolicy;
}
