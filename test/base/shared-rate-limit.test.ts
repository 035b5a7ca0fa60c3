import { describe, expect, it } from 'vitest';
import { SharedRateLimit } from '../../src/base/shared-rate-limit.ts';

const FLOOD_PER_MS = 60;

describe('a rate limit for many sources', () => {
  it('one alone may have all of it, and not more', () => {
    const limit = new SharedRateLimit(10_000, 1000);
    let taken = 0;
    for (let now = 0; now < 1000; now++) {
      for (let i = 0; i < FLOOD_PER_MS; i++) if (limit.take(now, '10.0.0.66')) taken++;
    }
    expect(taken).toBeGreaterThan(10_000);
    expect(taken).toBeLessThanOrEqual(11_000);
  });

  it('a flood of a few sources leaves something for all others', () => {
    const limit = new SharedRateLimit(10_000, 1000);
    let [taken, refused] = [0, 0];
    for (let now = 0; now < 5000; now++) {
      for (let i = 0; i < FLOOD_PER_MS; i++) limit.take(now, `10.0.0.${60 + (i % 4)}`);
      if (limit.take(now, '10.0.0.1')) taken++;
      else refused++;
    }
    expect([taken, refused]).toEqual([5000, 0]);
  });

  it('all together have no more than the rate', () => {
    const limit = new SharedRateLimit(10_000, 1000);
    let taken = 0;
    for (let now = 0; now < 1000; now++) {
      for (let i = 0; i < FLOOD_PER_MS; i++) if (limit.take(now, `10.0.${i}.1`)) taken++;
    }
    expect(taken).toBeLessThanOrEqual(11_000);
  });
});
