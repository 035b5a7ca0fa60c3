import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { decodeAsap, encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { decodeEnrp, encodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { plain, survives } from './bytes.ts';
import { GOLDEN_ASAP, GOLDEN_ENRP } from './golden-messages.ts';

describe('ASAP messages as the figures draw them', () => {
  for (const { ids, name, hex, message } of GOLDEN_ASAP) {
    it(`${ids} [PAR-006] [ASAP-012] ${name}`, () => {
      expect(decodeAsap(fromHex(hex))).toEqual(message);
      expect(toHex(encodeAsap(message))).toBe(plain(hex));
    });
  }

  it('[PAR-015] [PAR-121] refuses every prefix without any other error', () => {
    for (const { hex } of GOLDEN_ASAP) {
      const bytes = fromHex(hex);
      const length = (bytes[2]! << 8) | bytes[3]!;
      for (let n = 0; n < bytes.length; n++) {
        expect(survives(decodeAsap, bytes.subarray(0, n))).toBe(n >= length);
        if (n >= 4) survives(decodeAsap, withLength(bytes.subarray(0, n), n));
      }
    }
  });
});

describe('ENRP messages as the figures draw them', () => {
  for (const { ids, name, hex, message } of GOLDEN_ENRP) {
    it(`${ids} [ENRP-009] ${name}`, () => {
      expect(decodeEnrp(fromHex(hex))).toEqual(message);
      expect(toHex(encodeEnrp(message))).toBe(plain(hex));
    });
  }

  it('[PAR-015] [PAR-121] refuses every prefix without any other error', () => {
    for (const { hex } of GOLDEN_ENRP) {
      const bytes = fromHex(hex);
      const length = (bytes[2]! << 8) | bytes[3]!;
      for (let n = 0; n < bytes.length; n++) {
        expect(survives(decodeEnrp, bytes.subarray(0, n))).toBe(n >= length);
        if (n >= 4) survives(decodeEnrp, withLength(bytes.subarray(0, n), n));
      }
    }
  });
});

/** A copy whose Message Length says `length`, so that the cut is found only inside. */
function withLength(bytes: Uint8Array, length: number): Uint8Array {
  const copy = bytes.slice();
  copy[2] = length >> 8;
  copy[3] = length & 0xff;
  return copy;
}
