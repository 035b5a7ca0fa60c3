import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { decodeAsap, encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { decodeEnrp, encodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { causesOf, refusalOf } from './bytes.ts';
import { CAPTURED_ASAP, CAPTURED_ENRP, type CapturedMessage } from './captured-messages.ts';

/** Messages that are not written as they were read, by their beginning: the difference, and why. */
const REWRITTEN: readonly {
  readonly starts: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
}[] = [
  { starts: '05000010000900096162636465', from: '05000010', to: '0500000d', why: 'length without the last padding' },
  { starts: '0b000010000d0009', from: '0b000010', to: '0b00000d', why: 'length without the last padding' },
  { starts: '0e000014000c000e0001000a0099', from: '0e000014', to: '0e000012', why: 'length without the last padding' },
  { starts: '04010064', from: '04010064', to: '04000064', why: 'a flag that is not in the RFC' },
  { starts: '0100003', from: '0005001000070001', to: '0005001000070000', why: 'a use of TCP that is not in the RFC' },
  { starts: '0d00005c', from: '0d00005c0009001050696e67506f6e67506f6f6c', to: '0d00004c', why: 'the handle twice' },
  {
    starts: '050000180009000c4563686f506f6f6c80ff',
    from: '050000180009000c4563686f506f6f6c80ff000800000000',
    to: '050000100009000c4563686f506f6f6c',
    why: 'an unknown parameter that is to be skipped',
  },
];

/** Messages that are broken on purpose: what is to be reported. */
const REFUSED: ReadonlyMap<string, readonly string[]> = new Map([
  ['0500000800090004', ['invalid-values 00090004']],
  ['0500000400', ['unspecified']],
  ['01000008000a0004', ['invalid-values 000a0004']],
  ['050000140009000c4563686f506f6f6c40ff0004', ['unrecognized-parameter 40ff0004']],
  ['010000180009000c4563686f506f6f6c40ff0008deadbeef', ['unrecognized-parameter 40ff0008deadbeef']],
  ['050000ff0009000c4563686f506f6f6c', []],
  ['04000008', []],
  ['0400001812345678000000000000000040ff0008deadbeef', ['unrecognized-parameter 40ff0008deadbeef']],
]);

function check(captured: readonly CapturedMessage[], codec: (bytes: Uint8Array) => Uint8Array): number {
  let unchanged = 0;
  for (const { name, hex } of captured) {
    const expectedCauses = REFUSED.get(hex);
    if (expectedCauses !== undefined) {
      expect(causesOf(refusalOf(() => codec(fromHex(hex)))), `${name} ${hex}`).toEqual(expectedCauses);
      continue;
    }
    const again = toHex(codec(fromHex(hex)));
    if (again === hex) {
      unchanged++;
      continue;
    }
    const rewritten = REWRITTEN.find(({ starts, from }) => hex.startsWith(starts) && hex.includes(from));
    expect(again, `${name} ${hex}`).toBe(rewritten && hex.replace(rewritten.from, rewritten.to));
  }
  return unchanged;
}

describe('messages of another implementation', () => {
  it('[PAR-006] [PAR-116] [ASAP-012] ASAP: read, and written as they were but for known differences', () => {
    expect(check(CAPTURED_ASAP, (bytes) => encodeAsap(decodeAsap(bytes)))).toBe(107);
  });

  it('[PAR-006] [ENRP-009] ENRP: read, and written as they were but for known differences', () => {
    expect(check(CAPTURED_ENRP, (bytes) => encodeEnrp(decodeEnrp(bytes)))).toBe(45);
  });

  it('[ASAP-084] nothing that the other implementation itself sends asks for a report', () => {
    for (const { hex, origin } of CAPTURED_ASAP) {
      if (origin !== 'crafted') expect(decodeAsap(fromHex(hex)).unrecognized).toBeUndefined();
    }
    for (const { hex, origin } of CAPTURED_ENRP) {
      if (origin !== 'crafted') expect(decodeEnrp(fromHex(hex)).unrecognized).toBeUndefined();
    }
  });
});
