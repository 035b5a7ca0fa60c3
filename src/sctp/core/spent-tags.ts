import { Deque } from '../../base/deque.ts';

/** So many are remembered; the oldest are forgotten first. */
export const MAX_SPENT_TAGS = 4096;

/**
 * Verification tags of associations that have ended. A State Cookie can come back after its association is over, by a
 * copy of COOKIE ECHO that was late or by somebody who kept it (RFC 5062 §6.1). An association made from it once more
 * would have the same tags and TSNs as the one before, and to a peer that still holds that one the new data would be old:
 * acknowledged and thrown away. So a cookie makes one association only.
 */
export class SpentTags {
  /** None before the first association has ended. */
  #tags: Set<number> | undefined;
  #order: Deque<number> | undefined;

  get size(): number {
    return this.#tags?.size ?? 0;
  }

  add(tag: number): void {
    if (this.has(tag)) return;
    this.#tags ??= new Set();
    this.#order ??= new Deque();
    this.#tags.add(tag);
    this.#order.push(tag);
    if (this.#order.length > MAX_SPENT_TAGS) this.#tags.delete(this.#order.shift()!);
  }

  has(tag: number): boolean {
    return this.#tags?.has(tag) === true;
  }
}
