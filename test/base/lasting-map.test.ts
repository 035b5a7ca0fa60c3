import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LastingMap } from '../../src/base/lasting-map.ts';

describe('LastingMap', () => {
  it('does what a plain map does, but that who comes again has the former place', () => {
    const step = fc.record({ kind: fc.constantFrom('set' as const, 'delete' as const), key: fc.nat(300) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 1000 }), (steps) => {
        const map = new LastingMap<number, { readonly step: number }>();
        const model = new Map<number, { readonly step: number }>();
        for (const [i, { kind, key }] of steps.entries()) {
          if (kind === 'set') {
            map.set(key, { step: i });
            model.set(key, { step: i });
          } else expect(map.delete(key)).toBe(model.delete(key));
          expect(map.size).toBe(model.size);
          expect(map.get(key)).toEqual(model.get(key));
          expect(map.has(key)).toBe(model.has(key));
        }
        const order = (a: { readonly step: number }, b: { readonly step: number }): number => a.step - b.step;
        expect(map.values().sort(order)).toEqual([...model.values()].sort(order));
      }),
    );
  });

  it('keeps places, but not of a million keys that never come again', () => {
    const map = new LastingMap<number, object>();
    const stays = {};
    map.set(-1, stays);
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 1_000_000; i++) {
      map.set(i, stays);
      map.delete(i);
    }
    expect(map.values()).toEqual([stays]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(30 << 20);
  });

  it('can be changed while one looks at what was there', () => {
    const map = new LastingMap<number, { readonly key: number }>();
    for (let key = 0; key < 1000; key++) map.set(key, { key });
    for (const { key } of map.values()) {
      map.delete(key);
      map.set(1000 + key, { key: 1000 + key });
    }
    expect(map.values().map(({ key }) => key)).toEqual(Array.from({ length: 1000 }, (_, i) => 1000 + i));
  });
});
