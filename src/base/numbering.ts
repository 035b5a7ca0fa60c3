/**
 * Gives items numbers from 0 on, and those of items that are gone to new ones: what is known of them fits into columns of
 * numbers then (`columns.ts`, `NumberedHeap`), which takes a fraction of the memory of objects.
 */
export class Numbering<Item> {
  readonly #items: (Item | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#items.length - this.#free.length;
  }

  add(item: Item): number {
    const number = this.#free.pop() ?? this.#items.length;
    this.#items[number] = item;
    return number;
  }

  remove(number: number): void {
    this.#items[number] = undefined;
    this.#free.push(number);
  }

  /** The item with this number; there is one. */
  at(number: number): Item {
    return this.#items[number]!;
  }
}
