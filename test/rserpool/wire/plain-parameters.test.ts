import { describe, expect, it } from 'vitest';
import { readPeIdentifier, writePeIdentifier } from '../../../src/rserpool/wire/plain-parameters.ts';
import { causesOf, plain, readOne, refusalOf, written } from './bytes.ts';

describe('PE Identifier parameter', () => {
  it('[PAR-091] has 32 bits without a sign', () => {
    for (const [hex, identifier] of [
      ['000e0008 12345678', 0x12345678],
      ['000e0008 ffffffff', 0xffffffff],
      ['000e0008 00000000', 0],
    ] as const) {
      expect(readOne(hex, readPeIdentifier)).toBe(identifier);
      expect(written((w) => writePeIdentifier(w, identifier))).toBe(plain(hex));
    }
  });

  it('[PAR-091] [PAR-016] is refused with another length', () => {
    for (const hex of ['000e0006 12340000', '000e000c 12345678 00000000', '000e0004']) {
      const refusal = refusalOf(() => readOne(hex, readPeIdentifier));
      expect(causesOf(refusal)[0]).toMatch(/^invalid-values 000e/);
    }
  });
});
