import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HeapNode, IndexedHeap } from '../../src/base/indexed-heap.ts';

const step = fc.record({
  what: fc.constantFrom('insert', 'insert', 'remove', 'change', 'look'),
  which: fc.nat(),
  rank: fc.nat(10),
});

describe('indexed heap', () => {
  it('keeps the order of a sorted array', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const heap = new IndexedHeap<HeapNode>();
        const model: HeapNode[] = [];
        let order = 0;
        for (const { what, which, rank } of steps) {
          const node = model[which % Math.max(model.length, 1)];
          if (what === 'insert') {
            const added = { rank, order: order++, index: -1 };
            model.push(added);
            heap.insert(added);
          } else if (what === 'remove' && node) {
            model.splice(model.indexOf(node), 1);
            heap.remove(node);
            expect(node.index).toBe(-1);
          } else if (what === 'change' && node) {
            node.rank = rank;
            heap.moved(node);
          }
          model.sort((a, b) => a.rank - b.rank || a.order - b.order);
          expect(heap.first).toBe(model[0]);
          expect(heap.size).toBe(model.length);
          expect(heap.smallest(rank)).toEqual(model.slice(0, rank));
        }
      }),
    );
  });
});
