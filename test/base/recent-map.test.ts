import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentMap } from '../../src/base/recent-map.ts';

const MAX = 5;

describe('RecentMap', () => {
  it('does what a plain map does that is used in order, and forgets who was used least recently', () => {
    const step = fc.record({
      kind: fc.constantFrom('set' as const, 'get' as const, 'delete' as const),
      key: fc.nat(8),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const map = new RecentMap<number, number>(MAX);
        const model = new Map<number, number>();
        for (const [i, { kind, key }] of steps.entries()) {
          const known = model.get(key);
          model.delete(key);
          if (kind === 'get') {
            expect(map.get(key)).toBe(known);
            if (known !== undefined) model.set(key, known);
          } else if (kind === 'set') {
            map.set(key, i);
            model.set(key, i);
            if (model.size > MAX) model.delete([...model.keys()][0]!);
          } else map.delete(key);
          expect(map.size).toBe(model.size);
          expect([...map.values()]).toEqual([...model.values()]);
        }
      }),
    );
  });
});
