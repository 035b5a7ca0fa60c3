import type { Instant } from './contract.ts';
import { RateLimit } from './rate-limit.ts';

/** Sources are told apart by so many numbers: two may have the same one. */
const LANES = 256;
/** A source that is not alone gets this part of the rate for sure. */
const SHARES = 8;

/**
 * A token bucket for many sources: all together have the rate, and one may have all of it; but what is kept for emergencies,
 * half of the burst, is for those only that keep within a share of their own. So a flood from one place does not take it
 * from the others.
 */
export class SharedRateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #all: RateLimit;
  /** By number of the source; made when they are needed. */
  #lanes: RateLimit[] | undefined;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#all = new RateLimit(perSecond, burst);
  }

  /** Whether a source is allowed one more now; takes it if so. */
  take(now: Instant, source: string): boolean {
    if (this.#all.available(now) <= this.#burst / 2 && !this.#laneOf(source).take(now)) return false;
    return this.#all.take(now);
  }

  #laneOf(source: string): RateLimit {
    this.#lanes ??= [];
    const number = hashOf(source) % LANES;
    this.#lanes[number] ??= new RateLimit(this.#perSecond / SHARES, Math.max(1, this.#burst / SHARES));
    return this.#lanes[number];
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
