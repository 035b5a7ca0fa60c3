import { canonicalIp, formatIp, type IpAddress, parseIp } from '../../base/address.ts';
import { assert } from '../../base/assert.ts';
import { WireError } from '../../base/errors.ts';
import { TLV_HEADER_BYTES, type Tlv, TlvReader, unknownParameterAction } from '../../base/tlv.ts';
import { lengthOfTlvs, padded, readU16, readU32, writeU16, writeU32 } from './fields.ts';

/** Chunk parameters of RFC 9260 §3.2.1 and §3.3, and of extensions. */
export type Parameter =
  | { readonly kind: 'ip-address'; readonly address: IpAddress }
  | { readonly kind: 'state-cookie'; readonly cookie: Uint8Array }
  | { readonly kind: 'unrecognized-parameter'; readonly parameter: Uint8Array }
  | { readonly kind: 'cookie-preservative'; readonly incrementMs: number }
  | { readonly kind: 'host-name-address'; readonly whole: Uint8Array }
  | { readonly kind: 'supported-address-types'; readonly types: readonly number[] }
  /** Makes an INIT longer and means nothing. RFC 4820 §4. */
  | { readonly kind: 'padding'; readonly paddingBytes: number }
  /** Chunk types of extensions that the sender supports. RFC 5061 §4.2.7. */
  | { readonly kind: 'supported-extensions'; readonly chunkTypes: readonly number[] }
  /** RFC 3758 §3.1. */
  | { readonly kind: 'forward-tsn-supported' }
  /** Adaptation Layer Indication: RFC 5061 §4.2.6. */
  | { readonly kind: 'adaptation-indication'; readonly indication: number }
  /** A type not known here; its two high bits say whether to stop and whether to report (`unknownParameterAction`). */
  | { readonly kind: 'unknown'; readonly type: number; readonly whole: Uint8Array };

/** Parameter types of RFC 9260 §3.3 and of extensions. */
export const PARAMETER_TYPE = {
  heartbeatInfo: 1,
  ipv4Address: 5,
  ipv6Address: 6,
  stateCookie: 7,
  unrecognizedParameter: 8,
  cookiePreservative: 9,
  hostNameAddress: 11,
  supportedAddressTypes: 12,
  padding: 0x8005,
  supportedExtensions: 0x8008,
  forwardTsnSupported: 0xc000,
  adaptationIndication: 0xc006,
} as const;

/**
 * Reads parameters up to the end, or up to and including an unknown one that says stop. RFC 9260 §3.2.1.
 *
 * @param base offset of `bytes` in the whole packet, for errors
 * @throws WireError for a malformed parameter
 */
export function readParameters(bytes: Uint8Array, base = 0): Parameter[] {
  const parameters: Parameter[] = [];
  const reader = new TlvReader(bytes, base);
  for (let tlv = reader.next(); tlv !== undefined; tlv = reader.next()) {
    const parameter = readParameter(tlv);
    parameters.push(parameter);
    if (parameter.kind === 'unknown' && unknownParameterAction(parameter.type).stop) break;
  }
  return parameters;
}

/** A parameter's length field: header and value, without padding. */
export function parameterLength(parameter: Parameter): number {
  switch (parameter.kind) {
    case 'ip-address':
      return TLV_HEADER_BYTES + addressBytes(parameter.address).length;
    case 'state-cookie':
      return TLV_HEADER_BYTES + parameter.cookie.length;
    case 'unrecognized-parameter':
      return TLV_HEADER_BYTES + parameter.parameter.length;
    case 'cookie-preservative':
    case 'adaptation-indication':
      return TLV_HEADER_BYTES + 4;
    case 'supported-address-types':
      return TLV_HEADER_BYTES + 2 * parameter.types.length;
    case 'padding':
      return TLV_HEADER_BYTES + parameter.paddingBytes;
    case 'supported-extensions':
      return TLV_HEADER_BYTES + parameter.chunkTypes.length;
    case 'forward-tsn-supported':
      return TLV_HEADER_BYTES;
    case 'host-name-address':
    case 'unknown':
      return parameter.whole.length;
  }
}

/** Bytes that a list of parameters takes: each is padded but the last. */
export function parametersLength(parameters: readonly Parameter[]): number {
  return lengthOfTlvs(parameters, parameterLength);
}

/** Writes parameters one after the other into zeroed bytes that have room for {@link parametersLength}. */
export function writeParameters(parameters: readonly Parameter[], bytes: Uint8Array, at: number): void {
  let next = at;
  for (const parameter of parameters) next += padded(writeParameter(parameter, bytes, next));
}

/** One parameter as a TLV of its own, without padding. */
export function encodeParameter(parameter: Parameter): Uint8Array {
  const bytes = new Uint8Array(parameterLength(parameter));
  writeParameter(parameter, bytes, 0);
  return bytes;
}

function readParameter({ type, value, offset, whole }: Tlv): Parameter {
  switch (type) {
    case PARAMETER_TYPE.ipv4Address:
      return { kind: 'ip-address', address: readAddress(value, 4, offset) };
    case PARAMETER_TYPE.ipv6Address:
      return { kind: 'ip-address', address: readAddress(value, 16, offset) };
    case PARAMETER_TYPE.stateCookie:
      return { kind: 'state-cookie', cookie: value };
    case PARAMETER_TYPE.unrecognizedParameter:
      return { kind: 'unrecognized-parameter', parameter: value };
    case PARAMETER_TYPE.cookiePreservative:
      if (value.length !== 4) throw badLength('Cookie Preservative', offset, value);
      return { kind: 'cookie-preservative', incrementMs: readU32(value, 0) };
    case PARAMETER_TYPE.hostNameAddress:
      return { kind: 'host-name-address', whole };
    case PARAMETER_TYPE.supportedAddressTypes:
      return { kind: 'supported-address-types', types: readTypes(value, offset) };
    case PARAMETER_TYPE.padding:
      return { kind: 'padding', paddingBytes: value.length };
    case PARAMETER_TYPE.supportedExtensions:
      return { kind: 'supported-extensions', chunkTypes: [...value] };
    case PARAMETER_TYPE.forwardTsnSupported:
      if (value.length !== 0) throw badLength('Forward-TSN-Supported', offset, value);
      return { kind: 'forward-tsn-supported' };
    case PARAMETER_TYPE.adaptationIndication:
      if (value.length !== 4) throw badLength('Adaptation Layer Indication', offset, value);
      return { kind: 'adaptation-indication', indication: readU32(value, 0) };
    default:
      return { kind: 'unknown', type, whole };
  }
}

function readAddress(value: Uint8Array, length: number, offset: number): IpAddress {
  if (value.length !== length) throw badLength('address', offset, value);
  return formatIp(value);
}

function readTypes(value: Uint8Array, offset: number): number[] {
  if (value.length % 2 !== 0) throw badLength('Supported Address Types', offset, value);
  const types: number[] = [];
  for (let at = 0; at < value.length; at += 2) types.push(readU16(value, at));
  return types;
}

function badLength(name: string, offset: number, value: Uint8Array): WireError {
  return new WireError('bad-length', offset + 2, `${name} with ${value.length} bytes of value`);
}

/** Writes one parameter and returns its length without padding. */
function writeParameter(parameter: Parameter, bytes: Uint8Array, at: number): number {
  const length = parameterLength(parameter);
  assert(length <= 0xffff, `parameter of ${length} bytes`);
  writeU16(bytes, at + 2, length);
  const value = at + TLV_HEADER_BYTES;
  switch (parameter.kind) {
    case 'ip-address': {
      const address = addressBytes(parameter.address);
      writeU16(bytes, at, address.length === 4 ? PARAMETER_TYPE.ipv4Address : PARAMETER_TYPE.ipv6Address);
      bytes.set(address, value);
      break;
    }
    case 'state-cookie':
      writeU16(bytes, at, PARAMETER_TYPE.stateCookie);
      bytes.set(parameter.cookie, value);
      break;
    case 'unrecognized-parameter':
      writeU16(bytes, at, PARAMETER_TYPE.unrecognizedParameter);
      bytes.set(parameter.parameter, value);
      break;
    case 'cookie-preservative':
      writeU16(bytes, at, PARAMETER_TYPE.cookiePreservative);
      writeU32(bytes, value, parameter.incrementMs);
      break;
    case 'supported-address-types':
      writeU16(bytes, at, PARAMETER_TYPE.supportedAddressTypes);
      for (const [i, type] of parameter.types.entries()) writeU16(bytes, value + 2 * i, type);
      break;
    case 'padding':
      writeU16(bytes, at, PARAMETER_TYPE.padding);
      break;
    case 'supported-extensions':
      writeU16(bytes, at, PARAMETER_TYPE.supportedExtensions);
      bytes.set(parameter.chunkTypes, value);
      break;
    case 'adaptation-indication':
      writeU16(bytes, at, PARAMETER_TYPE.adaptationIndication);
      writeU32(bytes, at + TLV_HEADER_BYTES, parameter.indication);
      break;
    case 'forward-tsn-supported':
      writeU16(bytes, at, PARAMETER_TYPE.forwardTsnSupported);
      break;
    case 'host-name-address':
    case 'unknown':
      bytes.set(parameter.whole, at);
      break;
  }
  return length;
}

/** The 4 or 16 bytes to send: never an IPv4-mapped IPv6 address, which §3.3.2.1.2 forbids. */
function addressBytes(address: IpAddress): Uint8Array {
  const bytes = parseIp(canonicalIp(address) ?? address);
  assert(bytes !== undefined, `not an address: ${address}`);
  return bytes;
}
