import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberedHeap } from '../../src/base/numbered-heap.ts';

const step = fc.record({
  what: fc.constantFrom('insert', 'insert', 'remove', 'move', 'replace', 'look'),
  which: fc.nat(),
  rank: fc.nat(10),
});

interface Entry {
  item: number;
  rank: number;
  order: number;
}

/** Any number that is free, not only the next one. */
function freeItem(model: readonly Entry[], from: number): number {
  let item = from % 97;
  while (model.some((other) => other.item === item)) item++;
  return item;
}

describe('numbered heap', () => {
  it('keeps the order of a sorted array', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const heap = new NumberedHeap();
        const model: Entry[] = [];
        let order = 0;
        for (const { what, which, rank } of steps) {
          const entry = model[which % Math.max(model.length, 1)];
          if (what === 'insert') {
            const item = freeItem(model, which);
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
            heap.move(entry.item, entry.rank, which % 2 === 0 ? entry.order : undefined);
          } else if (what === 'replace' && entry) {
            const item = freeItem(model, which);
            heap.replace(entry.item, item, rank, order);
            expect(heap.has(entry.item)).toBe(false);
            Object.assign(entry, { item, rank, order: order++ });
          }
          model.sort((a, b) => a.rank - b.rank || a.order - b.order);
          const items = model.map(({ item }) => item);
          expect(heap.size).toBe(model.length);
          expect(heap.first).toBe(items[0]);
          for (const count of [rank, 3, Number.POSITIVE_INFINITY]) {
            const found = heap.findSmallest(count);
            expect([...heap.found.subarray(0, found)]).toEqual(items.slice(0, count));
          }
          for (const { item, rank } of model) expect(heap.rankOf(item)).toBe(rank);
        }
      }),
    );
  });

  it('without orders sorts by rank, and items change their names', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const heap = new NumberedHeap();
        const model: Entry[] = [];
        for (const { what, which, rank } of steps) {
          const entry = model[which % Math.max(model.length, 1)];
          if (what === 'insert') {
            model.push({ item: freeItem(model, which), rank, order: 0 });
            heap.insert(model.at(-1)!.item, rank);
          } else if (what === 'remove' && entry) {
            model.splice(model.indexOf(entry), 1);
            heap.remove(entry.item);
          } else if (what === 'move' && entry) {
            entry.rank = rank;
            heap.move(entry.item, rank);
          } else if (what === 'replace' && entry) {
            const item = freeItem(model, which);
            heap.replace(entry.item, item, rank);
            expect(heap.has(entry.item)).toBe(false);
            Object.assign(entry, { item, rank });
          }
          model.sort((a, b) => a.rank - b.rank);
          const ranks = model.map((each) => each.rank);
          for (const count of [rank, 3, Number.POSITIVE_INFINITY]) {
            const length = heap.findSmallest(count);
            const found = [...heap.found.subarray(0, length)];
            expect(found.map((item) => heap.rankOf(item))).toEqual(ranks.slice(0, count));
            expect(new Set(found).size).toBe(found.length);
          }
          for (const { item, rank } of model) expect([heap.has(item), heap.rankOf(item)]).toEqual([true, rank]);
        }
      }),
    );
  });
});
