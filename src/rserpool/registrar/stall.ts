import type { Instant } from '../../base/contract.ts';

/** Lateness of our own timers, ms, from which on we have been stalled and not just busy. */
const STALL_MS = 1000;
/** Longest time that is spent on reading what waited meanwhile. */
const MAX_GRACE_MS = 5000;

/**
 * Notices that this program was stopped or overloaded: a time limit was reached long before anybody could look. What
 * others sent meanwhile is not read yet, so nobody may be called dead for it. Time limits wait until that was read.
 */
export class Stall {
  /** When the registrar wanted to be called; never before the moment in which it said so. */
  #promisedAt: Instant | undefined;
  #graceEndsAt: Instant = Number.NEGATIVE_INFINITY;

  /** Whether time limits have to wait at this moment. */
  holdsBack(now: Instant): boolean {
    const late = now - (this.#promisedAt ?? now);
    if (late >= STALL_MS) this.#graceEndsAt = now + Math.min(late, MAX_GRACE_MS);
    this.#promisedAt = undefined;
    return now < this.#graceEndsAt;
  }

  /** When to call for a time limit that is reached at `next`. */
  postpone(next: Instant | undefined): Instant | undefined {
    return next === undefined ? undefined : Math.max(next, this.#graceEndsAt);
  }

  /** What was promised now: the next call is due at `next`. */
  promise(next: Instant | undefined, now: Instant): void {
    this.#promisedAt = next === undefined ? undefined : Math.max(next, now);
  }
}
