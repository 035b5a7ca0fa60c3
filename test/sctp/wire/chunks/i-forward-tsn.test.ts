import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../src/base/bytes.ts';
import { mid, tsn } from '../../../../src/base/serial.ts';
import { encodeChunk } from '../../../../src/sctp/wire/chunk.ts';
import { describeChunk } from '../../../../src/sctp/wire/text.ts';
import type { IForwardTsnChunk } from '../../../../src/sctp/wire/types.ts';
import { decodeOne } from '../decode-one.ts';
import { expectWireError } from '../expect-wire-error.ts';

const CHUNK: IForwardTsnChunk = {
  kind: 'i-forward-tsn',
  newCumulativeTsn: tsn(0xfffffffe),
  skipped: [
    { streamId: 0x0102, unordered: false, mid: mid(0x89abcdef) },
    { streamId: 3, unordered: true, mid: mid(4) },
  ],
};
const HEX = 'c2000018 fffffffe 0102 0000 89abcdef 0003 0001 00000004';

describe('I-FORWARD-TSN', () => {
  it('[IDATA-0040] is laid out as in the figure: eight bytes, and eight for each entry', () => {
    expect(toHex(encodeChunk(CHUNK))).toBe(toHex(fromHex(HEX)));
    expect(decodeOne(HEX)).toEqual(CHUNK);
    expect(toHex(encodeChunk({ ...CHUNK, skipped: [] }))).toBe('c2000008fffffffe');
  });

  it('[IDATA-0041] flags and reserved bits are sent as 0 and ignored', () => {
    expect(decodeOne('c2ff0018 fffffffe 0102 fffe 89abcdef 0003 ffff 00000004')).toEqual(CHUNK);
    const bytes = encodeChunk(CHUNK);
    expect([bytes[1], bytes[10], bytes[11], bytes[18], bytes[19]]).toEqual([0, 0, 0, 0, 1]);
  });

  it('is refused if its length fits no number of entries', () => {
    for (const length of ['04', '07', '0c', '17']) {
      const bytes = `c20000${length} ${'00'.repeat(Number.parseInt(length, 16) - 4)}`;
      expectWireError(() => decodeOne(bytes), 'bad-length');
    }
  });

  it('as text', () => {
    expect(describeChunk(CHUNK)).toBe('I-FORWARD-TSN cum=4294967294 [stream 258 mid 2309737967] [stream 3 U mid 4]');
  });
});
