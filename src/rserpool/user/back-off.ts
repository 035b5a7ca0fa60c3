import type { Entropy, Instant } from '../../base/contract.ts';

/** Bounds of the pauses of {@link BackOff}, ms. */
export interface BackOffTimes {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * How soon something that failed may be tried again: once at once, then after pauses that double up to a limit, each up to
 * a half longer by chance, so that many users do not come back at one moment.
 */
export class BackOff {
  readonly #times: BackOffTimes;
  readonly #entropy: Entropy;
  #tries = 0;
  #nextAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(times: BackOffTimes, entropy: Entropy) {
    this.#times = times;
    this.#entropy = entropy;
  }

  /** When the next try may begin. */
  get nextAt(): Instant {
    return this.#nextAt;
  }

  /** A try begins, or came to its end without success. */
  note(now: Instant): void {
    const { firstMs, maxMs } = this.#times;
    // 32 doublings of a millisecond are longer than any limit.
    const pauseMs = this.#tries === 0 ? 0 : Math.min(firstMs * 2 ** Math.min(this.#tries - 1, 32), maxMs);
    this.#tries++;
    this.#nextAt = now + jittered(pauseMs, this.#entropy);
  }

  /** It worked. */
  reset(): void {
    this.#tries = 0;
    this.#nextAt = Number.NEGATIVE_INFINITY;
  }
}

/** A pause that is up to a half longer, by chance. */
export function jittered(pauseMs: number, entropy: Entropy): number {
  return pauseMs * (1 + entropy.u32() / 2 ** 33);
}
