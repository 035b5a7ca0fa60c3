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
