import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deque } from '../../src/base/deque.ts';

describe('Deque', () => {
  it('does what an array does, whatever is done to it', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant('push' as const) },
      { weight: 2, arbitrary: fc.constant('unshift' as const) },
      { weight: 4, arbitrary: fc.constant('shift' as const) },
      { weight: 1, arbitrary: fc.constant('clear' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const deque = new Deque<number>();
        const model: number[] = [];
        for (const [i, name] of steps.entries()) {
          if (name === 'push') {
            deque.push(i);
            model.push(i);
          } else if (name === 'unshift') {
            deque.unshift(i);
            model.unshift(i);
          } else if (name === 'shift') expect(deque.shift()).toBe(model.shift());
          else {
            deque.clear();
            model.length = 0;
          }
          expect(deque.length).toBe(model.length);
        }
        expect([...deque]).toEqual(model);
        for (let i = -1; i <= model.length; i++) expect(deque.at(i)).toBe(model[i]);
      }),
    );
  });

  it('gives nothing out of nothing', () => {
    const deque = new Deque<number>();
    expect([deque.shift(), deque.at(0), deque.at(-1), deque.length]).toEqual([undefined, undefined, undefined, 0]);
  });

  it('keeps order while it grows with its head in the middle', () => {
    const deque = new Deque<number>();
    for (let item = 0; item < 7; item++) deque.push(item);
    for (let item = 0; item < 5; item++) deque.shift();
    for (let item = 7; item < 20; item++) deque.push(item);
    expect([...deque]).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  });
});
