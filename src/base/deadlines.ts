import type { Instant } from './contract.ts';
import { type HeapNode, IndexedHeap } from './indexed-heap.ts';

interface Entry<Key> extends HeapNode {
  readonly key: Key;
}

/** One deadline for each of many keys: the earliest at once, a change in logarithmic time. Ties: who came first. */
export class Deadlines<Key> {
  readonly #entries = new Map<Key, Entry<Key>>();
  readonly #heap = new IndexedHeap<Entry<Key>>();
  #added = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Sets or replaces the deadline of a key. */
  set(key: Key, at: Instant): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      const added: Entry<Key> = { key, rank: at, order: this.#added++, index: -1 };
      this.#entries.set(key, added);
      this.#heap.insert(added);
    } else this.#heap.place(entry, at);
  }

  delete(key: Key): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#heap.remove(entry);
  }

  at(key: Key): Instant | undefined {
    return this.#entries.get(key)?.rank;
  }

  /** The earliest deadline. */
  next(): Instant | undefined {
    return this.#heap.first?.rank;
  }

  /** Takes the key with the earliest deadline if that is due. */
  takeDue(now: Instant): Key | undefined {
    const { first } = this.#heap;
    if (first === undefined || first.rank > now) return undefined;
    this.delete(first.key);
    return first.key;
  }
}
