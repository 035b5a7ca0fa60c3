import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rings } from '../../src/base/rings.ts';

/** What is seen from an item on, once around. */
function seenFrom(rings: Rings, first: number): number[] {
  const seen = [first];
  for (let item = rings.next(first); item !== first && seen.length < 100; item = rings.next(item)) seen.push(item);
  return seen;
}

describe('rings', () => {
  it('start alone, join behind all others, and close behind what is removed', () => {
    const rings = new Rings();
    for (const item of [5, 2, 9, 0]) rings.start(item);
    rings.join(5, 2);
    rings.join(9, 0);
    expect([seenFrom(rings, 5), seenFrom(rings, 0)]).toEqual([
      [5, 2],
      [0, 9],
    ]);
    rings.join(2, 0);
    expect(seenFrom(rings, 2)).toEqual([2, 5, 0, 9]);
    rings.remove(5);
    expect(seenFrom(rings, 0)).toEqual([0, 9, 2]);
    rings.start(5);
    expect(seenFrom(rings, 5)).toEqual([5]);
  });

  it('do what arrays do', () => {
    const step = fc.record({ what: fc.constantFrom('start', 'start', 'join', 'remove'), a: fc.nat(), b: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const rings = new Rings();
        const lists: number[][] = [];
        let items = 0;
        for (const { what, a, b } of steps) {
          const [one, other] = [lists[a % lists.length], lists[b % lists.length]];
          if (what === 'start') {
            rings.start(items);
            lists.push([items++]);
          } else if (what === 'join' && one && other && one !== other) {
            rings.join(one[0]!, other[0]!);
            one.push(...lists.splice(lists.indexOf(other), 1)[0]!);
          } else if (what === 'remove' && one) {
            rings.remove(one.splice(b % one.length, 1)[0]!);
            if (one.length === 0) lists.splice(lists.indexOf(one), 1);
          }
          for (const list of lists) expect(seenFrom(rings, list[0]!)).toEqual(list);
        }
      }),
    );
  });
});
