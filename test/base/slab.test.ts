import { expect, it } from 'vitest';
import { Slab } from '../../src/base/slab.ts';

it('bytes from a slab are zeroed and belong to one owner each, whatever their lengths', () => {
  const slab = new Slab(16_384);
  const lengths = Array.from({ length: 500 }, (_, i) => (i * 7919) % 9000);
  const taken = lengths.map((length, i) => {
    const bytes = slab.take(length);
    expect([bytes.length, bytes.every((byte) => byte === 0)]).toEqual([length, true]);
    return bytes.fill(i);
  });
  for (const [i, bytes] of taken.entries()) expect(bytes.every((byte) => byte === (i & 0xff))).toBe(true);
});

it('bytes from a slab keep no more memory than a piece', () => {
  const slab = new Slab(8192);
  for (const length of [1, 2048, 2049, 100_000]) {
    expect(slab.take(length).buffer.byteLength).toBe(length > 2048 ? length : 8192);
  }
});
