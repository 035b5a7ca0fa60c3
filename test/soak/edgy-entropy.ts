import type { Entropy } from '../../src/base/contract.ts';
import type { SeededRandom } from '../harness/random.ts';

/** Random numbers with a liking for the end of the range, so that TSNs wrap soon; each of those comes once, as tags must. */
export class EdgyEntropy implements Entropy {
  readonly #random: SeededRandom;
  readonly #used = new Set<number>();

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  u32(): number {
    const edge = 0xffff_ffff - this.#random.below(200);
    if (this.#used.has(edge) || !this.#random.chance(0.2)) return this.#random.u32();
    this.#used.add(edge);
    return edge;
  }

  bytes(length: number): Uint8Array {
    return this.#random.bytes(length);
  }
}
