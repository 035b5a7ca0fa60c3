import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../src/base/bytes.ts';
import { fsn, mid, tsn } from '../../../../src/base/serial.ts';
import { encodeChunk } from '../../../../src/sctp/wire/chunk.ts';
import { describeChunk } from '../../../../src/sctp/wire/text.ts';
import type { IDataChunk } from '../../../../src/sctp/wire/types.ts';
import { decodeOne } from '../decode-one.ts';
import { expectWireError } from '../expect-wire-error.ts';

const FIRST: IDataChunk = {
  kind: 'i-data',
  tsn: tsn(0xfffffffe),
  streamId: 0x0102,
  mid: mid(0x89abcdef),
  ppid: 0x0a0b0c0d,
  fsn: fsn(0),
  unordered: false,
  beginning: true,
  ending: false,
  immediate: false,
  userData: Uint8Array.of(0x41, 0x42, 0x43),
};
const FIRST_HEX = '40020017 fffffffe 0102 0000 89abcdef 0a0b0c0d 414243 00';
const LATER: IDataChunk = { ...FIRST, beginning: false, ending: true, ppid: 0, fsn: fsn(0xfedcba98) };
const LATER_HEX = '40010017 fffffffe 0102 0000 89abcdef fedcba98 414243 00';

describe('I-DATA', () => {
  it('[IDATA-0004] [IDATA-0008] [IDATA-0013] [IDATA-0014] the first fragment has the PPID; three bytes of data give length 23', () => {
    expect(toHex(encodeChunk(FIRST))).toBe(toHex(fromHex(FIRST_HEX)));
    expect(decodeOne(FIRST_HEX)).toEqual(FIRST);
  });

  it('[IDATA-0013] [IDATA-0015] the others have the FSN in its place', () => {
    expect(toHex(encodeChunk(LATER))).toBe(toHex(fromHex(LATER_HEX)));
    expect(decodeOne(LATER_HEX)).toEqual(LATER);
  });

  it.each([
    ['E', 0x01, { ending: true }],
    ['B', 0x02, { beginning: true }],
    ['U', 0x04, { unordered: true }],
    ['I', 0x08, { immediate: true }],
  ])('[IDATA-0007] bit %s', (_name, bit, field) => {
    const none = { ...FIRST, ppid: 0, unordered: false, beginning: false, ending: false, immediate: false };
    const bytes = encodeChunk({ ...none, ...field });
    expect(bytes[1]).toBe(bit);
    expect(decodeOne(toHex(bytes))).toEqual({ ...none, ...field });
  });

  it('[IDATA-0005] sends reserved bits as 0 and ignores them', () => {
    expect(decodeOne(FIRST_HEX.replace('4002', '40f2').replace('0102 0000', '0102 ffff'))).toEqual(FIRST);
    const bytes = encodeChunk(FIRST);
    expect([bytes[1]! & 0xf0, bytes[10], bytes[11]]).toEqual([0, 0, 0]);
  });

  it('[IDATA-0020] a chunk without user data can be read, so that it can be answered', () => {
    const chunk = decodeOne('40030014 00000009 0000 0000 00000000 00000000') as IDataChunk;
    expect([chunk.tsn, chunk.userData.length]).toEqual([9, 0]);
  });

  it('is refused if it is shorter than its fields', () => {
    expectWireError(() => decodeOne('40030013 00000009 0000 0000 00000000 00000000'), 'bad-length');
    expectWireError(() => decodeOne('40030004'), 'bad-length');
  });

  it('as text', () => {
    expect(describeChunk(FIRST)).toBe('I-DATA B tsn=4294967294 stream=258 mid=2309737967 ppid=168496141 (3 bytes)');
    expect(describeChunk(LATER)).toBe('I-DATA E tsn=4294967294 stream=258 mid=2309737967 fsn=4275878552 (3 bytes)');
  });
});
