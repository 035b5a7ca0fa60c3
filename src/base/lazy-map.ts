/**
 * A map that takes next to no memory while it has one entry at most, where a `Map` takes 200 bytes: an idle association has
 * several that nothing may ever be put into, and thousands of endpoints have one association.
 */
export class LazyMap<Key, Value> {
  /** The only entry, unless there is a map. */
  #key: Key | undefined;
  #value: Value | undefined;
  #hasOne = false;
  #map: Map<Key, Value> | undefined;

  get size(): number {
    return this.#map === undefined ? Number(this.#hasOne) : this.#map.size;
  }

  get(key: Key): Value | undefined {
    if (this.#map !== undefined) return this.#map.get(key);
    return this.#isOnly(key) ? this.#value : undefined;
  }

  has(key: Key): boolean {
    return this.#map === undefined ? this.#isOnly(key) : this.#map.has(key);
  }

  set(key: Key, value: Value): void {
    if (this.#map === undefined && (!this.#hasOne || this.#isOnly(key))) {
      this.#key = key;
      this.#value = value;
      this.#hasOne = true;
      return;
    }
    this.#map ??= new Map(this);
    this.#map.set(key, value);
    this.#forgetOnly();
  }

  /** Whether there was something. */
  delete(key: Key): boolean {
    if (this.#map !== undefined) return this.#map.delete(key);
    const was = this.#isOnly(key);
    if (was) this.#forgetOnly();
    return was;
  }

  clear(): void {
    this.#map = undefined;
    this.#forgetOnly();
  }

  /** In the order in which they were put in. */
  keys(): Iterable<Key> {
    return this.#map?.keys() ?? (this.#hasOne ? [this.#key as Key] : NOTHING);
  }

  values(): Iterable<Value> {
    return this.#map?.values() ?? (this.#hasOne ? [this.#value as Value] : NOTHING);
  }

  [Symbol.iterator](): Iterator<[Key, Value]> {
    if (this.#map !== undefined) return this.#map.entries();
    const only: readonly [Key, Value][] = this.#hasOne ? [[this.#key as Key, this.#value as Value]] : NOTHING;
    return only[Symbol.iterator]();
  }

  #isOnly(key: Key): boolean {
    return this.#hasOne && this.#key === key;
  }

  #forgetOnly(): void {
    this.#key = undefined;
    this.#value = undefined;
    this.#hasOne = false;
  }
}

const NOTHING: readonly never[] = [];
