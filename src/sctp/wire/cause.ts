import type { IpAddress } from '../../base/address.ts';
import { assert } from '../../base/assert.ts';
import { WireError } from '../../base/errors.ts';
import { type Tsn, tsn } from '../../base/serial.ts';
import { TLV_HEADER_BYTES, type Tlv, walkTlvs } from '../../base/tlv.ts';
import { lengthOfTlvs, padded, readU16, readU32, writeU16, writeU32 } from './fields.ts';
import { type Parameter, parametersLength, readParameters, writeParameters } from './parameter.ts';

/** Error causes of RFC 9260 §3.3.10, in ERROR and ABORT chunks. Longer causes carry views into the packet. */
export type ErrorCause =
  | { readonly kind: 'invalid-stream-identifier'; readonly streamId: number }
  | { readonly kind: 'missing-mandatory-parameter'; readonly types: readonly number[] }
  /** How long the cookie had been expired, in microseconds; 0 if the sender does not tell. */
  | { readonly kind: 'stale-cookie'; readonly stalenessUs: number }
  | { readonly kind: 'out-of-resource' }
  | { readonly kind: 'unresolvable-address'; readonly address: Uint8Array }
  | { readonly kind: 'unrecognized-chunk-type'; readonly chunk: Uint8Array }
  | { readonly kind: 'invalid-mandatory-parameter' }
  /** The unrecognized parameters, one TLV after the other. */
  | { readonly kind: 'unrecognized-parameters'; readonly parameters: Uint8Array }
  | { readonly kind: 'no-user-data'; readonly tsn: Tsn }
  | { readonly kind: 'cookie-received-while-shutting-down' }
  | { readonly kind: 'restart-with-new-addresses'; readonly addresses: readonly IpAddress[] }
  | { readonly kind: 'user-initiated-abort'; readonly reason: Uint8Array }
  | { readonly kind: 'protocol-violation'; readonly information: Uint8Array }
  | { readonly kind: 'unknown'; readonly code: number; readonly information: Uint8Array };

/** Cause codes of RFC 9260 §3.3.10, by the kinds of {@link ErrorCause}. */
export const CAUSE_CODE = {
  'invalid-stream-identifier': 1,
  'missing-mandatory-parameter': 2,
  'stale-cookie': 3,
  'out-of-resource': 4,
  'unresolvable-address': 5,
  'unrecognized-chunk-type': 6,
  'invalid-mandatory-parameter': 7,
  'unrecognized-parameters': 8,
  'no-user-data': 9,
  'cookie-received-while-shutting-down': 10,
  'restart-with-new-addresses': 11,
  'user-initiated-abort': 12,
  'protocol-violation': 13,
} as const;

/**
 * Reads causes up to the end. Bytes behind the fields of a cause are ignored: some stacks put text there.
 *
 * @param base offset of `bytes` in the whole packet, for errors
 * @throws WireError for a malformed cause
 */
export function readCauses(bytes: Uint8Array, base = 0): ErrorCause[] {
  const causes: ErrorCause[] = [];
  for (const tlv of walkTlvs(bytes, base)) causes.push(readCause(tlv));
  return causes;
}

/** Bytes that a cause takes with its padding. */
export function causeSize(cause: ErrorCause): number {
  return padded(causeLength(cause));
}

/** Bytes that a list of causes takes: each is padded but the last. */
export function causesLength(causes: readonly ErrorCause[]): number {
  return lengthOfTlvs(causes, causeLength);
}

/** Writes causes one after the other into zeroed bytes that have room for {@link causesLength}. */
export function writeCauses(causes: readonly ErrorCause[], bytes: Uint8Array, at: number): void {
  let next = at;
  for (const cause of causes) {
    const length = causeLength(cause);
    assert(length <= 0xffff, `cause of ${length} bytes`);
    writeU16(bytes, next, cause.kind === 'unknown' ? cause.code : CAUSE_CODE[cause.kind]);
    writeU16(bytes, next + 2, length);
    writeInformation(cause, bytes, next + TLV_HEADER_BYTES);
    next += padded(length);
  }
}

/** A cause's length field: code, length and information, without padding. */
function causeLength(cause: ErrorCause): number {
  switch (cause.kind) {
    case 'out-of-resource':
    case 'invalid-mandatory-parameter':
    case 'cookie-received-while-shutting-down':
      return TLV_HEADER_BYTES;
    case 'invalid-stream-identifier':
    case 'stale-cookie':
    case 'no-user-data':
      return TLV_HEADER_BYTES + 4;
    case 'missing-mandatory-parameter':
      return TLV_HEADER_BYTES + 4 + 2 * cause.types.length;
    case 'restart-with-new-addresses':
      return TLV_HEADER_BYTES + parametersLength(cause.addresses.map(addressParameter));
    default:
      return TLV_HEADER_BYTES + opaqueInformation(cause).length;
  }
}

function writeInformation(cause: ErrorCause, bytes: Uint8Array, at: number): void {
  switch (cause.kind) {
    case 'out-of-resource':
    case 'invalid-mandatory-parameter':
    case 'cookie-received-while-shutting-down':
      return;
    case 'invalid-stream-identifier':
      writeU16(bytes, at, cause.streamId);
      return;
    case 'stale-cookie':
      writeU32(bytes, at, cause.stalenessUs);
      return;
    case 'no-user-data':
      writeU32(bytes, at, cause.tsn);
      return;
    case 'missing-mandatory-parameter':
      writeU32(bytes, at, cause.types.length);
      for (const [i, type] of cause.types.entries()) writeU16(bytes, at + 4 + 2 * i, type);
      return;
    case 'restart-with-new-addresses':
      writeParameters(cause.addresses.map(addressParameter), bytes, at);
      return;
    default:
      bytes.set(opaqueInformation(cause), at);
  }
}

type OpaqueCause = Extract<
  ErrorCause,
  | { readonly address: Uint8Array }
  | { readonly chunk: Uint8Array }
  | { readonly parameters: Uint8Array }
  | { readonly reason: Uint8Array }
  | { readonly information: Uint8Array }
>;

function opaqueInformation(cause: OpaqueCause): Uint8Array {
  switch (cause.kind) {
    case 'unresolvable-address':
      return cause.address;
    case 'unrecognized-chunk-type':
      return cause.chunk;
    case 'unrecognized-parameters':
      return cause.parameters;
    case 'user-initiated-abort':
      return cause.reason;
    case 'protocol-violation':
    case 'unknown':
      return cause.information;
  }
}

function readCause({ type: code, value, offset }: Tlv): ErrorCause {
  switch (code) {
    case CAUSE_CODE['invalid-stream-identifier']:
      requireValue(value, 4, offset);
      return { kind: 'invalid-stream-identifier', streamId: readU16(value, 0) };
    case CAUSE_CODE['missing-mandatory-parameter']:
      return { kind: 'missing-mandatory-parameter', types: readMissingTypes(value, offset) };
    case CAUSE_CODE['stale-cookie']:
      requireValue(value, 4, offset);
      return { kind: 'stale-cookie', stalenessUs: readU32(value, 0) };
    case CAUSE_CODE['out-of-resource']:
      return { kind: 'out-of-resource' };
    case CAUSE_CODE['unresolvable-address']:
      return { kind: 'unresolvable-address', address: value };
    case CAUSE_CODE['unrecognized-chunk-type']:
      return { kind: 'unrecognized-chunk-type', chunk: value };
    case CAUSE_CODE['invalid-mandatory-parameter']:
      return { kind: 'invalid-mandatory-parameter' };
    case CAUSE_CODE['unrecognized-parameters']:
      return { kind: 'unrecognized-parameters', parameters: value };
    case CAUSE_CODE['no-user-data']:
      requireValue(value, 4, offset);
      return { kind: 'no-user-data', tsn: tsn(readU32(value, 0)) };
    case CAUSE_CODE['cookie-received-while-shutting-down']:
      return { kind: 'cookie-received-while-shutting-down' };
    case CAUSE_CODE['restart-with-new-addresses']:
      return { kind: 'restart-with-new-addresses', addresses: readAddresses(value, offset) };
    case CAUSE_CODE['user-initiated-abort']:
      return { kind: 'user-initiated-abort', reason: value };
    case CAUSE_CODE['protocol-violation']:
      return { kind: 'protocol-violation', information: value };
    default:
      return { kind: 'unknown', code, information: value };
  }
}

function readMissingTypes(value: Uint8Array, offset: number): number[] {
  requireValue(value, 4, offset);
  // Compare before allocating: the count is the peer's claim.
  const count = readU32(value, 0);
  requireValue(value, 4 + 2 * count, offset);
  const types: number[] = [];
  for (let i = 0; i < count; i++) types.push(readU16(value, 4 + 2 * i));
  return types;
}

function readAddresses(value: Uint8Array, offset: number): IpAddress[] {
  const addresses: IpAddress[] = [];
  for (const parameter of readParameters(value, offset + TLV_HEADER_BYTES)) {
    if (parameter.kind === 'ip-address') addresses.push(parameter.address);
  }
  return addresses;
}

function addressParameter(address: IpAddress): Parameter {
  return { kind: 'ip-address', address };
}

function requireValue(value: Uint8Array, atLeast: number, offset: number): void {
  if (value.length < atLeast) {
    throw new WireError('bad-length', offset + 2, `cause with ${value.length} bytes of information, needs ${atLeast}`);
  }
}
