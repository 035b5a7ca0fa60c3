import type { Instant } from './contract.ts';

/** Token bucket: so many per second on average, and so many at once. */
export class RateLimit {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #at: Instant | undefined;

  constructor(perSecond: number, burst: number) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Whether one more is allowed now; takes it if so. */
  take(now: Instant): boolean {
    this.#refill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /**
   * Takes one more, whether it is allowed or not.
   *
   * @returns when all that was taken is within the rate: not after `now` unless it was too much
   */
  spend(now: Instant): Instant {
    this.#refill(now);
    this.#tokens -= 1;
    return this.#tokens >= 0 ? now : now - this.#tokens / this.#perMs;
  }

  /** How many more are allowed at once. */
  available(now: Instant): number {
    this.#refill(now);
    return this.#tokens;
  }

  /** When {@link take} succeeds again. */
  allowedAt(now: Instant): Instant {
    this.#refill(now);
    return this.#tokens >= 1 ? now : now + (1 - this.#tokens) / this.#perMs;
  }

  #refill(now: Instant): void {
    if (this.#at !== undefined && now > this.#at) {
      this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    }
    this.#at = Math.max(now, this.#at ?? now);
  }
}
