import { withRoom } from './columns.ts';

/**
 * Circular lists of small whole numbers, each of which is in one of them at most. A list goes by any of its items, from
 * which it is seen. It costs an item 8 bytes and no object.
 */
export class Rings {
  /** The neighbours of each item in its list. */
  #next = new Int32Array(4);
  #previous = new Int32Array(4);

  next(item: number): number {
    return this.#next[item]!;
  }

  /** Makes a list of an item that is in none. @param item 0 or more */
  start(item: number): void {
    this.#next = withRoom(this.#next, item);
    this.#previous = withRoom(this.#previous, item);
    this.#link(item, item);
  }

  /** Appends another list to the list that begins with `first`; `other` comes after all that are seen from there. */
  join(first: number, other: number): void {
    const last = this.#previous[first]!;
    this.#link(this.#previous[other]!, first);
    this.#link(last, other);
  }

  /** Takes an item out of its list. */
  remove(item: number): void {
    this.#link(this.#previous[item]!, this.#next[item]!);
  }

  #link(before: number, behind: number): void {
    this.#next[before] = behind;
    this.#previous[behind] = before;
  }
}
