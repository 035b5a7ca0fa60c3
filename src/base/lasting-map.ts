/** So many places may stay empty, however few are taken. */
const EMPTY_PLACES = 64;

/**
 * A map for keys that come, go, and come again: the place of one that went stays for a while.
 *
 * A `Map` moves into a new table when additions have used up its own, also if as much was deleted, and the old table
 * points to the new one. Once one of them has grown old in the garbage collector's eyes, all tables that follow live on
 * with everything that they ever held, up to the next collection of the whole heap: a small map in a hot path makes short
 * lives long.
 */
export class LastingMap<Key, Value extends object> {
  #places = new Map<Key, Value | undefined>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: Key): Value | undefined {
    return this.#places.get(key);
  }

  has(key: Key): boolean {
    return this.#places.get(key) !== undefined;
  }

  set(key: Key, value: Value): void {
    if (!this.has(key)) {
      this.#size++;
      if (this.#places.size - this.#size > EMPTY_PLACES + this.#size && !this.#places.has(key)) this.#clearOut();
    }
    this.#places.set(key, value);
  }

  /** Whether there was something. */
  delete(key: Key): boolean {
    if (!this.has(key)) return false;
    this.#places.set(key, undefined);
    this.#size--;
    return true;
  }

  /** What is there now, in the order of their places. */
  values(): Value[] {
    const values: Value[] = [];
    for (const value of this.#places.values()) if (value !== undefined) values.push(value);
    return values;
  }

  /** A map of its own: nothing old points to it. */
  #clearOut(): void {
    const taken = new Map<Key, Value | undefined>();
    for (const [key, value] of this.#places) if (value !== undefined) taken.set(key, value);
    this.#places = taken;
  }
}
