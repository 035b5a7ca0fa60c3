import { expect, it } from 'vitest';
import { FailedPools } from '../../../src/rserpool/user/failed-pools.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';

const a = poolHandle('a');
const b = poolHandle('b');
const c = poolHandle('c');

function failedPools(max: number): FailedPools {
  return new FailedPools({ firstMs: 100, maxMs: 1000 }, max, { u32: () => 0, bytes: (n) => new Uint8Array(n) });
}

it('a pool that fails is asked for after a pause from the second time on, until it works', () => {
  const pools = failedPools(3);
  expect(pools.nextAt(a, 5)).toBe(5);
  pools.failed(a, 10);
  expect(pools.nextAt(a, 10)).toBe(10);
  pools.failed(a, 10);
  expect(pools.nextAt(a, 50)).toBe(110);
  expect(pools.nextAt(a, 200)).toBe(200);
  expect(pools.nextAt(b, 50)).toBe(50);
  pools.worked(a);
  expect(pools.nextAt(a, 50)).toBe(50);
  pools.failed(a, 50);
  expect(pools.nextAt(a, 50)).toBe(50);
});

it('the pool that failed longest ago is forgotten when there are too many', () => {
  const pools = failedPools(2);
  for (const pool of [a, b, a, b, a]) pools.failed(pool, 0);
  expect([a, b].map((pool) => pools.nextAt(pool, 0))).toEqual([200, 100]);
  pools.failed(c, 0);
  expect([a, b].map((pool) => pools.nextAt(pool, 0))).toEqual([200, 0]);
});
