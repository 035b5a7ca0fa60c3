import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberedHeap } from '../../src/base/numbered-heap.ts';

const step = fc.record({
  what: fc.constantFrom('insert', 'insert', 'remove', 'move', 'look'),
  which: fc.nat(),
  rank: fc.nat(10),
});

describe('numbered heap', () => {
  it('keeps the order of a sorted array', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const heap = new NumberedHeap();
        const model: { item: number; rank: number; order: number }[] = [];
        let order = 0;
        for (const { what, which, rank } of steps) {
          const entry = model[which % Math.max(model.length, 1)];
          if (what === 'insert') {
            // Any number that is free, not only the next one.
            let item = which % 97;
            while (model.some((other) => other.item === item)) item++;
            expect(heap.has(item)).toBe(false);
            model.push({ item, rank, order });
            heap.insert(item, rank, order++);
          } else if (what === 'remove' && entry) {
            model.splice(model.indexOf(entry), 1);
            heap.remove(entry.item);
            expect(heap.has(entry.item)).toBe(false);
          } else if (what === 'move' && entry) {
            entry.rank = rank;
            if (which % 2 === 0) entry.order = order++;
            heap.move(entry.item, entry.rank, entry.order);
          }
          model.sort((a, b) => a.rank - b.rank || a.order - b.order);
          const items = model.map(({ item }) => item);
          expect(heap.size).toBe(model.length);
          expect(heap.first).toBe(items[0]);
          for (const count of [rank, 3, Number.POSITIVE_INFINITY]) {
            const found = heap.findSmallest(count);
            expect([...heap.found.subarray(0, found)]).toEqual(items.slice(0, count));
          }
          for (const { item, rank, order } of model)
            expect([heap.rankOf(item), heap.orderOf(item)]).toEqual([rank, order]);
        }
      }),
    );
  });
});
