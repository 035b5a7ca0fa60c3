import type { Instant } from './contract.ts';

/** Something that waits for an instant; the heap keeps its place in the item itself. */
export interface Waiting {
  deadline: Instant | undefined;
  /** -1 while it is not in a heap. */
  deadlineIndex: number;
}

/** Items by their deadline: the earliest one at once, a change in logarithmic time, however many there are. */
export class DeadlineHeap<Item extends Waiting> {
  readonly #items: Item[] = [];

  /** The earliest deadline. */
  next(): Instant | undefined {
    return this.#items[0]?.deadline;
  }

  /** Sets or takes away an item's deadline. */
  update(item: Item, deadline: Instant | undefined): void {
    if (item.deadline === deadline && (deadline === undefined) === item.deadlineIndex < 0) return;
    item.deadline = deadline;
    if (deadline === undefined) this.#remove(item);
    else if (item.deadlineIndex < 0) {
      item.deadlineIndex = this.#items.length;
      this.#items.push(item);
      this.#up(item.deadlineIndex);
    } else {
      this.#up(item.deadlineIndex);
      this.#down(item.deadlineIndex);
    }
  }

  /** Takes an item out whose deadline has come; call until it returns `undefined`. */
  takeDue(now: Instant): Item | undefined {
    const first = this.#items[0];
    if (first === undefined || first.deadline! > now) return undefined;
    this.update(first, undefined);
    return first;
  }

  #remove(item: Item): void {
    const index = item.deadlineIndex;
    if (index < 0) return;
    item.deadlineIndex = -1;
    const last = this.#items.pop()!;
    if (last === item) return;
    this.#items[index] = last;
    last.deadlineIndex = index;
    this.#up(index);
    this.#down(last.deadlineIndex);
  }

  #up(index: number): void {
    const item = this.#items[index]!;
    let at = index;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#items[parent]!.deadline! <= item.deadline!) break;
      this.#place(this.#items[parent]!, at);
      at = parent;
    }
    this.#place(item, at);
  }

  #down(index: number): void {
    const item = this.#items[index]!;
    let at = index;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#items.length) break;
      if (child + 1 < this.#items.length && this.#items[child + 1]!.deadline! < this.#items[child]!.deadline!) child++;
      if (this.#items[child]!.deadline! >= item.deadline!) break;
      this.#place(this.#items[child]!, at);
      at = child;
    }
    this.#place(item, at);
  }

  #place(item: Item, index: number): void {
    this.#items[index] = item;
    item.deadlineIndex = index;
  }
}
