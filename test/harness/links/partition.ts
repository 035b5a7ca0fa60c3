import type { IpAddress } from '../../../src/base/address.ts';

/** Both ends of a way: a node name and one of its addresses. */
export interface PartitionEnd {
  readonly node: string;
  readonly address: IpAddress;
}

/**
 * Which ways are cut. Ends are named by node name or by address, whichever is meant; an address takes one interface
 * down, a node name the whole node.
 */
export class Partition {
  readonly #ends = new Set<string>();
  readonly #pairs = new Set<string>();
  readonly #onChange: () => void;

  constructor(onChange: () => void = () => {}) {
    this.#onChange = onChange;
  }

  /** Cuts everything to and from this node or address. */
  cut(end: string): void {
    this.#ends.add(end);
    this.#onChange();
  }

  heal(end: string): void {
    this.#ends.delete(end);
    this.#onChange();
  }

  /** Cuts the way between two nodes or addresses; `one-way` only what goes from `a` to `b`. */
  cutBetween(a: string, b: string, ways: 'both-ways' | 'one-way' = 'both-ways'): void {
    this.#pairs.add(pairKey(a, b));
    if (ways === 'both-ways') this.#pairs.add(pairKey(b, a));
    this.#onChange();
  }

  healBetween(a: string, b: string): void {
    this.#pairs.delete(pairKey(a, b));
    this.#pairs.delete(pairKey(b, a));
    this.#onChange();
  }

  /** Splits the network: nobody of `one` reaches anybody of `other`. */
  split(one: readonly string[], other: readonly string[]): void {
    for (const a of one) {
      for (const b of other) {
        this.#pairs.add(pairKey(a, b));
        this.#pairs.add(pairKey(b, a));
      }
    }
    this.#onChange();
  }

  healAll(): void {
    this.#ends.clear();
    this.#pairs.clear();
    this.#onChange();
  }

  isCut(from: PartitionEnd, to: PartitionEnd): boolean {
    if (this.#ends.size > 0) {
      for (const end of [from.node, from.address, to.node, to.address]) if (this.#ends.has(end)) return true;
    }
    if (this.#pairs.size > 0) {
      for (const a of [from.node, from.address]) {
        for (const b of [to.node, to.address]) if (this.#pairs.has(pairKey(a, b))) return true;
      }
    }
    return false;
  }
}

function pairKey(a: string, b: string): string {
  return `${a}>${b}`;
}
