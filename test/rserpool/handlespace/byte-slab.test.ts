import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteSlab } from '../../../src/rserpool/handlespace/byte-slab.ts';

describe('byte slab', () => {
  it('gives back what was put, whatever else comes and goes', () => {
    const step = fc.record({
      length: fc.integer({ min: 0, max: ByteSlab.MAX_BYTES }),
      frees: fc.boolean(),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const slab = new ByteSlab();
        const pieces = new Map<number, Uint8Array>();
        for (const [i, { length, frees, which }] of steps.entries()) {
          const [place] = [...pieces.keys()].slice(which % Math.max(1, pieces.size));
          if (frees && place !== undefined) {
            slab.free(place);
            pieces.delete(place);
          } else {
            const bytes = new Uint8Array(length).fill(i);
            pieces.set(slab.put(bytes), bytes.slice());
            bytes.fill(0xff);
          }
        }
        for (const [place, bytes] of pieces) expect(slab.get(place)).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  it('uses again what was freed', () => {
    const slab = new ByteSlab();
    const places = Array.from({ length: 2000 }, () => slab.put(new Uint8Array(70)));
    for (const place of places) slab.free(place);
    const again = Array.from({ length: 2000 }, () => slab.put(new Uint8Array(70)));
    expect(new Set(again)).toEqual(new Set(places));
  });
});
