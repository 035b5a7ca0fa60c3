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
  /** A policy type not known here, with its data as it stood on the wire. */
  | { readonly kind: 'unknown'; readonly type: number; readonly data: Uint8Array };

/** Policy types. RFC 5356 §7.1. */
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
} as const;

/** The 32-bit policy type of a policy. */
export function policyTypeOf(policy: PolicyParameter): number {
  return policy.kind === 'unknown' ? policy.type : POLICY_TYPE[policy.kind];
}
