import type { Entropy } from '../../base/contract.ts';

/** A whole number from 0 to `count` - 1, all equally likely; `count` is a whole number from 1 to 2^53. */
export function drawBelow(entropy: Entropy, count: number): number {
  if (count <= 0x1_0000) return Math.floor((entropy.u32() / 0x1_0000_0000) * count);
  // 53 bits: with 32 some numbers of a large range would never be drawn.
  const unit = ((entropy.u32() >>> 5) * 0x400_0000 + (entropy.u32() >>> 6)) / 0x20_0000_0000_0000;
  return Math.floor(unit * count);
}
