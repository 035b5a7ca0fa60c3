import { assert } from '../../base/assert.ts';
import { WireError } from '../../base/errors.ts';
import { type Tsn, tsn } from '../../base/serial.ts';
import { TLV_HEADER_BYTES, type Tlv, unknownParameterAction, walkTlvs } from '../../base/tlv.ts';
import { lengthOfTlvs, padded, readU16, readU32, writeU16, writeU32 } from './fields.ts';
import type { StreamSelection } from './stream-selection.ts';

/** Asks that the peer expects SSN 0 next on streams of the sender. RFC 6525 §4.1. */
export interface OutgoingSsnResetRequest {
  readonly kind: 'outgoing-ssn-reset-request';
  /** Re-configuration Request Sequence Number. */
  readonly requestNumber: number;
  /** The peer's request that this answers; else the last one of the peer that was seen. */
  readonly responseNumber: number;
  readonly lastAssignedTsn: Tsn;
  readonly streams: StreamSelection;
}

/** Asks the peer to reset streams of its own. RFC 6525 §4.2. */
export interface IncomingSsnResetRequest {
  readonly kind: 'incoming-ssn-reset-request';
  readonly requestNumber: number;
  readonly streams: StreamSelection;
}

/** Asks that TSNs and SSNs of both directions begin anew. RFC 6525 §4.3. */
export interface SsnTsnResetRequest {
  readonly kind: 'ssn-tsn-reset-request';
  readonly requestNumber: number;
}

/** Answers one request. RFC 6525 §4.4. */
export interface ReconfigurationResponse {
  readonly kind: 're-configuration-response';
  readonly responseNumber: number;
  /** One of {@link RECONFIGURATION_RESULT}, if the peer keeps to the table. */
  readonly result: number;
  /** In answers to SSN/TSN Reset Requests: what the sender, and the receiver, of this response send next. */
  readonly nextTsns?: { readonly sender: Tsn; readonly receiver: Tsn } | undefined;
}

/** Asks for more streams: from the sender (§4.5), or from the peer (§4.6). RFC 6525. */
export interface AddStreamsRequest {
  readonly kind: 'add-outgoing-streams-request' | 'add-incoming-streams-request';
  readonly requestNumber: number;
  readonly newStreams: number;
}

export type ReconfigurationRequest =
  | OutgoingSsnResetRequest
  | IncomingSsnResetRequest
  | SsnTsnResetRequest
  | AddStreamsRequest;

/** What a RE-CONFIG chunk holds. RFC 6525 §4. */
export type ReconfigurationParameter =
  | ReconfigurationRequest
  | ReconfigurationResponse
  | { readonly kind: 'unknown'; readonly type: number; readonly whole: Uint8Array };

/** RFC 6525 §4, table 2. */
const TYPE = {
  'outgoing-ssn-reset-request': 13,
  'incoming-ssn-reset-request': 14,
  'ssn-tsn-reset-request': 15,
  're-configuration-response': 16,
  'add-outgoing-streams-request': 17,
  'add-incoming-streams-request': 18,
} as const;

/** Results of a response. RFC 6525 §4.4, table 3. */
export const RECONFIGURATION_RESULT = {
  nothingToDo: 0,
  performed: 1,
  denied: 2,
  wrongSsn: 3,
  alreadyInProgress: 4,
  badSequenceNumber: 5,
  inProgress: 6,
} as const;

/** Parameters that may stand in one chunk, by their kinds in the order of the alphabet. RFC 6525 §3.1. */
const ALLOWED_TOGETHER: ReadonlySet<string> = new Set([
  'outgoing-ssn-reset-request',
  'incoming-ssn-reset-request',
  'incoming-ssn-reset-request outgoing-ssn-reset-request',
  'ssn-tsn-reset-request',
  'add-outgoing-streams-request',
  'add-incoming-streams-request',
  'add-incoming-streams-request add-outgoing-streams-request',
  're-configuration-response',
  'outgoing-ssn-reset-request re-configuration-response',
  're-configuration-response re-configuration-response',
]);

/** Whether a RE-CONFIG chunk may hold these parameters, in either order. RFC 6525 §3.1. */
export function mayStandTogether(parameters: readonly ReconfigurationParameter[]): boolean {
  if (parameters.length > 2) return false;
  const kinds = parameters.map(({ kind }) => kind).sort();
  return ALLOWED_TOGETHER.has(kinds.join(' '));
}

export function isReconfigurationRequest(parameter: ReconfigurationParameter): parameter is ReconfigurationRequest {
  return parameter.kind !== 're-configuration-response' && parameter.kind !== 'unknown';
}

/** Bytes of the parameters, without the padding behind the last one. */
export function reconfigurationLength(parameters: readonly ReconfigurationParameter[]): number {
  return lengthOfTlvs(parameters, lengthOf);
}

/**
 * Reads the parameters of a RE-CONFIG chunk, up to and including an unknown one that says stop (RFC 6525 §4).
 *
 * @param base offset of `bytes` in the whole packet, for errors
 * @throws WireError for a parameter whose length is not what RFC 6525 §4.1 to §4.6 say
 */
export function readReconfiguration(bytes: Uint8Array, base: number): ReconfigurationParameter[] {
  const parameters: ReconfigurationParameter[] = [];
  for (const tlv of walkTlvs(bytes, base)) {
    const parameter = readParameter(tlv);
    parameters.push(parameter);
    if (parameter.kind === 'unknown' && unknownParameterAction(parameter.type).stop) break;
  }
  return parameters;
}

export function writeReconfiguration(
  parameters: readonly ReconfigurationParameter[],
  bytes: Uint8Array,
  at: number,
): void {
  let next = at;
  for (const parameter of parameters) {
    writeParameter(parameter, bytes, next);
    next += padded(lengthOf(parameter));
  }
}

function lengthOf(parameter: ReconfigurationParameter): number {
  switch (parameter.kind) {
    case 'outgoing-ssn-reset-request':
      return 16 + streamsLength(parameter.streams);
    case 'incoming-ssn-reset-request':
      return 8 + streamsLength(parameter.streams);
    case 'ssn-tsn-reset-request':
      return 8;
    case 're-configuration-response':
      return parameter.nextTsns === undefined ? 12 : 20;
    case 'add-outgoing-streams-request':
    case 'add-incoming-streams-request':
      return 12;
    case 'unknown':
      return parameter.whole.length;
  }
}

function streamsLength(streams: StreamSelection): number {
  if (streams === 'all') return 0;
  assert(streams.length > 0, 'a list without streams would mean all of them');
  return 2 * streams.length;
}

function readParameter({ type, value, offset, whole }: Tlv): ReconfigurationParameter {
  const { length } = value;
  const expectLength = (fits: boolean): void => {
    if (!fits) throw new WireError('bad-length', offset + 2, `parameter ${type} with ${length} bytes of value`);
  };
  switch (type) {
    case TYPE['outgoing-ssn-reset-request']:
      expectLength(length >= 12 && length % 2 === 0);
      return {
        kind: 'outgoing-ssn-reset-request',
        requestNumber: readU32(value, 0),
        responseNumber: readU32(value, 4),
        lastAssignedTsn: tsn(readU32(value, 8)),
        streams: readStreams(value.subarray(12)),
      };
    case TYPE['incoming-ssn-reset-request']:
      expectLength(length >= 4 && length % 2 === 0);
      return {
        kind: 'incoming-ssn-reset-request',
        requestNumber: readU32(value, 0),
        streams: readStreams(value.subarray(4)),
      };
    case TYPE['ssn-tsn-reset-request']:
      expectLength(length === 4);
      return { kind: 'ssn-tsn-reset-request', requestNumber: readU32(value, 0) };
    case TYPE['re-configuration-response']:
      expectLength(length === 8 || length === 16);
      return {
        kind: 're-configuration-response',
        responseNumber: readU32(value, 0),
        result: readU32(value, 4),
        nextTsns: length === 8 ? undefined : { sender: tsn(readU32(value, 8)), receiver: tsn(readU32(value, 12)) },
      };
    case TYPE['add-outgoing-streams-request']:
    case TYPE['add-incoming-streams-request']:
      expectLength(length === 8);
      return {
        kind: type === 17 ? 'add-outgoing-streams-request' : 'add-incoming-streams-request',
        requestNumber: readU32(value, 0),
        newStreams: readU16(value, 4),
      };
    default:
      return { kind: 'unknown', type, whole };
  }
}

function readStreams(bytes: Uint8Array): StreamSelection {
  if (bytes.length === 0) return 'all';
  return Array.from({ length: bytes.length / 2 }, (_, i) => readU16(bytes, 2 * i));
}

/** Writes one parameter into zeroed bytes: reserved fields stay 0 (RFC 6525 §4.5, §4.6). */
function writeParameter(parameter: ReconfigurationParameter, bytes: Uint8Array, at: number): void {
  if (parameter.kind === 'unknown') {
    bytes.set(parameter.whole, at);
    return;
  }
  writeU16(bytes, at, TYPE[parameter.kind]);
  writeU16(bytes, at + 2, lengthOf(parameter));
  const value = at + TLV_HEADER_BYTES;
  switch (parameter.kind) {
    case 'outgoing-ssn-reset-request':
      writeU32(bytes, value, parameter.requestNumber);
      writeU32(bytes, value + 4, parameter.responseNumber);
      writeU32(bytes, value + 8, parameter.lastAssignedTsn);
      writeStreams(parameter.streams, bytes, value + 12);
      return;
    case 'incoming-ssn-reset-request':
      writeU32(bytes, value, parameter.requestNumber);
      writeStreams(parameter.streams, bytes, value + 4);
      return;
    case 'ssn-tsn-reset-request':
      writeU32(bytes, value, parameter.requestNumber);
      return;
    case 're-configuration-response':
      writeU32(bytes, value, parameter.responseNumber);
      writeU32(bytes, value + 4, parameter.result);
      if (parameter.nextTsns === undefined) return;
      writeU32(bytes, value + 8, parameter.nextTsns.sender);
      writeU32(bytes, value + 12, parameter.nextTsns.receiver);
      return;
    case 'add-outgoing-streams-request':
    case 'add-incoming-streams-request':
      writeU32(bytes, value, parameter.requestNumber);
      writeU16(bytes, value + 4, parameter.newStreams);
      return;
  }
}

function writeStreams(streams: StreamSelection, bytes: Uint8Array, at: number): void {
  if (streams === 'all') return;
  for (const [i, streamId] of streams.entries()) writeU16(bytes, at + 2 * i, streamId);
}
