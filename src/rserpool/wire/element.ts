import { ByteReader, type ByteWriter } from '../../base/bytes.ts';
import { TLV_HEADER_BYTES, type Tlv } from '../../base/tlv.ts';
import { type Dialect, lifeFromWire, lifeToWire } from './dialect.ts';
import { invalidValues, PARAMETER_TYPE, ParameterReader, type Reading, writeParameter } from './parameter.ts';
import { type PolicyParameter, policyBytes, readPolicy, writePolicy } from './policy.ts';
import {
  readSctpTransport,
  readTransport,
  type SctpTransport,
  TRANSPORT_TYPES,
  type TransportParameter,
  transportBytes,
  writeTransport,
} from './transport.ts';
import { readUdpPorts, writeUdpPorts } from './udp-ports.ts';

/** Pool Element parameter: one member of a pool. RFC 5354 §3.10. */
export interface PoolElementParameter {
  /** PE Identifier, 32 bits. */
  readonly identifier: number;
  /** Home ENRP Server Identifier; 0 while there is none. */
  readonly homeRegistrarIdentifier: number;
  /** Registration Life in seconds, whole ones but for what rsplib sends in milliseconds; -1 never expires. */
  readonly registrationLifeS: number;
  readonly userTransport: TransportParameter;
  readonly policy: PolicyParameter;
  /** Where the element takes ASAP messages. Absent in what elements and users see, present between registrars. */
  readonly asapTransport?: SctpTransport | undefined;
  /**
   * UDP encapsulation ports (RFC 6951) where they are not 9899, in a private parameter (0x8f09) that others skip.
   * `user` belongs to `userTransport`, `asap` to `asapTransport`.
   */
  readonly udpPorts?: { readonly user?: number | undefined; readonly asap?: number | undefined } | undefined;
  /**
   * Who has registered it and nobody else may change it, as its secured home registrar has found out (RFC 5355 §2.3), in a
   * private parameter (0x8f0a) that others skip. Means something between secured registrars only.
   */
  readonly owner?: string | undefined;
}

/** The longest text of an owner, bytes. */
export const MAX_OWNER_BYTES = 512;

const FIXED_BYTES = 12;

/** Who talks: between registrars the ASAP transport is always there, elsewhere it may be left out. RFC 5352 §3.1. */
export type ElementScope = 'asap' | 'enrp';

/** Reads a Pool Element parameter. */
export function readPoolElement(reading: Reading, tlv: Tlv, scope: ElementScope): PoolElementParameter {
  if (tlv.value.length < FIXED_BYTES) throw invalidValues(reading, tlv, 'pool element too short');
  const r = new ByteReader(tlv.value, tlv.offset);
  const identifier = r.u32();
  reading.context.peIdentifier = identifier;
  const homeRegistrarIdentifier = r.u32();
  const registrationLifeS = lifeFromWire(r.u32(), reading.dialect);
  const nested = new ParameterReader(reading, r.rest(), tlv.offset + TLV_HEADER_BYTES + FIXED_BYTES, tlv);
  // The first transport is the user's; one after the policy is ASAP's: position decides (RFC 5354 §3.10).
  const userTransport = readTransport(reading, nested.take(...TRANSPORT_TYPES));
  const policy = readPolicy(reading, nested.take(PARAMETER_TYPE.policy));
  let asapTransport: SctpTransport | undefined;
  let udpPorts: PoolElementParameter['udpPorts'];
  let owner: string | undefined;
  for (let more = nested.next(); more !== undefined; more = nested.next()) {
    if (more.type === PARAMETER_TYPE.udpPorts) udpPorts ??= readElementPorts(more);
    else if (more.type === PARAMETER_TYPE.elementOwner) owner ??= readOwner(more);
    else if (asapTransport === undefined && TRANSPORT_TYPES.includes(more.type)) {
      if (more.type !== PARAMETER_TYPE.sctpTransport) throw invalidValues(reading, more, 'ASAP transport is not SCTP');
      asapTransport = readSctpTransport(reading, more);
    }
  }
  if (scope === 'enrp' && asapTransport === undefined) throw invalidValues(reading, tlv, 'no ASAP transport');
  return {
    identifier,
    homeRegistrarIdentifier,
    registrationLifeS,
    userTransport,
    policy,
    ...(asapTransport && { asapTransport }),
    ...(udpPorts && { udpPorts }),
    ...(owner !== undefined && { owner }),
  };
}

/** One that nobody could have written belongs to nobody. */
function readOwner({ value }: Tlv): string | undefined {
  return value.length > 0 && value.length <= MAX_OWNER_BYTES ? new TextDecoder().decode(value) : undefined;
}

function readElementPorts(tlv: Tlv): PoolElementParameter['udpPorts'] {
  const [user, asap] = readUdpPorts(tlv);
  if (user === undefined && asap === undefined) return undefined;
  return { ...(user !== undefined && { user }), ...(asap !== undefined && { asap }) };
}

/**
 * Writes a Pool Element parameter.
 *
 * @throws RangeError if a transport is impossible, or if the ASAP transport is missing between registrars
 */
export function writePoolElement(
  w: ByteWriter,
  element: PoolElementParameter,
  scope: ElementScope,
  dialect: Dialect = 'rfc',
): void {
  const { asapTransport, udpPorts, owner } = element;
  if (scope === 'enrp' && asapTransport === undefined) throw new RangeError('pool element without ASAP transport');
  writeParameter(w, PARAMETER_TYPE.poolElement, () => {
    w.u32(element.identifier);
    w.u32(element.homeRegistrarIdentifier);
    w.u32(lifeToWire(element.registrationLifeS, dialect));
    writeTransport(w, element.userTransport, { dialect });
    writePolicy(w, element.policy);
    if (asapTransport !== undefined) writeTransport(w, asapTransport);
    writeUdpPorts(w, udpPorts?.user, udpPorts?.asap);
    if (owner !== undefined) {
      writeParameter(w, PARAMETER_TYPE.elementOwner, () => w.bytes(new TextEncoder().encode(owner)));
    }
  });
}

/** Bytes that the parameter takes in a message, padding included, for those who fill messages up to a limit. */
export function poolElementBytes({
  userTransport,
  policy,
  asapTransport,
  udpPorts,
  owner,
}: PoolElementParameter): number {
  let bytes = TLV_HEADER_BYTES + FIXED_BYTES + transportBytes(userTransport) + policyBytes(policy);
  if (asapTransport !== undefined) bytes += transportBytes(asapTransport);
  if (udpPorts?.user || udpPorts?.asap) bytes += TLV_HEADER_BYTES + 4;
  if (owner !== undefined) bytes += (TLV_HEADER_BYTES + new TextEncoder().encode(owner).length + 3) & ~3;
  return bytes;
}
