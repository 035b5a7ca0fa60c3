import { unreachable } from '../../base/assert.ts';
import { toHex } from '../../base/bytes.ts';
import { WireError } from '../../base/errors.ts';
import type { ErrorCause } from './cause.ts';
import { verifyChecksum } from './crc32c.ts';
import { decodePacket } from './packet.ts';
import type { Parameter } from './parameter.ts';
import { RECONFIGURATION_RESULT, type ReconfigurationParameter } from './reconfig-parameter.ts';
import type { StreamSelection } from './stream-selection.ts';
import type { Chunk, InitAckChunk, InitChunk, PayloadChunk, SackChunk } from './types.ts';

/** What a packet says, in one line; broken bytes are described too, never refused. */
export function describePacket(packet: Uint8Array): string {
  try {
    const { header, chunks, malformed } = decodePacket(packet);
    const parts = [`${header.sourcePort} > ${header.destinationPort}`, `tag=${hex32(header.verificationTag)}`];
    if (!verifyChecksum(packet)) parts.push('BAD CHECKSUM');
    const body = chunks.map(describeChunk);
    if (malformed !== undefined) body.push(`MALFORMED (${malformed.message})`);
    return `${parts.join(' ')} | ${body.join(' | ')}`;
  } catch (error) {
    if (error instanceof WireError) return `MALFORMED (${error.message})`;
    throw error;
  }
}

/** What a chunk says, in one line: `INIT tag=0x00001234 a_rwnd=65536 OS=10 MIS=16 tsn=1 [IPv4 10.0.0.1]`. */
export function describeChunk(chunk: Chunk): string {
  switch (chunk.kind) {
    case 'data':
    case 'i-data':
      return describePayload(chunk);
    case 'init':
      return describeInit('INIT', chunk);
    case 'init-ack':
      return describeInit('INIT ACK', chunk);
    case 'sack':
      return describeSack(chunk);
    case 'heartbeat':
      return `HEARTBEAT (${chunk.value.length} bytes)`;
    case 'heartbeat-ack':
      return `HEARTBEAT ACK (${chunk.value.length} bytes)`;
    case 'abort':
      return withItems(`ABORT${chunk.tagReflected ? ' T' : ''}`, chunk.causes.map(describeCause));
    case 'shutdown':
      return `SHUTDOWN cum=${chunk.cumulativeTsnAck}`;
    case 'shutdown-ack':
      return 'SHUTDOWN ACK';
    case 'error':
      return withItems('ERROR', chunk.causes.map(describeCause));
    case 'cookie-echo':
      return `COOKIE ECHO (${chunk.cookie.length} bytes)`;
    case 'cookie-ack':
      return 'COOKIE ACK';
    case 'shutdown-complete':
      return `SHUTDOWN COMPLETE${chunk.tagReflected ? ' T' : ''}`;
    case 're-config':
      return withItems('RE-CONFIG', chunk.parameters.map(describeReconfiguration));
    case 'pad':
      return `PAD (${chunk.paddingBytes} bytes)`;
    case 'forward-tsn':
      return withItems(
        `FORWARD TSN cum=${chunk.newCumulativeTsn}`,
        chunk.skipped.map(({ streamId, ssn }) => `stream ${streamId} ssn ${ssn}`),
      );
    case 'i-forward-tsn':
      return withItems(
        `I-FORWARD-TSN cum=${chunk.newCumulativeTsn}`,
        chunk.skipped.map(({ streamId, unordered, mid }) => `stream ${streamId}${unordered ? ' U' : ''} mid ${mid}`),
      );
    case 'unknown':
      return `chunk ${hex(chunk.type, 2)} flags=${hex(chunk.flags, 2)} (${chunk.whole.length} bytes)`;
    default:
      return unreachable(chunk);
  }
}

/** What an error cause says: `Stale Cookie 1500000 us`. */
export function describeCause(cause: ErrorCause): string {
  switch (cause.kind) {
    case 'invalid-stream-identifier':
      return `Invalid Stream Identifier ${cause.streamId}`;
    case 'missing-mandatory-parameter':
      return `Missing Mandatory Parameter ${cause.types.join(' ')}`;
    case 'stale-cookie':
      return `Stale Cookie ${cause.stalenessUs} us`;
    case 'out-of-resource':
      return 'Out of Resource';
    case 'unresolvable-address':
      return `Unresolvable Address ${excerpt(cause.address)}`;
    case 'unrecognized-chunk-type':
      return `Unrecognized Chunk Type ${excerpt(cause.chunk)}`;
    case 'invalid-mandatory-parameter':
      return 'Invalid Mandatory Parameter';
    case 'unrecognized-parameters':
      return `Unrecognized Parameters ${excerpt(cause.parameters)}`;
    case 'no-user-data':
      return `No User Data tsn=${cause.tsn}`;
    case 'cookie-received-while-shutting-down':
      return 'Cookie Received While Shutting Down';
    case 'restart-with-new-addresses':
      return `Restart with New Addresses ${cause.addresses.join(' ')}`;
    case 'user-initiated-abort':
      return `User-Initiated Abort ${quote(cause.reason)}`;
    case 'protocol-violation':
      return `Protocol Violation ${quote(cause.information)}`;
    case 'unknown':
      return `cause ${cause.code} ${excerpt(cause.information)}`;
    default:
      return unreachable(cause);
  }
}

/** What a parameter says: `IPv4 10.0.0.1`. */
export function describeParameter(parameter: Parameter): string {
  switch (parameter.kind) {
    case 'ip-address':
      return `${parameter.address.includes(':') ? 'IPv6' : 'IPv4'} ${parameter.address}`;
    case 'state-cookie':
      return `State Cookie (${parameter.cookie.length} bytes)`;
    case 'unrecognized-parameter':
      return `Unrecognized Parameter ${excerpt(parameter.parameter)}`;
    case 'cookie-preservative':
      return `Cookie Preservative ${parameter.incrementMs} ms`;
    case 'host-name-address':
      return `Host Name Address ${quote(parameter.whole.subarray(4))}`;
    case 'supported-address-types':
      return `Supported Address Types ${parameter.types.join(' ')}`;
    case 'supported-extensions':
      return `Supported Extensions ${parameter.chunkTypes.join(' ')}`;
    case 'forward-tsn-supported':
      return 'Forward-TSN-Supported';
    case 'padding':
      return `Padding (${parameter.paddingBytes} bytes)`;
    case 'adaptation-indication':
      return `Adaptation Layer Indication ${hex(parameter.indication, 8)}`;
    case 'unknown':
      return `parameter ${hex(parameter.type, 4)} (${parameter.whole.length} bytes)`;
    default:
      return unreachable(parameter);
  }
}

/** What a parameter of RE-CONFIG says, in the words of RFC 6525, appendix A: `OUT-REQ 12 response=7 last tsn=99 streams=1,2`. */
function describeReconfiguration(parameter: ReconfigurationParameter): string {
  switch (parameter.kind) {
    case 'outgoing-ssn-reset-request': {
      const { requestNumber, responseNumber, lastAssignedTsn, streams } = parameter;
      return `OUT-REQ ${requestNumber} response=${responseNumber} last tsn=${lastAssignedTsn} ${describeStreams(streams)}`;
    }
    case 'incoming-ssn-reset-request':
      return `IN-REQ ${parameter.requestNumber} ${describeStreams(parameter.streams)}`;
    case 'ssn-tsn-reset-request':
      return `TSN-REQ ${parameter.requestNumber}`;
    case 're-configuration-response': {
      const { responseNumber, result, nextTsns } = parameter;
      const tsns = nextTsns === undefined ? '' : ` sender tsn=${nextTsns.sender} receiver tsn=${nextTsns.receiver}`;
      return `RESP ${responseNumber} ${RESULT_NAMES.get(result) ?? `result ${result}`}${tsns}`;
    }
    case 'add-outgoing-streams-request':
      return `ADD-OUT-REQ ${parameter.requestNumber} streams+${parameter.newStreams}`;
    case 'add-incoming-streams-request':
      return `ADD-IN-REQ ${parameter.requestNumber} streams+${parameter.newStreams}`;
    case 'unknown':
      return `parameter ${hex(parameter.type, 4)} (${parameter.whole.length} bytes)`;
    default:
      return unreachable(parameter);
  }
}

const RESULT_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(RECONFIGURATION_RESULT).map(([name, result]) => [result, name]),
);

function describeStreams(streams: StreamSelection): string {
  if (streams === 'all') return 'all streams';
  return `streams=${streams.slice(0, 16).join(',')}${streams.length > 16 ? '…' : ''}`;
}

function describePayload(chunk: PayloadChunk): string {
  const flags =
    (chunk.immediate ? 'I' : '') +
    (chunk.unordered ? 'U' : '') +
    (chunk.beginning ? 'B' : '') +
    (chunk.ending ? 'E' : '');
  const start = `tsn=${chunk.tsn} stream=${chunk.streamId}`;
  const data = `(${chunk.userData.length} bytes)`;
  const words = chunk.kind === 'data' ? ['DATA', flags, start] : ['I-DATA', flags, start, `mid=${chunk.mid}`];
  if (chunk.kind === 'data' && !chunk.unordered) words.push(`ssn=${chunk.ssn}`);
  words.push(chunk.kind === 'data' || chunk.beginning ? `ppid=${chunk.ppid}` : `fsn=${chunk.fsn}`, data);
  return words.filter((word) => word !== '').join(' ');
}

function describeInit(name: string, chunk: InitChunk | InitAckChunk): string {
  const fixed =
    `${name} tag=${hex32(chunk.initiateTag)} a_rwnd=${chunk.advertisedRwndBytes} OS=${chunk.outboundStreams}` +
    ` MIS=${chunk.maxInboundStreams} tsn=${chunk.initialTsn}`;
  return withItems(fixed, chunk.parameters.map(describeParameter));
}

function describeSack(chunk: SackChunk): string {
  let text = `SACK cum=${chunk.cumulativeTsnAck} a_rwnd=${chunk.advertisedRwndBytes}`;
  if (chunk.gapAckBlocks.length > 0) {
    text += ` gaps=${chunk.gapAckBlocks.map(({ start, end }) => `${start}-${end}`).join(',')}`;
  }
  return chunk.duplicateTsns.length > 0 ? `${text} dups=${chunk.duplicateTsns.join(',')}` : text;
}

function withItems(text: string, items: readonly string[]): string {
  return [text, ...items.map((item) => `[${item}]`)].join(' ');
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

function hex32(value: number): string {
  return hex(value, 8);
}

/** The first bytes in hexadecimal; enough to recognise a chunk or parameter by. */
function excerpt(bytes: Uint8Array): string {
  const shown = toHex(bytes.subarray(0, 16));
  return bytes.length > 16 ? `${shown}… (${bytes.length} bytes)` : shown;
}

/** A peer's text on one line: printable ASCII, everything else as a dot, so that no terminal is steered by it. */
function quote(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes.subarray(0, 80)) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  return `"${text}"${bytes.length > 80 ? '…' : ''}`;
}
