import type { Tsn } from '../../base/serial.ts';
import type { SkippedMid } from '../wire/types.ts';
import type { Carrier, Outstanding } from './outstanding.ts';
import type { Sendable } from './send-queue.ts';

/** What a FORWARD TSN or I-FORWARD-TSN has to say. */
export interface ForwardPoint {
  /** Advanced.Peer.Ack.Point. */
  readonly advancedPeerAckPoint: Tsn;
  /** Of each stream the last message that was abandoned; the unordered ones are in I-FORWARD-TSN only. */
  readonly skipped: readonly SkippedMid[];
}

/**
 * Advances Advanced.Peer.Ack.Point over the abandoned chunks that follow the cumulative ack. RFC 3758 §3.5 C1, C2, C4;
 * RFC 8260 §2.3.1.
 *
 * @param maxEntries how many entries fit the packet: the point stays before what does not
 * @param interleaving whether it is about I-DATA
 */
export function forwardPoint<Request extends Sendable, C extends Carrier>(
  outstanding: Outstanding<Request, C>,
  maxEntries: number,
  interleaving: boolean,
): ForwardPoint {
  let advancedPeerAckPoint = outstanding.cumulativeTsnAck;
  const last = new Map<number, SkippedMid>();
  for (const { status, unordered, streamId, mid, tsn } of outstanding) {
    if (status !== 'abandoned') break;
    if (interleaving || !unordered) {
      const key = 2 * streamId + (unordered ? 1 : 0);
      if (last.size === maxEntries && !last.has(key)) break;
      last.set(key, { streamId, unordered, mid });
    }
    advancedPeerAckPoint = tsn;
  }
  return { advancedPeerAckPoint, skipped: [...last.values()] };
}
