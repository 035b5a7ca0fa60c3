import { describe, expect, it } from 'vitest';
import { SeededRandom } from './random.ts';

const draw = (random: SeededRandom, count = 8): number[] => Array.from({ length: count }, () => random.u32());

describe('seeded random numbers', () => {
  it('repeats itself for the same seed and differs for another', () => {
    expect(draw(new SeededRandom(7))).toEqual(draw(new SeededRandom(7)));
    expect(draw(new SeededRandom(7))).not.toEqual(draw(new SeededRandom(8)));
  });

  it('forks streams by name that do not depend on what others draw', () => {
    const parent = new SeededRandom(1);
    const before = draw(parent.fork('a'));
    draw(parent, 100);
    expect(draw(parent.fork('a'))).toEqual(before);
    expect(draw(parent.fork('b'))).not.toEqual(before);
    expect(draw(new SeededRandom(2).fork('a'))).not.toEqual(before);
  });

  it('spreads evenly over numbers, bits and bytes', () => {
    const random = new SeededRandom(3);
    const bits = new Array<number>(32).fill(0);
    let sum = 0;
    for (let i = 0; i < 20_000; i++) {
      const value = random.u32();
      for (let bit = 0; bit < 32; bit++) bits[bit]! += (value >>> bit) & 1;
      sum += random.float();
    }
    // Five standard deviations of a fair coin: 20000 / 2 +- 5 * sqrt(20000) / 2.
    for (const count of bits) expect(Math.abs(count - 10_000)).toBeLessThan(354);
    expect(sum / 20_000).toBeCloseTo(0.5, 1);
    expect(new Set(random.bytes(5000)).size).toBe(256);
  });

  it('keeps within its bounds', () => {
    const random = new SeededRandom(4);
    const seen = new Set(Array.from({ length: 200 }, () => random.below(3)));
    expect([...seen].sort()).toEqual([0, 1, 2]);
    expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
  });
});
