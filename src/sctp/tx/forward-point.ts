import type { Ssn, Tsn } from '../../base/serial.ts';
import type { SkippedSsn } from '../wire/types.ts';
import type { Carrier, Outstanding } from './outstanding.ts';
import type { Sendable } from './send-queue.ts';

/** What a FORWARD TSN has to say. */
export interface ForwardPoint {
  /** Advanced.Peer.Ack.Point. */
  readonly advancedPeerAckPoint: Tsn;
  /** Of each stream of ordered messages the last one that was abandoned. */
  readonly skipped: readonly SkippedSsn[];
}

/**
 * Advances Advanced.Peer.Ack.Point over the abandoned chunks that follow the cumulative ack. RFC 3758 §3.5 C1, C2, C4.
 *
 * @param maxStreams how many streams fit the packet: the point stays before what does not
 */
export function forwardPoint<Request extends Sendable, C extends Carrier>(
  outstanding: Outstanding<Request, C>,
  maxStreams: number,
): ForwardPoint {
  let advancedPeerAckPoint = outstanding.cumulativeTsnAck;
  const lastSkipped = new Map<number, Ssn>();
  for (const { status, unordered, streamId, ssn, tsn } of outstanding) {
    if (status !== 'abandoned') break;
    if (!unordered) {
      if (lastSkipped.size === maxStreams && !lastSkipped.has(streamId)) break;
      lastSkipped.set(streamId, ssn);
    }
    advancedPeerAckPoint = tsn;
  }
  return { advancedPeerAckPoint, skipped: [...lastSkipped].map(([streamId, ssn]) => ({ streamId, ssn })) };
}
