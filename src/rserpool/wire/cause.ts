import { ByteWriter } from '../../base/bytes.ts';
import { WireError } from '../../base/errors.ts';
import { TLV_HEADER_BYTES, type Tlv, walkTlvs } from '../../base/tlv.ts';
import type { Dialect } from './dialect.ts';
import {
  invalidValues,
  newReading,
  PARAMETER_TYPE,
  ParameterReader,
  type Reading,
  writeParameter,
} from './parameter.ts';
import { type PolicyParameter, readPolicy, writePolicy } from './policy.ts';
import { RSPLIB_CAUSE_CODE } from './rsplib-cause.ts';
import { readTransport, TRANSPORT_TYPES, type TransportParameter, writeTransport } from './transport.ts';

/** Error causes of an Operation Error parameter. RFC 5354 §3.12. */
export type ErrorCause =
  /** 0x0 */
  | { readonly kind: 'unspecified' }
  /** 0x1: the whole TLV that was not understood, without padding. */
  | { readonly kind: 'unrecognized-parameter'; readonly parameter: Uint8Array }
  /** 0x2: the whole message that was not understood, with its header, possibly cut at the end. */
  | { readonly kind: 'unrecognized-message'; readonly message: Uint8Array }
  /** 0x3: the TLV that holds the bad value. */
  | { readonly kind: 'invalid-values'; readonly parameter: Uint8Array }
  /** 0x4 */
  | { readonly kind: 'non-unique-pe-identifier' }
  /** 0x5: the pool's policy. */
  | { readonly kind: 'inconsistent-pool-policy'; readonly policy?: PolicyParameter | undefined }
  /** 0x6 */
  | { readonly kind: 'lack-of-resources' }
  /** 0x7: the user transport of a member of the pool. */
  | { readonly kind: 'inconsistent-transport-type'; readonly transport?: TransportParameter | undefined }
  /** 0x8 */
  | { readonly kind: 'inconsistent-data-control-configuration' }
  /** 0x9 */
  | { readonly kind: 'unknown-pool-handle' }
  /** 0xa */
  | { readonly kind: 'rejected-for-security' }
  /** Any other code, also one of `RSPLIB_CAUSE_CODE`, or one whose information does not parse. */
  | { readonly kind: 'unknown'; readonly code: number; readonly information: Uint8Array };

/** Cause codes. RFC 5354 §3.12. */
export const CAUSE_CODE = {
  unspecified: 0x0,
  'unrecognized-parameter': 0x1,
  'unrecognized-message': 0x2,
  'invalid-values': 0x3,
  'non-unique-pe-identifier': 0x4,
  'inconsistent-pool-policy': 0x5,
  'lack-of-resources': 0x6,
  'inconsistent-transport-type': 0x7,
  'inconsistent-data-control-configuration': 0x8,
  'unknown-pool-handle': 0x9,
  'rejected-for-security': 0xa,
} as const;

/** Reads the causes of an Operation Error parameter; an empty one says that something unspecified went wrong. */
export function readOperationError(reading: Reading, tlv: Tlv): ErrorCause[] {
  const causes: ErrorCause[] = [];
  try {
    for (const cause of walkTlvs(tlv.value, tlv.offset + TLV_HEADER_BYTES))
      causes.push(readCause(rfcCode(cause.type, reading.dialect), cause.value));
  } catch (error) {
    if (error instanceof WireError) throw invalidValues(reading, tlv, error.message);
    throw error;
  }
  return causes.length > 0 ? causes : [{ kind: 'unspecified' }];
}

/** The code with which rsplib says what the RFC has another code for becomes that one. */
function rfcCode(code: number, dialect: Dialect): number {
  const isOther = dialect === 'rsplib' && code === RSPLIB_CAUSE_CODE['wrong-protocol'];
  return isOther ? CAUSE_CODE['inconsistent-transport-type'] : code;
}

function readCause(code: number, value: Uint8Array): ErrorCause {
  switch (code) {
    case CAUSE_CODE['unrecognized-parameter']:
      return { kind: 'unrecognized-parameter', parameter: value.slice() };
    case CAUSE_CODE['unrecognized-message']:
      return { kind: 'unrecognized-message', message: value.slice() };
    case CAUSE_CODE['invalid-values']:
      return { kind: 'invalid-values', parameter: value.slice() };
    case CAUSE_CODE['inconsistent-pool-policy']: {
      if (value.length === 0) return { kind: 'inconsistent-pool-policy' };
      const policy = readInside(value, [PARAMETER_TYPE.policy], readPolicy);
      return policy ? { kind: 'inconsistent-pool-policy', policy } : unknownCause(code, value);
    }
    case CAUSE_CODE['inconsistent-transport-type']: {
      if (value.length === 0) return { kind: 'inconsistent-transport-type' };
      const transport = readInside(value, TRANSPORT_TYPES, readTransport);
      return transport ? { kind: 'inconsistent-transport-type', transport } : unknownCause(code, value);
    }
    default: {
      const kind = BARE_KINDS.find((bare) => CAUSE_CODE[bare] === code);
      return kind === undefined ? unknownCause(code, value) : { kind };
    }
  }
}

/** Causes that have no information; any that comes with them is ignored. */
const BARE_KINDS = [
  'unspecified',
  'non-unique-pe-identifier',
  'lack-of-resources',
  'inconsistent-data-control-configuration',
  'unknown-pool-handle',
  'rejected-for-security',
] as const;

/** The one parameter in a cause's information, or `undefined`: a bad cause does not make its message a bad one. */
function readInside<T>(
  information: Uint8Array,
  types: readonly number[],
  read: (reading: Reading, tlv: Tlv) => T,
): T | undefined {
  const reading = newReading();
  try {
    return read(reading, new ParameterReader(reading, information, 0).take(...types));
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function unknownCause(code: number, information: Uint8Array): ErrorCause {
  return { kind: 'unknown', code, information: information.slice() };
}

/**
 * Writes an Operation Error parameter, or nothing if there is no cause. What is quoted is cut, and causes are left out,
 * where the message would become longer than `maxBytes`: RFC 5354 §3.12.3 has no rule for quoting very long messages.
 *
 * @param maxBytes what `w` may hold at most afterwards
 */
export function writeOperationError(
  w: ByteWriter,
  causes: readonly ErrorCause[],
  maxBytes: number,
  dialect: Dialect = 'rfc',
): void {
  if (causes.length === 0) return;
  writeParameter(w, PARAMETER_TYPE.operationError, () => {
    for (const cause of causes) {
      const room = maxBytes - ((w.length + 3) & ~3) - TLV_HEADER_BYTES;
      const information = informationOf(cause);
      if (room < 0 || (information.length > room && !isQuote(cause))) break;
      writeParameter(w, codeOf(cause, dialect), () => w.bytes(information.subarray(0, room)));
    }
  });
}

function codeOf(cause: ErrorCause, dialect: Dialect): number {
  switch (cause.kind) {
    case 'unknown':
      return cause.code;
    case 'unspecified':
      // To rsplib code 0 means that all is well.
      return dialect === 'rsplib' ? RSPLIB_CAUSE_CODE['invalid-message'] : CAUSE_CODE.unspecified;
    case 'inconsistent-transport-type':
      return dialect === 'rsplib' ? RSPLIB_CAUSE_CODE['wrong-protocol'] : CAUSE_CODE[cause.kind];
    default:
      return CAUSE_CODE[cause.kind];
  }
}

function isQuote(cause: ErrorCause): boolean {
  return (
    cause.kind === 'unrecognized-message' || cause.kind === 'unrecognized-parameter' || cause.kind === 'invalid-values'
  );
}

function informationOf(cause: ErrorCause): Uint8Array {
  switch (cause.kind) {
    case 'unrecognized-parameter':
    case 'invalid-values':
      return cause.parameter;
    case 'unrecognized-message':
      return cause.message;
    case 'unknown':
      return cause.information;
    default: {
      const w = new ByteWriter(32);
      if (cause.kind === 'inconsistent-pool-policy' && cause.policy) writePolicy(w, cause.policy);
      if (cause.kind === 'inconsistent-transport-type' && cause.transport) writeTransport(w, cause.transport);
      return w.view();
    }
  }
}
