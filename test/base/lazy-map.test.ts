import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LazyMap } from '../../src/base/lazy-map.ts';

describe('LazyMap', () => {
  it('does what a map does, whatever is done to it', () => {
    const step = fc.record({
      name: fc.constantFrom('set', 'delete', 'clear' as const),
      key: fc.nat(5),
      value: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const lazy = new LazyMap<number, number>();
        const map = new Map<number, number>();
        for (const { name, key, value } of steps) {
          if (name === 'set') {
            lazy.set(key, value);
            map.set(key, value);
          } else if (name === 'delete') expect(lazy.delete(key)).toBe(map.delete(key));
          else {
            lazy.clear();
            map.clear();
          }
          expect(lazy.size).toBe(map.size);
          expect([lazy.get(key), lazy.has(key)]).toEqual([map.get(key), map.has(key)]);
        }
        expect([...lazy]).toEqual([...map]);
        expect([...lazy.keys()]).toEqual([...map.keys()]);
        expect([...lazy.values()]).toEqual([...map.values()]);
      }),
    );
  });

  it('is empty in the beginning', () => {
    const lazy = new LazyMap<string, number>();
    expect([lazy.size, lazy.get('a'), lazy.has('a'), lazy.delete('a'), [...lazy]]).toEqual([
      0,
      undefined,
      false,
      false,
      [],
    ]);
  });
});
