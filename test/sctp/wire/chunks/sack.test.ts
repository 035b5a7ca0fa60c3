import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../src/base/bytes.ts';
import { tsn } from '../../../../src/base/serial.ts';
import { encodeChunk } from '../../../../src/sctp/wire/chunk.ts';
import type { SackChunk } from '../../../../src/sctp/wire/types.ts';
import { decodeOne } from '../decode-one.ts';
import { expectWireError } from '../expect-wire-error.ts';

describe('SACK', () => {
  it('[SCTP-0223] [SCTP-0222] encodes the worked example of RFC 9260 §3.3.4: 10-12, 14-15 and 17 are there', () => {
    const chunk: SackChunk = {
      kind: 'sack',
      cumulativeTsnAck: tsn(12),
      advertisedRwndBytes: 4660,
      gapAckBlocks: [
        { start: 2, end: 3 },
        { start: 5, end: 5 },
      ],
      duplicateTsns: [],
    };
    const hex = '03000018 0000000c 00001234 0002 0000 0002 0003 0005 0005';
    expect(toHex(encodeChunk(chunk))).toBe(toHex(fromHex(hex)));
    expect(decodeOne(hex)).toEqual(chunk);
  });

  it('[SCTP-0215] has gap ack blocks before duplicate TSNs, counted in this order', () => {
    const chunk: SackChunk = {
      kind: 'sack',
      cumulativeTsnAck: tsn(0xffffffff),
      advertisedRwndBytes: 0,
      gapAckBlocks: [{ start: 2, end: 65535 }],
      duplicateTsns: [tsn(0xfffffffe), tsn(19), tsn(19)],
    };
    const hex = '03000020 ffffffff 00000000 0001 0003 0002 ffff fffffffe 00000013 00000013';
    expect(toHex(encodeChunk(chunk))).toBe(toHex(fromHex(hex)));
    expect(decodeOne(hex)).toEqual(chunk);
  });

  it('[SCTP-0216] is malformed unless its length is what the counts imply', () => {
    const fields = '0000000c 00001234';
    for (const hex of [
      `03000010 ${fields} 0001 0000`,
      `03000010 ${fields} 0000 0001`,
      `03000010 ${fields} ffff ffff`,
      `03000014 ${fields} 0000 0000 00020003`,
      `03000014 ${fields} 0001 0001 00020003`,
      `03000014 ${fields} 0002 0000 00020003 00050005`,
    ]) {
      expectWireError(() => decodeOne(hex), 'bad-length', 2);
    }
  });

  it('[SCTP-0220] is malformed with a block that begins below 2 or ends before it begins', () => {
    const block = (start: string, end: string): string => `03000014 0000000c 00001234 0001 0000 ${start} ${end}`;
    expectWireError(() => decodeOne(block('0000', '0003')), 'bad-value', 16);
    expectWireError(() => decodeOne(block('0001', '0003')), 'bad-value', 16);
    expectWireError(() => decodeOne(block('0003', '0002')), 'bad-value', 16);
    expectWireError(() => decodeOne('03000018 0000000c 00001234 0002 0000 00020003 00070006'), 'bad-value', 20);
    expect(decodeOne(block('0002', '0002'))).toMatchObject({ gapAckBlocks: [{ start: 2, end: 2 }] });
  });
});
