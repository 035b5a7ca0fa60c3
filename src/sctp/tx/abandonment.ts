import type { Instant } from '../../base/contract.ts';
import type { Carrier, OutstandingChunk } from './outstanding.ts';
import type { OutboundMessage, Sendable } from './send-queue.ts';

/** Rules for giving up a message: RFC 3758 §4.1, RFC 7496 §3. */
export type AbandonmentPolicy = 'lifetime' | 'retransmissions' | 'priority';

/** Why a chunk that was lost is not sent again: RFC 3758 §4.1 TR4, RFC 7496 §3.1. */
export function reasonToAbandon<Request extends Sendable, C extends Carrier>(
  chunk: OutstandingChunk<Request, C>,
  now: Instant,
): AbandonmentPolicy | undefined {
  const { expiresAt, request } = chunk.message;
  if (expiresAt !== undefined && expiresAt <= now) return 'lifetime';
  const { maxRetransmissions } = request;
  // Sent once more it would have been retransmitted as often as it was transmitted so far.
  return maxRetransmissions !== undefined && chunk.transmissions > maxRetransmissions ? 'retransmissions' : undefined;
}

/** Room in the send buffer. */
export interface Room {
  readonly bytes: number;
  /** Messages that wait for their transmission. */
  readonly messages: number;
}

/** A message that could be given up, and the room that this would make. */
export interface Candidate<Request extends Sendable> extends Room {
  readonly message: OutboundMessage<Request>;
}

/**
 * Which messages make room for more important ones: those of the lowest priority first; among equals those that were not
 * begun, and the oldest. RFC 7496 §3.2.
 *
 * @param candidates oldest first
 * @returns none if all of them together are not enough
 */
export function chooseVictims<Request extends Sendable>(
  candidates: readonly Candidate<Request>[],
  needed: Room,
): OutboundMessage<Request>[] {
  let { bytes, messages } = needed;
  const victims: OutboundMessage<Request>[] = [];
  for (const candidate of candidates.toSorted((a, b) => rankOf(b) - rankOf(a))) {
    if (bytes <= 0 && messages <= 0) break;
    victims.push(candidate.message);
    bytes -= candidate.bytes;
    messages -= candidate.messages;
  }
  return bytes <= 0 && messages <= 0 ? victims : [];
}

/** Whether a message may be given up for another one. Reliable messages rank above all others (RFC 7496 §3.2). */
export function givesWayTo({ request }: OutboundMessage<Sendable>, other: Sendable): boolean {
  return request.priority !== undefined && request.priority > (other.priority ?? -1);
}

/** Above all by priority; of the same one what was not begun goes first, since the peer need not be told. */
function rankOf({ message }: Candidate<Sendable>): number {
  return 2 * (message.request.priority ?? 0) + (message.takenBytes === 0 ? 1 : 0);
}
