import type { SeededRandom } from '../harness/random.ts';
import { between, magnitude, pick } from './draw.ts';

/** What the application of one side does with one association. */
export interface Behaviour {
  /** Messages to send in all. */
  readonly messages: number;
  readonly longestBytes: number;
  /** Whether all are of the longest size, or of any. */
  readonly allLong: boolean;
  readonly streams: number;
  /** Messages offered at once, and the pause behind them. */
  readonly burst: number;
  readonly pauseMs: number;
  readonly unordered: number;
  /** How many messages may be given up, and after what. */
  readonly withPolicy: number;
  readonly policy: 'lifetime' | 'retransmissions' | 'priority';
  readonly lifetimeMs: number;
  readonly maxRetransmissions: number;
  readonly immediate: number;
  /** How messages are read: at once, each after a delay, or not at all for a time and then all together. */
  readonly reading: 'at-once' | 'slow' | 'stalling';
  readonly readDelayMs: number;
  /** How it ends by itself, once everything was handed to `send` or after a time; `none` leaves it to the other side. */
  readonly ending: 'shutdown' | 'abort' | 'none';
  readonly endsAfterMs: number;
  /** Probability, per burst, of a call that has nothing to do with sending: `meddle.ts`. */
  readonly meddling: number;
}

export function drawBehaviour(random: SeededRandom): Behaviour {
  return {
    messages: random.chance(0.15) ? 0 : magnitude(random, 1, 1000),
    longestBytes: magnitude(random, 1, pick(random, [60, 4000, 4000, 60_000])),
    allLong: random.chance(0.3),
    streams: magnitude(random, 1, 40),
    burst: magnitude(random, 1, 100),
    pauseMs: magnitude(random, 1, 3000),
    unordered: pick(random, [0, 0, 0.2, 0.5, 1]),
    withPolicy: pick(random, [0, 0, 0, 0.1, 1]),
    lifetimeMs: magnitude(random, 1, 5000),
    immediate: pick(random, [0, 0.1]),
    reading: pick(random, ['at-once', 'slow', 'stalling'] as const),
    readDelayMs: magnitude(random, 1, 4000),
    ending: pick(random, ['none', 'none', 'shutdown', 'shutdown', 'abort'] as const),
    endsAfterMs: magnitude(random, 50, 60_000),
    meddling: pick(random, [0, 0, 0.1, 0.5]),
    policy: pick(random, ['lifetime', 'lifetime', 'retransmissions', 'priority'] as const),
    maxRetransmissions: random.below(3),
  };
}

/** Whether something with this probability happens this time, in `between` of a burst. */
export function burstSize(random: SeededRandom, behaviour: Behaviour): number {
  return between(random, 1, behaviour.burst);
}
