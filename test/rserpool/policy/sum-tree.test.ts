import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SumTree } from '../../../src/rserpool/policy/sum-tree.ts';

describe('sum tree', () => {
  it('finds what walking over the weights finds', () => {
    const change = fc.tuple(fc.nat(300), fc.oneof(fc.nat(5), fc.constant(0xffffffff)));
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 60 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (changes, part) => {
          const tree = new SumTree();
          const weights = new Array<number>(301).fill(0);
          for (const [place, weight] of changes) {
            tree.set(place, weight);
            weights[place] = weight;
            const total = weights.reduce((sum, w) => sum + w, 0);
            expect(tree.total).toBe(total);
            expect(tree.weightAt(place)).toBe(weight);
            if (total === 0) continue;
            for (const point of [0, Math.floor(part * total), total - 1]) {
              let [at, rest] = [0, point];
              while (rest >= weights[at]!) rest -= weights[at++]!;
              expect(tree.find(point)).toBe(at);
            }
          }
        },
      ),
    );
  });
});
