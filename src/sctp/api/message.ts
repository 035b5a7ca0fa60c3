import type { IpAddress } from '../../base/address.ts';
import type { AbandonmentPolicy, AssociationEvent, CloseReason, StreamSelection } from '../core/contract.ts';
import type { MessagePart } from '../rx/received-message.ts';
import type { ErrorCause } from '../wire/cause.ts';

/**
 * A message that the peer sent, or a part of one if `partialDeliveryBytes` is above 0: `partial` tells. RFC 9260 §11.1.7,
 * §11.2.1.
 */
export interface SctpMessage {
  readonly data: Uint8Array;
  /** Stream identifier. */
  readonly stream: number;
  /** Payload Protocol Identifier. */
  readonly ppid: number;
  /** Delivered without regard to the order of its stream. */
  readonly unordered: boolean;
  /**
   * Number of an ordered message in its stream, 16 bits (RFC 9260 §6.5); with interleaving, of an unordered one as well
   * (RFC 8260 §4.1).
   */
  readonly ssn: number;
  /** Address of the peer that it came from; of several packets, the last one's. */
  readonly source: IpAddress;
  /** What part of a message this is; `undefined` if it is whole, as all are unless `partialDeliveryBytes` is above 0. */
  readonly partial: MessagePart | undefined;
}

/** A message that waits to be read. RFC 6458 §5.3.6. */
export interface NextMessage extends Omit<SctpMessage, 'data'> {
  /** Length of its data. */
  readonly bytes: number;
}

/** How one message is sent. RFC 9260 §11.1.5. */
export interface SendOptions {
  /** Stream identifier, below the association's `outboundStreams`. Default 0. */
  readonly stream?: number | undefined;
  /** Payload Protocol Identifier, 32 bits, handed to the peer's application. Default 0. */
  readonly ppid?: number | undefined;
  /** Deliver it as soon as it is there, without regard to the order of the stream. Default false. */
  readonly unordered?: boolean | undefined;
  /**
   * Give it up after so many milliseconds, unless it has arrived or is on its way: timed reliability, RFC 3758 §4.1. If the
   * peer has no partial reliability: only if sending has not begun by then. `send-failed` tells. Default: never.
   */
  readonly lifetimeMs?: number | undefined;
  /**
   * Give it up if a part of it had to be sent more often again than this; 0: it is sent once. RFC 7496 §3.1. No effect if
   * the peer has no partial reliability. Default: no limit.
   */
  readonly maxRetransmissions?: number | undefined;
  /**
   * Give it up if the send buffer has no room for a message of a higher priority, or for one without this option: 0 is the
   * highest. RFC 7496 §3.2. If the peer has no partial reliability: only if sending has not begun. At most one of
   * `lifetimeMs`, `maxRetransmissions` and `priority` can be given. Default: it gives way to nothing.
   */
  readonly priority?: number | undefined;
  /** Ask the peer not to delay the acknowledgement (I bit). Default false. */
  readonly sackImmediately?: boolean | undefined;
  /** Send to this address of the peer rather than to the primary one. */
  readonly destination?: string | undefined;
  /** Comes back in `send-failed`. */
  readonly context?: unknown;
}

/** A message that was accepted by `send` and will not arrive, or perhaps not. RFC 9260 §11.2.2. */
export interface SendFailure {
  readonly data: Uint8Array;
  readonly stream: number;
  readonly ppid: number;
  readonly unordered: boolean;
  readonly context: unknown;
  /** Whether any part of it was sent: then the peer may have got it. */
  readonly partlySent: boolean;
  /** The policy that gave it up, or the end of the association. */
  readonly reason: AbandonmentPolicy | 'closed' | 'restart';
}

/** A path to the peer became usable or unusable, or its UDP port was learnt anew. RFC 9260 §11.2.3, RFC 6951 §5.4. */
export interface PathChange {
  readonly address: IpAddress;
  readonly change: Extract<AssociationEvent, { kind: 'path-changed' }>['change'];
}

/** Streams began with SSN 0 again: ours, or the peer's. RFC 6525 §6.1.1. */
export interface StreamReset {
  readonly streams: StreamSelection;
  readonly direction: 'incoming' | 'outgoing';
}

/** Events of an association with what their listeners get. */
export interface SctpAssociationEvents {
  /** DATA ARRIVE. As long as it has a listener, messages go there at once and their window is free again. */
  message: [message: SctpMessage];
  /** RESTART: the peer lost its state and began anew; what it had not acknowledged was reported as `send-failed`. */
  restart: [];
  /** NETWORK STATUS CHANGE. */
  'path-changed': [change: PathChange];
  /** SEND FAILURE. */
  'send-failed': [failure: SendFailure];
  /** Everything that was sent is acknowledged. */
  dry: [];
  /** `trySend`, which had returned false, is worth trying again. */
  drain: [];
  /** COMMUNICATION ERROR: the peer reported something that does not end the association. */
  'peer-error': [causes: readonly ErrorCause[]];
  /** Streams of ours or of the peer have begun anew, whoever asked for it. */
  'stream-reset': [reset: StreamReset];
  /** There are so many streams now. RFC 6525 §6.1.3. */
  'streams-added': [streams: { readonly outboundStreams: number; readonly inboundStreams: number }];
  /** All TSNs and SSNs have begun anew; the next DATA chunks have these TSNs. RFC 6525 §6.1.2. */
  'association-reset': [tsns: { readonly localNextTsn: number; readonly remoteNextTsn: number }];
  /** The peer wants to end: nothing more can be sent, no more messages will come. */
  'shutting-down': [];
  /** COMMUNICATION LOST or SHUTDOWN COMPLETE: the last event. */
  closed: [reason: CloseReason];
}
