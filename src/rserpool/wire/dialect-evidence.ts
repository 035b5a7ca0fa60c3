import { WireError } from '../../base/errors.ts';
import { TLV_HEADER_BYTES, type Tlv, TlvReader } from '../../base/tlv.ts';
import type { AsapMessage } from './asap.ts';
import { asapFixedBytes } from './asap-codec.ts';
import type { ErrorCause } from './cause.ts';
import type { Dialect } from './dialect.ts';
import type { PoolElementParameter } from './element.ts';
import { ENRP_MESSAGE_TYPE, type EnrpMessage } from './enrp.ts';
import { enrpFixedBytes } from './enrp-codec.ts';
import { PARAMETER_TYPE } from './parameter.ts';
import { rsplibCauseText } from './rsplib-cause.ts';

/** A Registration Life from this number on is one in milliseconds, unless our own parameter says otherwise. */
export const LIFE_IN_MILLISECONDS = 10_000;

/**
 * What an ASAP message tells about who wrote it.
 *
 * @param message as decoded in the RFC's dialect
 * @param bytes what it was decoded from
 * @returns `rfc` for one of our own messages, `rsplib` if only rsplib writes so, else `undefined`
 */
export function asapEvidence(message: AsapMessage, bytes: Uint8Array): Dialect | undefined {
  switch (message.kind) {
    case 'unknown':
      return undefined;
    case 'registration':
      return elementEvidence(message.element) ?? paddingEvidence(bytes, asapFixedBytes(bytes[0]!), message.element);
    case 'handle-resolution':
      if (message.isOurs) return 'rfc';
      if (message.itemCount !== undefined) return 'rsplib';
      break;
    case 'handle-resolution-response':
      if (message.elements.some((element) => elementEvidence(element) === 'rsplib')) return 'rsplib';
      if (hasRsplibCause(message.causes)) return 'rsplib';
      // An element is the last parameter, and has no padding.
      if (message.elements.length > 0 && message.causes.length === 0) return undefined;
      break;
    case 'endpoint-keep-alive':
      if (message.peIdentifier !== undefined) return 'rsplib';
      break;
    case 'registration-response':
    case 'deregistration-response':
    case 'error':
      if (hasRsplibCause(message.causes)) return 'rsplib';
      break;
    default:
  }
  return paddingEvidence(bytes, asapFixedBytes(bytes[0]!));
}

/** {@link asapEvidence} of an ENRP message. */
export function enrpEvidence(message: EnrpMessage, bytes: Uint8Array): Dialect | undefined {
  switch (message.kind) {
    case 'unknown':
      return undefined;
    case 'presence':
      if (message.information?.identifier === message.senderId && message.information.udpPort !== undefined)
        return 'rfc';
      break;
    case 'handle-update':
      // A flag that the RFC does not have: a takeover is suggested.
      if ((bytes[1]! & 1) !== 0 || elementEvidence(message.element) === 'rsplib') return 'rsplib';
      return paddingEvidence(bytes, enrpFixedBytes(ENRP_MESSAGE_TYPE['handle-update']), message.element);
    case 'handle-table-response':
      if (message.pools.some(({ elements }) => elements.some((e) => elementEvidence(e) === 'rsplib'))) return 'rsplib';
      break;
    case 'error':
      if (hasRsplibCause(message.causes)) return 'rsplib';
      break;
    default:
  }
  return paddingEvidence(bytes, enrpFixedBytes(bytes[0]!));
}

function elementEvidence({ registrationLifeS, udpPorts }: PoolElementParameter): Dialect | undefined {
  if (udpPorts !== undefined) return 'rfc';
  return registrationLifeS >= LIFE_IN_MILLISECONDS ? 'rsplib' : undefined;
}

function hasRsplibCause(causes: readonly ErrorCause[]): boolean {
  return causes.some((cause) => cause.kind === 'unknown' && rsplibCauseText(cause.code) !== undefined);
}

/** Parameters of any length with which rsplib's messages end. */
const PADDED_LAST: ReadonlySet<number> = new Set([
  PARAMETER_TYPE.poolHandle,
  PARAMETER_TYPE.cookie,
  PARAMETER_TYPE.operationError,
]);

/**
 * Message Length counts the padding of the last parameter. Others may read RFC 5354 §4 so as well: it does not count
 * beside a life that can only be one in seconds.
 */
function paddingEvidence(bytes: Uint8Array, fixedBytes: number, element?: PoolElementParameter): Dialect | undefined {
  if (element !== undefined && element.registrationLifeS > 0) return undefined;
  const length = (bytes[2]! << 8) | bytes[3]!;
  const start = 4 + fixedBytes;
  let last: Tlv | undefined;
  try {
    const reader = new TlvReader(bytes.subarray(start, length), start);
    for (let tlv = reader.next(); tlv !== undefined; tlv = reader.next()) last = tlv;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return undefined;
  }
  if (last === undefined || !PADDED_LAST.has(last.type)) return undefined;
  return last.offset + TLV_HEADER_BYTES + last.value.length < length ? 'rsplib' : undefined;
}
