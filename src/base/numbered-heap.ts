import { withRoom } from './columns.ts';

/** Nodes have so many children: fewer levels than with two, and the keys of all children share a cache line. */
const FAN_OUT = 4;
const FIRST_CAPACITY = 4;
/** So many of the smallest are found faster by looking at all candidates than by keeping these in order. */
const FEW = 8;

/**
 * A heap of small whole numbers, sorted by rank and, where items were given one, by order: any of them can be moved or
 * removed in O(log n). It costs its items 16 bytes each, 24 with an order, and no object; where items are objects of
 * their own, `IndexedHeap` is simpler.
 */
export class NumberedHeap {
  /** The rank of the item in each position. */
  #ranks = new Float64Array(FIRST_CAPACITY);
  #items = new Int32Array(FIRST_CAPACITY);
  /** One more than the position of each item; 0 if it is not in the heap. */
  #places = new Int32Array(FIRST_CAPACITY);
  /** What decides among equals, by item; empty as long as nothing does. */
  #orders = new Float64Array(0);
  #size = 0;
  #found = new Int32Array(FIRST_CAPACITY);
  /** Positions that {@link findSmallest} may take next; if they are many, a heap of two children each. */
  #candidates = new Int32Array(FIRST_CAPACITY);

  get size(): number {
    return this.#size;
  }

  /** The item with the smallest rank. */
  get first(): number | undefined {
    return this.#size === 0 ? undefined : this.#items[0];
  }

  has(item: number): boolean {
    return item < this.#places.length && this.#places[item] !== 0;
  }

  /** The rank of an item that is in the heap. */
  rankOf(item: number): number {
    return this.#ranks[this.#places[item]! - 1]!;
  }

  /**
   * @param item 0 or more, not in the heap
   * @param order decides among items of the same rank, which come in any order without it; given for all of them or none
   */
  insert(item: number, rank: number, order?: number): void {
    const at = this.#size++;
    this.#ranks = withRoom(this.#ranks, at);
    this.#items = withRoom(this.#items, at);
    this.#places = withRoom(this.#places, item);
    this.#setOrder(item, order);
    this.#rise(at, item, rank);
  }

  remove(item: number): void {
    const hole = this.#places[item]! - 1;
    this.#places[item] = 0;
    const last = --this.#size;
    if (hole !== last) this.#settle(hole, this.#items[last]!, this.#ranks[last]!);
  }

  /** Gives an item that is in the heap another rank, and another order if it is given one. */
  move(item: number, rank: number, order?: number): void {
    this.#setOrder(item, order);
    this.#settle(this.#places[item]! - 1, item, rank);
  }

  /** Takes an item out and another one in, in one step. */
  replace(item: number, by: number, rank: number, order?: number): void {
    const at = this.#places[item]! - 1;
    this.#places[item] = 0;
    this.#places = withRoom(this.#places, by);
    this.#setOrder(by, order);
    this.#settle(at, by, rank);
  }

  /**
   * Puts the `count` items with the smallest ranks into {@link found}, in order: O(count · log count), whatever the size.
   *
   * @returns how many they are
   */
  findSmallest(count: number): number {
    const wanted = Math.min(count, this.#size);
    this.#found = withRoom(this.#found, wanted);
    if (wanted === 0) return 0;
    const [items, found] = [this.#items, this.#found];
    const isFew = wanted <= FEW;
    let candidates = 0;
    let at = 0;
    for (let taken = 0; ; ) {
      found[taken++] = items[at]!;
      if (taken === wanted) return wanted;
      const end = Math.min(FAN_OUT * at + FAN_OUT + 1, this.#size);
      this.#candidates = withRoom(this.#candidates, candidates + FAN_OUT);
      for (let child = FAN_OUT * at + 1; child < end; child++) {
        if (isFew) this.#candidates[candidates++] = child;
        else this.#addCandidate(child, candidates++);
      }
      at = isFew ? this.#takeOfFew(candidates--) : this.#takeCandidate(candidates--);
    }
  }

  /** What {@link findSmallest} found, until its next call. */
  get found(): Int32Array {
    return this.#found;
  }

  /** Without any order among so few of them. */
  #takeOfFew(size: number): number {
    const candidates = this.#candidates;
    let nearest = 0;
    for (let i = 1; i < size; i++) if (this.#isBefore(candidates[i]!, candidates[nearest]!)) nearest = i;
    const position = candidates[nearest]!;
    candidates[nearest] = candidates[size - 1]!;
    return position;
  }

  #addCandidate(position: number, size: number): void {
    const candidates = this.#candidates;
    let at = size;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(position, candidates[above]!)) break;
      candidates[at] = candidates[above]!;
      at = above;
    }
    candidates[at] = position;
  }

  #takeCandidate(size: number): number {
    const candidates = this.#candidates;
    const nearest = candidates[0]!;
    const last = candidates[size - 1]!;
    let at = 0;
    for (let below = 1; below < size - 1; below = 2 * at + 1) {
      if (below + 1 < size - 1 && this.#isBefore(candidates[below + 1]!, candidates[below]!)) below++;
      if (!this.#isBefore(candidates[below]!, last)) break;
      candidates[at] = candidates[below]!;
      at = below;
    }
    candidates[at] = last;
    return nearest;
  }

  #isBefore(a: number, b: number): boolean {
    const rankA = this.#ranks[a]!;
    const rankB = this.#ranks[b]!;
    return rankA < rankB || (rankA === rankB && this.#isEarlier(this.#items[a]!, this.#items[b]!));
  }

  /** Whether an item comes before another one of the same rank. */
  #isEarlier(item: number, other: number): boolean {
    return this.#orders.length > 0 && this.#orders[item]! < this.#orders[other]!;
  }

  /** Puts an item where it belongs, from a position that is free. */
  #settle(at: number, item: number, rank: number): void {
    const above = ((at - 1) / FAN_OUT) | 0;
    const parentRank = this.#ranks[above]!;
    if (at > 0 && (rank < parentRank || (rank === parentRank && this.#isEarlier(item, this.#items[above]!)))) {
      this.#rise(at, item, rank);
    } else this.#sink(at, item, rank);
  }

  #rise(from: number, item: number, rank: number): void {
    const ranks = this.#ranks;
    const items = this.#items;
    const places = this.#places;
    let at = from;
    while (at > 0) {
      const above = ((at - 1) / FAN_OUT) | 0;
      const parent = items[above]!;
      const parentRank = ranks[above]!;
      if (parentRank < rank || (parentRank === rank && !this.#isEarlier(item, parent))) break;
      ranks[at] = parentRank;
      items[at] = parent;
      places[parent] = at + 1;
      at = above;
    }
    this.#put(at, item, rank);
  }

  #sink(from: number, item: number, rank: number): void {
    const ranks = this.#ranks;
    const items = this.#items;
    const places = this.#places;
    const size = this.#size;
    let at = from;
    for (let first = FAN_OUT * at + 1; first < size; first = FAN_OUT * at + 1) {
      let below = first;
      let leastRank = ranks[first]!;
      const end = Math.min(first + FAN_OUT, size);
      for (let child = first + 1; child < end; child++) {
        const childRank = ranks[child]!;
        if (childRank > leastRank) continue;
        if (childRank === leastRank && !this.#isEarlier(items[child]!, items[below]!)) continue;
        below = child;
        leastRank = childRank;
      }
      const least = items[below]!;
      if (leastRank > rank || (leastRank === rank && !this.#isEarlier(least, item))) break;
      ranks[at] = leastRank;
      items[at] = least;
      places[least] = at + 1;
      at = below;
    }
    this.#put(at, item, rank);
  }

  #put(at: number, item: number, rank: number): void {
    this.#ranks[at] = rank;
    this.#items[at] = item;
    this.#places[item] = at + 1;
  }

  #setOrder(item: number, order: number | undefined): void {
    if (order === undefined) return;
    this.#orders = withRoom(this.#orders, item);
    this.#orders[item] = order;
  }
}
