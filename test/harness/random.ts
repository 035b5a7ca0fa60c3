import type { Entropy } from '../../src/base/contract.ts';

/** Seeded pseudo-random numbers (xoshiro128**, state filled by splitmix32): the same seed gives the same run. */
export class SeededRandom implements Entropy {
  readonly seed: number;
  readonly #state: [number, number, number, number];

  constructor(seed: number) {
    this.seed = seed >>> 0;
    let counter = this.seed;
    const splitmix = (): number => {
      counter = (counter + 0x9e3779b9) | 0;
      return mix(counter);
    };
    this.#state = [splitmix(), splitmix(), splitmix(), splitmix()];
  }

  /** An independent stream for one owner; what others draw, and when, does not change it. */
  fork(name: string): SeededRandom {
    let hash = mix(this.seed ^ 0x5bd1e995);
    for (let i = 0; i < name.length; i++) hash = mix(Math.imul(hash ^ name.charCodeAt(i), 0x01000193));
    return new SeededRandom(hash);
  }

  u32(): number {
    const s = this.#state;
    const result = Math.imul(rotl(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 11);
    return result;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.u32() >>> 24;
    return bytes;
  }

  /** From 0 to just below 1. */
  float(): number {
    return this.u32() / 0x1_0000_0000;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.float() * count);
  }

  /** True with this probability; 0 and 1 are certain. */
  chance(probability: number): boolean {
    return this.float() < probability;
  }
}

function mix(value: number): number {
  let z = value | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) | 0;
}

function rotl(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}
