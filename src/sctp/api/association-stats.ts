import type { AssociationCounters, AssociationStatus } from '../core/contract.ts';
import type { AccelerationStatus } from '../udp/acceleration.ts';

/** What an association has done, and what it waits for. */
export interface SctpAssociationStats extends AssociationCounters {
  /** What keeps queued data from being sent, if there is any. */
  readonly waitingFor: AssociationStatus['waitingFor'];
  /** Bytes in the send buffer that are not acknowledged. */
  readonly bufferedBytes: number;
  /** `send` calls that wait for room in the send buffer. */
  readonly waitingSends: number;
  /** Messages received that the application has not read. */
  readonly unreadMessages: number;
  /** Receive window that is left: 0 stops the peer until the application reads. */
  readonly localRwndBytes: number;
  /** Bytes that the peer can take beyond what is in flight. */
  readonly peerRwndBytes: number;
  /** Whether the system cuts and joins packets on the sockets below, and why not. */
  readonly acceleration: AccelerationStatus;
}

/** The statistics that belong to a status. */
export function associationStats(
  status: AssociationStatus,
  waitingSends: number,
  unreadMessages: number,
  acceleration: AccelerationStatus,
): SctpAssociationStats {
  const { waitingFor, bufferedBytes, localRwndBytes, peerRwndBytes, counters } = status;
  const queues = { waitingFor, bufferedBytes, waitingSends, unreadMessages, localRwndBytes, peerRwndBytes };
  return { ...counters, ...queues, acceleration };
}
