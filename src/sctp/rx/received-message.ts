import type { Ssn } from '../../base/serial.ts';

/** A whole user message as it goes up, or a part of one. */
export interface ReceivedMessage {
  readonly data: Uint8Array;
  readonly streamId: number;
  /** Stream Sequence Number, or the low 16 bits of the MID (RFC 8260 §4.1). Means nothing in unordered DATA. */
  readonly ssn: Ssn;
  readonly ppid: number;
  readonly unordered: boolean;
  /** What part of a message this is; `undefined` if it is whole. Only if partial delivery was asked for. */
  readonly partial?: MessagePart | undefined;
}

/**
 * Place of a part in its message. The parts of a message come in order, and the last one is `complete` or `aborted`;
 * parts of others and whole messages may come between. RFC 9260 §6.9.
 */
export interface MessagePart {
  /** The same for all parts of a message, and for no other message that is under way. */
  readonly id: number;
  /** Bytes of the message before this part. */
  readonly offsetBytes: number;
  /**
   * `more`: further parts follow. `complete`: the last one. `aborted`: the rest will never come, and this part is empty
   * (SCTP_PARTIAL_DELIVERY_EVENT of RFC 6458 §6.1.7).
   */
  readonly state: 'more' | 'complete' | 'aborted';
}

/** Takes what goes up. */
export type Deliver = (message: ReceivedMessage) => void;
