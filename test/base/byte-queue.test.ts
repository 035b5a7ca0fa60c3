import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteQueue } from '../../src/base/byte-queue.ts';

describe('a queue of bytes', () => {
  it('gives back what it was given, in order, however both are cut', () => {
    const step = fc.record({ add: fc.uint8Array({ maxLength: 700 }), take: fc.nat(700) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const queue = new ByteQueue();
        const given: number[] = [];
        const taken: number[] = [];
        for (const { add, take } of steps) {
          queue.add(add);
          given.push(...add);
          expect(queue.length).toBe(given.length - taken.length);
          taken.push(...queue.take(Math.min(take, queue.length)));
          expect([...queue.waiting]).toEqual(given.slice(taken.length));
        }
        expect(taken).toEqual(given.slice(0, taken.length));
      }),
    );
  });

  it('gives copies away', () => {
    const queue = new ByteQueue();
    queue.add(new Uint8Array([1, 1, 1, 1]));
    const first = queue.take(4);
    queue.add(new Uint8Array([2, 2, 2, 2]));
    expect([...first]).toEqual([1, 1, 1, 1]);
  });

  it('forgets a large buffer when it is empty', () => {
    const queue = new ByteQueue();
    queue.add(new Uint8Array(100_000));
    queue.take(100_000);
    expect(queue.waiting.buffer.byteLength).toBe(0);
  });

  it('takes crumbs in time that grows with their number only', () => {
    const crumb = new Uint8Array(1);
    let moved = 0;
    const set = Uint8Array.prototype.set;
    Uint8Array.prototype.set = function (this: Uint8Array, source, offset) {
      moved += source.length;
      set.call(this, source, offset);
    };
    try {
      const queue = new ByteQueue();
      for (let i = 0; i < 100_000; i++) queue.add(crumb);
    } finally {
      Uint8Array.prototype.set = set;
    }
    expect(moved).toBeLessThan(400_000);
  });
});
