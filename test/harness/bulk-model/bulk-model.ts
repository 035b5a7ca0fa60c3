import { Deque } from '../../../src/base/deque.ts';
import { ModelReceiver, type ModelSack } from './receiver.ts';
import { ModelSender } from './sender.ts';

/** A path without a bottleneck: only its delay and its losses hold a sender back. */
export interface BulkPath {
  /** There and back, ms. */
  readonly roundTripMs: number;
  /** Probability that a packet is lost, the same for DATA and for SACKs. */
  readonly lossRate: number;
}

export interface BulkModelOptions extends BulkPath {
  readonly durationMs: number;
  /** Random numbers from 0 to just below 1. */
  readonly random: () => number;
}

export interface BulkResult {
  /** Packets that arrived in order. */
  readonly delivered: number;
  readonly sent: number;
  readonly retransmissions: number;
  readonly fastRecoveries: number;
  readonly timeouts: number;
  /** The longest time in which nothing arrived in order. */
  readonly longestGapMs: number;
}

/** What is on its way in one direction; nothing overtakes. */
class Way<T> {
  readonly #items = new Deque<{ readonly at: number; readonly what: T }>();
  readonly #delayMs: number;
  readonly #isLost: () => boolean;

  constructor(delayMs: number, isLost: () => boolean) {
    this.#delayMs = delayMs;
    this.#isLost = isLost;
  }

  get nextAt(): number {
    return this.#items.at(0)?.at ?? Number.POSITIVE_INFINITY;
  }

  put(what: T, now: number): void {
    if (!this.#isLost()) this.#items.push({ at: now + this.#delayMs, what });
  }

  take(): T {
    return this.#items.shift()!.what;
  }
}

/**
 * What RFC 9260 allows on a path with random losses: the sender and the receiver that the RFC describes, with its
 * default parameters, packet by packet, without any other limit: no window of the receiver, no bottleneck, no time for
 * computing.
 */
export function bulkModel({ roundTripMs, lossRate, durationMs, random }: BulkModelOptions): BulkResult {
  const isLost = (): boolean => random() < lossRate;
  const there = new Way<number>(roundTripMs / 2, isLost);
  const back = new Way<ModelSack>(roundTripMs / 2, isLost);
  const sender = new ModelSender();
  const receiver = new ModelReceiver();
  let now = 0;
  let lastDeliveryAt = 0;
  let longestGapMs = 0;
  const put = (tsn: number): void => there.put(tsn, now);
  const answer = (sack: ModelSack | undefined): void => {
    if (sack !== undefined) back.put(sack, now);
  };
  sender.send(now, put);
  for (;;) {
    now = Math.min(there.nextAt, back.nextAt, receiver.sackAt, sender.t3At);
    if (now >= durationMs) break;
    if (there.nextAt === now) {
      const before = receiver.cumulative;
      answer(receiver.receive(there.take(), now));
      if (receiver.cumulative > before) {
        longestGapMs = Math.max(longestGapMs, now - lastDeliveryAt);
        lastDeliveryAt = now;
      }
    } else if (back.nextAt === now) sender.acknowledge(back.take(), now, put);
    else if (receiver.sackAt === now) answer(receiver.sack());
    else sender.timeout(now, put);
  }
  return { delivered: receiver.cumulative, longestGapMs, ...sender.counters };
}
