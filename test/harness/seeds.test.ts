import { describe, expect, it } from 'vitest';
import { forEachSeed, seedsToRun } from './seeds.ts';

describe.skipIf(process.env.SEED !== undefined)('forEachSeed', () => {
  it('runs every seed from 1', () => {
    const seeds: number[] = [];
    forEachSeed(3, (seed) => {
      seeds.push(seed);
    });
    expect(seeds).toEqual([1, 2, 3]);
  });

  it('names the seed of a failure and keeps the failure as cause', () => {
    const cause = new Error('boom');
    const failing = (): void =>
      forEachSeed(9, (seed) => {
        if (seed === 5) throw cause;
      });
    expect(failing).toThrow('with seed 5 (replay it with SEED=5): boom');
    expect(failing).toThrow(expect.objectContaining({ cause }));
  });

  it('runs asynchronous tests one after the other and names the seed as well', async () => {
    const seeds: number[] = [];
    const run = forEachSeed(5, async (seed) => {
      await Promise.resolve();
      seeds.push(seed);
      if (seed === 3) throw new Error('late boom');
    });
    await expect(run).rejects.toThrow('with seed 3 (replay it with SEED=3): late boom');
    expect(seeds).toEqual([1, 2, 3]);
  });
});

describe('seedsToRun', () => {
  it('takes the single seed that the environment asks for', () => {
    expect(seedsToRun(3, undefined)).toEqual([1, 2, 3]);
    expect(seedsToRun(3, '')).toEqual([1, 2, 3]);
    expect(seedsToRun(3, '17')).toEqual([17]);
    expect(() => seedsToRun(3, 'x')).toThrow(/takes a whole number/);
  });
});
