import { withRoom } from '../../base/columns.ts';
import type { Instant } from '../../base/contract.ts';
import { NumberedHeap } from '../../base/numbered-heap.ts';

/**
 * Ends of registration lives, by the elements' numbers. Elements register again all the time, long before they expire: a
 * later end is only noted, and moves an element when it would have been the first to expire.
 */
export class Expiries {
  #ends = new Float64Array(4);
  /** By an end that the element has or had, and that is not later than the one it has. */
  readonly #heap = new NumberedHeap();

  /** @param at `undefined` for never */
  set(number: number, at: Instant | undefined): void {
    const expires = this.#heap.has(number);
    if (at === undefined) {
      if (expires) this.#heap.remove(number);
      return;
    }
    this.#ends = withRoom(this.#ends, number);
    this.#ends[number] = at;
    if (!expires) this.#heap.insert(number, at);
    else if (at < this.#heap.rankOf(number)) this.#heap.move(number, at);
  }

  endOf(number: number): Instant | undefined {
    return this.#heap.has(number) ? this.#ends[number] : undefined;
  }

  /** The number of the element that expires first. */
  get first(): number | undefined {
    for (;;) {
      const first = this.#heap.first;
      if (first === undefined) return undefined;
      const end = this.#ends[first]!;
      if (this.#heap.rankOf(first) === end) return first;
      this.#heap.move(first, end);
    }
  }
}
