import { describe, expect, it } from 'vitest';
import { BackOff } from '../../../src/rserpool/user/back-off.ts';
import { SeededRandom } from '../../harness/random.ts';

describe('back-off', () => {
  const pauses = (seed: number, tries: number): number[] => {
    const backOff = new BackOff({ firstMs: 200, maxMs: 1000 }, new SeededRandom(seed));
    return Array.from({ length: tries }, () => {
      backOff.note(5000);
      return backOff.nextAt - 5000;
    });
  };

  it('lets the second try begin at once, then doubles the pause up to its limit, and half as much by chance', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const [first, ...others] = pauses(seed, 6);
      expect(first).toBe(0);
      for (const [i, least] of [200, 400, 800, 1000, 1000].entries()) {
        expect(others[i]).toBeGreaterThanOrEqual(least);
        expect(others[i]).toBeLessThan(1.5 * least);
      }
    }
    expect(new Set(Array.from({ length: 50 }, (_, seed) => pauses(seed, 2)[1])).size).toBe(50);
  });

  it('never pauses longer than its limit, however often', () => {
    expect(Math.max(...pauses(1, 5000))).toBeLessThan(1500);
  });

  it('begins anew after a success', () => {
    const backOff = new BackOff({ firstMs: 200, maxMs: 1000 }, new SeededRandom(1));
    for (let i = 0; i < 5; i++) backOff.note(0);
    expect(backOff.nextAt).toBeGreaterThanOrEqual(1000);
    backOff.reset();
    expect(backOff.nextAt).toBe(Number.NEGATIVE_INFINITY);
    backOff.note(7000);
    expect(backOff.nextAt).toBe(7000);
  });
});
