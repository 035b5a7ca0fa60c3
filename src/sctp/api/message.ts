import type { IpAddress } from '../../base/address.ts';
import type { AssociationEvent } from '../core/contract.ts';
import type { MessagePart } from '../rx/received-message.ts';

/**
 * A message that the peer sent, or a part of one if `partialDeliveryBytes` is above 0: `partial` tells. RFC 9260 §11.1.7,
 * §11.2.1.
 */
export interface SctpMessage {
  /** Small ones share memory, up to 8 KiB of it, as small buffers of Node do: copy what you keep for long. */
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

/** What the core tells of a message, as the application gets it. */
export function toMessage(event: Extract<AssociationEvent, { kind: 'message' }>): SctpMessage {
  const { data, streamId: stream, ppid, unordered, ssn, partial, source } = event;
  return { data, stream, ppid, unordered, ssn, partial, source };
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
