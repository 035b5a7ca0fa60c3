/** What an {@link IndexedHeap} sorts: by `rank`, then by `order`. `index` belongs to the heap; -1 means not in it. */
export interface HeapNode {
  rank: number;
  order: number;
  index: number;
}

/** A binary heap whose nodes know where they are, so that any of them can be moved or removed in O(log n). */
export class IndexedHeap<Node extends HeapNode> {
  #nodes: Node[] = [];

  get size(): number {
    return this.#nodes.length;
  }

  /** The node with the smallest rank. */
  get first(): Node | undefined {
    return this.#nodes[0];
  }

  insert(node: Node): void {
    // The first one gets a list of its own length: thousands of heaps never have another.
    if (this.#nodes.length === 0) this.#nodes = [node];
    else this.#nodes.push(node);
    this.#rise(node, this.#nodes.length - 1);
  }

  /** Gives a node this rank, and a place if it has none. */
  place(node: Node, rank: number): void {
    if (node.index < 0) {
      node.rank = rank;
      this.insert(node);
    } else if (node.rank !== rank) {
      node.rank = rank;
      this.moved(node);
    }
  }

  /** Takes a node out, unless it is not in. */
  remove(node: Node): void {
    if (node.index < 0) return;
    const last = this.#nodes.pop()!;
    const hole = node.index;
    node.index = -1;
    if (last === node) return;
    last.index = hole;
    this.#nodes[hole] = last;
    this.moved(last);
  }

  /** Puts a node in its place whose rank or order has changed. */
  moved(node: Node): void {
    const at = node.index;
    if (at > 0 && isBefore(node, this.#nodes[(at - 1) >> 1]!)) this.#rise(node, at);
    else this.#sink(node, at);
  }

  /** The `count` nodes with the smallest ranks, in order. O(count · log count), whatever the size. */
  smallest(count: number): Node[] {
    const nodes = this.#nodes;
    if (count >= nodes.length / 2 && count > 1) return nodes.slice().sort(compare).slice(0, count);
    const taken: Node[] = [];
    // What can come next: the children of those that were taken, the smallest at the end.
    const candidates: Node[] = nodes.length > 0 && count > 0 ? [nodes[0]!] : [];
    for (let node = candidates.pop(); node !== undefined; node = candidates.pop()) {
      taken.push(node);
      if (taken.length >= count) break;
      const child = 2 * node.index + 1;
      if (child < nodes.length) insertDescending(candidates, nodes[child]!);
      if (child + 1 < nodes.length) insertDescending(candidates, nodes[child + 1]!);
    }
    return taken;
  }

  #rise(node: Node, from: number): void {
    const nodes = this.#nodes;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = nodes[above]!;
      if (!isBefore(node, parent)) break;
      nodes[at] = parent;
      parent.index = at;
      at = above;
    }
    nodes[at] = node;
    node.index = at;
  }

  #sink(node: Node, from: number): void {
    const nodes = this.#nodes;
    let at = from;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= nodes.length) break;
      if (below + 1 < nodes.length && isBefore(nodes[below + 1]!, nodes[below]!)) below++;
      const child = nodes[below]!;
      if (!isBefore(child, node)) break;
      nodes[at] = child;
      child.index = at;
      at = below;
    }
    nodes[at] = node;
    node.index = at;
  }
}

function isBefore(a: HeapNode, b: HeapNode): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.order < b.order);
}

function compare(a: HeapNode, b: HeapNode): number {
  return a.rank - b.rank || a.order - b.order;
}

function insertDescending<Node extends HeapNode>(sorted: Node[], node: Node): void {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(node, sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, node);
}
