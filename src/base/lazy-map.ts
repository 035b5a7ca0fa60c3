/**
 * A map that takes next to no memory before something is put into it, where an empty `Map` takes 200 bytes: an idle
 * association has more than a dozen that nothing may ever be put into.
 */
export class LazyMap<Key, Value> {
  #map: Map<Key, Value> | undefined;

  get size(): number {
    return this.#map === undefined ? 0 : this.#map.size;
  }

  get(key: Key): Value | undefined {
    return this.#map?.get(key);
  }

  has(key: Key): boolean {
    return this.#map?.has(key) === true;
  }

  set(key: Key, value: Value): void {
    this.#map ??= new Map();
    this.#map.set(key, value);
  }

  /** Whether there was something. */
  delete(key: Key): boolean {
    return this.#map?.delete(key) === true;
  }

  clear(): void {
    this.#map = undefined;
  }

  /** In the order in which they were put in. */
  keys(): Iterable<Key> {
    return this.#map?.keys() ?? NOTHING;
  }

  values(): Iterable<Value> {
    return this.#map?.values() ?? NOTHING;
  }

  [Symbol.iterator](): Iterator<[Key, Value]> {
    return this.#map?.entries() ?? NOTHING[Symbol.iterator]();
  }
}

const NOTHING: readonly never[] = [];
