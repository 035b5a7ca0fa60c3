import { describe, expect, it } from 'vitest';
import { FailedElements } from '../../../src/rserpool/user/failed-elements.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';

const POOL = poolHandle('abc');

describe('failed elements', () => {
  it('holds an element for its time, by pool and identifier', () => {
    const failed = new FailedElements(100, 10);
    failed.add(POOL, 1, 0);
    expect(failed.isHeld(POOL, 1, 99)).toBe(true);
    expect(failed.isHeld(POOL, 1, 100)).toBe(false);
    expect(failed.isHeld(POOL, 2, 0)).toBe(false);
    expect(failed.isHeld(poolHandle('other'), 1, 0)).toBe(false);
    failed.delete(POOL, 1);
    expect(failed.isHeld(POOL, 1, 0)).toBe(false);
  });

  it('keeps the latest failures, within its limit', () => {
    const failed = new FailedElements(1000, 3);
    for (let i = 1; i <= 10; i++) failed.add(POOL, i, i);
    failed.add(POOL, 8, 11);
    failed.add(POOL, 11, 12);
    expect(failed.size).toBe(3);
    expect([8, 9, 10, 11].map((identifier) => failed.isHeld(POOL, identifier, 12))).toEqual([true, false, true, true]);
  });
});
