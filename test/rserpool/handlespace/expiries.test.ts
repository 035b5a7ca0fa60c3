import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Expiries } from '../../../src/rserpool/handlespace/expiries.ts';

describe('expiries', () => {
  it('an end that is put off counts, and one that comes sooner', () => {
    const expiries = new Expiries();
    expiries.set(1, 10);
    expiries.set(2, 20);
    expect(expiries.first).toBe(1);
    expiries.set(1, 30);
    expect([expiries.first, expiries.endOf(1)]).toEqual([2, 30]);
    expiries.set(1, 15);
    expect([expiries.first, expiries.endOf(1)]).toEqual([1, 15]);
    expiries.set(1, undefined);
    expect([expiries.first, expiries.endOf(1)]).toEqual([2, undefined]);
  });

  it('do what a sorted list does', () => {
    const step = fc.record({ number: fc.nat(9), at: fc.option(fc.nat(20), { nil: undefined }), looks: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const expiries = new Expiries();
        const ends = new Map<number, number>();
        for (const { number, at, looks } of steps) {
          expiries.set(number, at);
          if (at === undefined) ends.delete(number);
          else ends.set(number, at);
          for (let i = 0; i < 10; i++) expect(expiries.endOf(i)).toBe(ends.get(i));
          if (!looks) continue;
          const { first } = expiries;
          expect(first === undefined ? undefined : ends.get(first)).toBe(
            ends.size === 0 ? undefined : Math.min(...ends.values()),
          );
        }
      }),
    );
  });
});
