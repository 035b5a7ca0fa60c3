import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../src/base/rate-limit.ts';

describe('RateLimit', () => {
  it('allows a burst, then the rate, and says when', () => {
    const limit = new RateLimit(10, 2);
    expect([limit.take(0), limit.take(0), limit.take(0)]).toEqual([true, true, false]);
    expect(limit.allowedAt(0)).toBe(100);
    expect([limit.take(99), limit.take(100), limit.take(100)]).toEqual([false, true, false]);
    expect(limit.allowedAt(100)).toBe(200);
    expect([limit.take(10_000), limit.take(10_000), limit.take(10_000)]).toEqual([true, true, false]);
  });

  it('lets one spend more than there is, and says when that is made up for', () => {
    const limit = new RateLimit(10, 2);
    expect([limit.spend(0), limit.spend(0), limit.spend(0), limit.spend(0)]).toEqual([0, 0, 100, 200]);
    expect([limit.take(200), limit.spend(200), limit.spend(1000)]).toEqual([false, 300, 1000]);
  });

  it('refills evenly, and never beyond the burst', () => {
    const limit = new RateLimit(100, 10);
    const count = (now: number): number => {
      let taken = 0;
      while (limit.take(now)) taken++;
      return taken;
    };
    expect([count(0), count(0), count(50), count(55), count(100_000)]).toEqual([10, 0, 5, 0, 10]);
  });
});
