import type { Fsn, Mid, Ssn, Tsn } from '../../base/serial.ts';
import type { ErrorCause } from './cause.ts';
import type { Parameter } from './parameter.ts';
import type { ReconfigurationParameter } from './reconfig-parameter.ts';

/**
 * The chunks of RFC 9260 §3.3 and of extensions as values. `encodeChunk` and `decodeChunk` (chunk.ts) turn them to and
 * from bytes. Byte fields of decoded chunks are views into the packet: copy what must outlive it.
 */
export type Chunk =
  | DataChunk
  | InitChunk
  | InitAckChunk
  | SackChunk
  | HeartbeatChunk
  | HeartbeatAckChunk
  | AbortChunk
  | ShutdownChunk
  | ShutdownAckChunk
  | ErrorChunk
  | CookieEchoChunk
  | CookieAckChunk
  | ShutdownCompleteChunk
  | ReconfigChunk
  | PadChunk
  | IDataChunk
  | ForwardTsnChunk
  | IForwardTsnChunk
  | UnknownChunk;

/** The chunks that carry user data: an association uses one kind or the other. RFC 8260 §2.2.1. */
export type PayloadChunk = DataChunk | IDataChunk;

/** DATA: a user message or a fragment of one. RFC 9260 §3.3.1. */
export interface DataChunk {
  readonly kind: 'data';
  readonly tsn: Tsn;
  readonly streamId: number;
  /** Means nothing if `unordered`. */
  readonly ssn: Ssn;
  /** Payload Protocol Identifier, opaque to SCTP. */
  readonly ppid: number;
  readonly unordered: boolean;
  /** B bit: first fragment. */
  readonly beginning: boolean;
  /** E bit: last fragment. */
  readonly ending: boolean;
  /** I bit: do not delay the SACK. */
  readonly immediate: boolean;
  /** May be empty in what was received (RFC 9260 §6.2: answered by ABORT), never in what is sent. */
  readonly userData: Uint8Array;
}

/** I-DATA: a user message or a fragment of one, which fragments of other streams may interrupt. RFC 8260 §2.1. */
export interface IDataChunk {
  readonly kind: 'i-data';
  readonly tsn: Tsn;
  readonly streamId: number;
  /** Message Identifier: counts the ordered and, apart from them, the unordered messages of the stream. */
  readonly mid: Mid;
  /** Payload Protocol Identifier; on the wire in the first fragment only, 0 in the others. */
  readonly ppid: number;
  /** Fragment Sequence Number: 0 in the first fragment, where the wire has the PPID instead. */
  readonly fsn: Fsn;
  readonly unordered: boolean;
  /** B bit: first fragment. */
  readonly beginning: boolean;
  /** E bit: last fragment. */
  readonly ending: boolean;
  /** I bit: do not delay the SACK. */
  readonly immediate: boolean;
  /** May be empty in what was received, as in {@link DataChunk}. */
  readonly userData: Uint8Array;
}

/** A stream of ordered messages and the last one that was given up in it. */
export interface SkippedSsn {
  readonly streamId: number;
  readonly ssn: Ssn;
}

/** FORWARD TSN: the sender has given up what is missing up to a TSN. RFC 3758 §3.2. */
export interface ForwardTsnChunk {
  readonly kind: 'forward-tsn';
  readonly newCumulativeTsn: Tsn;
  /** Ordered messages that were given up: of each stream the last one. */
  readonly skipped: readonly SkippedSsn[];
}

/** The ordered, or the unordered, messages of a stream, and the last one that was given up of them. */
export interface SkippedMid {
  readonly streamId: number;
  readonly unordered: boolean;
  readonly mid: Mid;
}

/** I-FORWARD-TSN: the same where messages are interleaved. RFC 8260 §2.3.1. */
export interface IForwardTsnChunk {
  readonly kind: 'i-forward-tsn';
  readonly newCumulativeTsn: Tsn;
  /** Messages that were given up: of each stream the last ordered and the last unordered one. */
  readonly skipped: readonly SkippedMid[];
}

/** What INIT and INIT ACK have in common. RFC 9260 §3.3.2, §3.3.3. */
interface InitFields {
  readonly initiateTag: number;
  /** a_rwnd, in bytes. */
  readonly advertisedRwndBytes: number;
  /** OS: how many outbound streams the sender wants. */
  readonly outboundStreams: number;
  /** MIS: how many inbound streams the sender can take. */
  readonly maxInboundStreams: number;
  readonly initialTsn: Tsn;
  /**
   * In wire order. On receipt: all that were walked before a stop, unknown ones among them with their action
   * (see {@link Parameter}).
   */
  readonly parameters: readonly Parameter[];
}

/** INIT: opens an association. RFC 9260 §3.3.2. */
export interface InitChunk extends InitFields {
  readonly kind: 'init';
}

/** INIT ACK: answers INIT, with the State Cookie among its parameters. RFC 9260 §3.3.3. */
export interface InitAckChunk extends InitFields {
  readonly kind: 'init-ack';
}

/** Inclusive range of TSNs received beyond the cumulative ack, as offsets from it; `start` is at least 2. */
export interface GapAckBlock {
  readonly start: number;
  readonly end: number;
}

/** SACK: selective acknowledgement. RFC 9260 §3.3.4. */
export interface SackChunk {
  readonly kind: 'sack';
  /** Highest TSN received with nothing missing before it. */
  readonly cumulativeTsnAck: Tsn;
  /** a_rwnd: receive-buffer space left, in bytes. */
  readonly advertisedRwndBytes: number;
  readonly gapAckBlocks: readonly GapAckBlock[];
  readonly duplicateTsns: readonly Tsn[];
}

/** HEARTBEAT: asks whether a path works. RFC 9260 §3.3.5. */
export interface HeartbeatChunk {
  readonly kind: 'heartbeat';
  /** The chunk's whole value, Heartbeat Info TLV included, to be sent back unchanged. */
  readonly value: Uint8Array;
}

/** HEARTBEAT ACK: the answer, with the same value. RFC 9260 §3.3.6. */
export interface HeartbeatAckChunk {
  readonly kind: 'heartbeat-ack';
  readonly value: Uint8Array;
}

/** ABORT: ends the association at once. RFC 9260 §3.3.7. */
export interface AbortChunk {
  readonly kind: 'abort';
  /** T bit: the verification tag is reflected, not the receiver's own. */
  readonly tagReflected: boolean;
  readonly causes: readonly ErrorCause[];
}

/** SHUTDOWN: graceful end, all of the sender's data is acknowledged. RFC 9260 §3.3.8. */
export interface ShutdownChunk {
  readonly kind: 'shutdown';
  readonly cumulativeTsnAck: Tsn;
}

/** SHUTDOWN ACK. RFC 9260 §3.3.9. */
export interface ShutdownAckChunk {
  readonly kind: 'shutdown-ack';
}

/** ERROR: reports something that does not end the association. RFC 9260 §3.3.10. */
export interface ErrorChunk {
  readonly kind: 'error';
  readonly causes: readonly ErrorCause[];
}

/** COOKIE ECHO: brings the State Cookie back. RFC 9260 §3.3.11. */
export interface CookieEchoChunk {
  readonly kind: 'cookie-echo';
  readonly cookie: Uint8Array;
}

/** COOKIE ACK. RFC 9260 §3.3.12. */
export interface CookieAckChunk {
  readonly kind: 'cookie-ack';
}

/** SHUTDOWN COMPLETE. RFC 9260 §3.3.13. */
export interface ShutdownCompleteChunk {
  readonly kind: 'shutdown-complete';
  /** T bit: the verification tag is reflected. */
  readonly tagReflected: boolean;
}

/** RE-CONFIG: resets and adds streams. RFC 6525 §3.1. */
export interface ReconfigChunk {
  readonly kind: 're-config';
  /** One or two in what is sent; what may stand together: `mayStandTogether`. */
  readonly parameters: readonly ReconfigurationParameter[];
}

/** PAD: makes a packet longer and means nothing. RFC 4820 §3. */
export interface PadChunk {
  readonly kind: 'pad';
  /** Bytes of padding data behind the chunk header, 0 to 65531. */
  readonly paddingBytes: number;
}

/** A chunk of a type that is not known here. Its type's high bits say what to do (RFC 9260 §3.2). */
export interface UnknownChunk {
  readonly kind: 'unknown';
  readonly type: number;
  readonly flags: number;
  /** The whole chunk with its header, without padding, for an Unrecognized Chunk Type cause. */
  readonly whole: Uint8Array;
}

/** The common header. RFC 9260 §3.1. */
export interface CommonHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly verificationTag: number;
}
