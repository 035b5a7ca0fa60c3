import type { Instant } from '../../base/contract.ts';

/** One deadline for each of many keys: a binary heap in which replaced and deleted entries stay until they surface. */
export class Deadlines<Key> {
  readonly #current = new Map<Key, Instant>();
  #heap: { readonly at: Instant; readonly key: Key }[] = [];

  get size(): number {
    return this.#current.size;
  }

  /** Sets or replaces the deadline of a key. */
  set(key: Key, at: Instant): void {
    if (this.#current.get(key) === at) return;
    this.#current.set(key, at);
    // Replaced entries must not pile up: a peer decides how often deadlines are replaced.
    if (this.#heap.length > 64 && this.#heap.length > 3 * this.#current.size) this.#rebuild();
    else this.#push({ at, key });
  }

  delete(key: Key): void {
    this.#current.delete(key);
  }

  at(key: Key): Instant | undefined {
    return this.#current.get(key);
  }

  /** The earliest deadline. */
  next(): Instant | undefined {
    this.#dropStale();
    return this.#heap[0]?.at;
  }

  /** Takes the key with the earliest deadline if that is due. */
  takeDue(now: Instant): Key | undefined {
    this.#dropStale();
    const top = this.#heap[0];
    if (top === undefined || top.at > now) return undefined;
    this.#pop();
    this.#current.delete(top.key);
    return top.key;
  }

  #dropStale(): void {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#current.get(top.key) === top.at) return;
      this.#pop();
    }
  }

  #rebuild(): void {
    this.#heap = [];
    for (const [key, at] of this.#current) this.#push({ at, key });
  }

  #push(entry: { readonly at: Instant; readonly key: Key }): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.at <= entry.at) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child++;
      if (heap[child]!.at >= last.at) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}
