import { withRoom } from './columns.ts';

/** Nodes have so many children: fewer levels than with two, and the keys of all children share a cache line. */
const FAN_OUT = 4;
const FIRST_CAPACITY = 4;
/** So many of the smallest are found faster by looking at all candidates than by keeping these in order. */
const FEW = 8;

/**
 * A heap of small whole numbers, sorted by rank and then by order, in which any of them can be moved or removed in
 * O(log n). It costs its items 24 bytes each and no object; where items are objects of their own, `IndexedHeap` is simpler.
 */
export class NumberedHeap {
  /** Rank and order of the item in each position. */
  #keys = new Float64Array(2 * FIRST_CAPACITY);
  #items = new Int32Array(FIRST_CAPACITY);
  /** One more than the position of each item; 0 if it is not in the heap. */
  #places = new Int32Array(FIRST_CAPACITY);
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
    return this.#keys[2 * (this.#places[item]! - 1)]!;
  }

  orderOf(item: number): number {
    return this.#keys[2 * this.#places[item]! - 1]!;
  }

  /** @param item 0 or more, not in the heap */
  insert(item: number, rank: number, order: number): void {
    const at = this.#size++;
    this.#keys = withRoom(this.#keys, 2 * at + 1);
    this.#items = withRoom(this.#items, at);
    this.#places = withRoom(this.#places, item);
    this.#put(at, item, rank, order);
    this.#rise(at);
  }

  remove(item: number): void {
    const hole = this.#places[item]! - 1;
    this.#places[item] = 0;
    const last = --this.#size;
    if (hole === last) return;
    this.#put(hole, this.#items[last]!, this.#keys[2 * last]!, this.#keys[2 * last + 1]!);
    this.#settle(hole);
  }

  /** Gives an item that is in the heap another rank and order. */
  move(item: number, rank: number, order: number): void {
    const at = this.#places[item]! - 1;
    this.#keys[2 * at] = rank;
    this.#keys[2 * at + 1] = order;
    this.#settle(at);
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
    const keys = this.#keys;
    const rankA = keys[2 * a]!;
    const rankB = keys[2 * b]!;
    return rankA < rankB || (rankA === rankB && keys[2 * a + 1]! < keys[2 * b + 1]!);
  }

  /** Moves the item in this position to where it belongs. */
  #settle(at: number): void {
    if (at > 0 && this.#isBefore(at, ((at - 1) / FAN_OUT) | 0)) this.#rise(at);
    else this.#sink(at);
  }

  #rise(from: number): void {
    const keys = this.#keys;
    const items = this.#items;
    const places = this.#places;
    const item = items[from]!;
    const rank = keys[2 * from]!;
    const order = keys[2 * from + 1]!;
    let at = from;
    while (at > 0) {
      const above = ((at - 1) / FAN_OUT) | 0;
      const parentRank = keys[2 * above]!;
      const parentOrder = keys[2 * above + 1]!;
      if (parentRank < rank || (parentRank === rank && parentOrder <= order)) break;
      const parent = items[above]!;
      keys[2 * at] = parentRank;
      keys[2 * at + 1] = parentOrder;
      items[at] = parent;
      places[parent] = at + 1;
      at = above;
    }
    keys[2 * at] = rank;
    keys[2 * at + 1] = order;
    items[at] = item;
    places[item] = at + 1;
  }

  #sink(from: number): void {
    const keys = this.#keys;
    const items = this.#items;
    const places = this.#places;
    const size = this.#size;
    const item = items[from]!;
    const rank = keys[2 * from]!;
    const order = keys[2 * from + 1]!;
    let at = from;
    for (let first = FAN_OUT * at + 1; first < size; first = FAN_OUT * at + 1) {
      let below = first;
      let leastRank = keys[2 * first]!;
      let leastOrder = keys[2 * first + 1]!;
      const end = Math.min(first + FAN_OUT, size);
      for (let child = first + 1; child < end; child++) {
        const childRank = keys[2 * child]!;
        if (childRank > leastRank || (childRank === leastRank && keys[2 * child + 1]! >= leastOrder)) continue;
        below = child;
        leastRank = childRank;
        leastOrder = keys[2 * child + 1]!;
      }
      if (leastRank > rank || (leastRank === rank && leastOrder >= order)) break;
      const least = items[below]!;
      keys[2 * at] = leastRank;
      keys[2 * at + 1] = leastOrder;
      items[at] = least;
      places[least] = at + 1;
      at = below;
    }
    keys[2 * at] = rank;
    keys[2 * at + 1] = order;
    items[at] = item;
    places[item] = at + 1;
  }

  #put(at: number, item: number, rank: number, order: number): void {
    this.#keys[2 * at] = rank;
    this.#keys[2 * at + 1] = order;
    this.#items[at] = item;
    this.#places[item] = at + 1;
  }
}
