import type { Entropy } from '../../base/contract.ts';

/** A number from `min` up to, but not including, `max`. */
export function randomBetween(entropy: Entropy, min: number, max: number): number {
  return min + (entropy.u32() / 2 ** 32) * (max - min);
}

/** A registrar's identifier: 32 bits, never 0. RFC 5353 §3.2.1. */
export function randomRegistrarId(entropy: Entropy): number {
  for (let i = 0; i < 16; i++) {
    const id = entropy.u32() >>> 0;
    if (id !== 0) return id;
  }
  return 1;
}
