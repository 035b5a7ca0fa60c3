import type { Entropy } from '../../src/base/contract.ts';
import type { SeededRandom } from '../harness/random.ts';

/** Random numbers with a liking for the ends of the range: Initial TSNs that wrap soon. */
export class EdgyEntropy implements Entropy {
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  u32(): number {
    return this.#random.chance(0.2) ? 0xffff_ffff - this.#random.below(100) : this.#random.u32();
  }

  bytes(length: number): Uint8Array {
    return this.#random.bytes(length);
  }
}
