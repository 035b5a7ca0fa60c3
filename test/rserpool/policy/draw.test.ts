import { describe, expect, it } from 'vitest';
import { drawBelow } from '../../../src/rserpool/policy/draw.ts';

const always = (value: number) => ({ u32: () => value, bytes: (length: number) => new Uint8Array(length) });

describe('drawing below a limit', () => {
  it.each([1, 2, 7, 0x1_0000, 0x1_0001, 2 ** 32, 2 ** 49 + 1, 2 ** 53])('reaches 0 and %d - 1, never more', (count) => {
    expect(drawBelow(always(0), count)).toBe(0);
    const largest = drawBelow(always(0xffffffff), count);
    expect(largest).toBe(count - 1);
  });
});
