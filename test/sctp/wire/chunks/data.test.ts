import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../src/base/bytes.ts';
import { ssn, tsn } from '../../../../src/base/serial.ts';
import { encodeChunk } from '../../../../src/sctp/wire/chunk.ts';
import { readDataChunk } from '../../../../src/sctp/wire/chunks/data.ts';
import type { DataChunk } from '../../../../src/sctp/wire/types.ts';
import { decodeOne } from '../decode-one.ts';

const CHUNK: DataChunk = {
  kind: 'data',
  tsn: tsn(0xfffffffe),
  streamId: 0x0102,
  ssn: ssn(0xfffd),
  ppid: 0x0a0b0c0d,
  unordered: false,
  beginning: true,
  ending: true,
  immediate: false,
  userData: Uint8Array.of(0x41),
};
const HEX = '00030011 fffffffe 0102 fffd 0a0b0c0d 41 000000';

describe('DATA', () => {
  it('[SCTP-0100] [SCTP-0109] [SCTP-0114] [SCTP-0116] is laid out as in the figure; one byte of data gives length 17', () => {
    expect(toHex(encodeChunk(CHUNK))).toBe(toHex(fromHex(HEX)));
    expect(decodeOne(HEX)).toEqual(CHUNK);
  });

  it.each([
    ['E', 0x01, { ending: true }],
    ['B', 0x02, { beginning: true }],
    ['U', 0x04, { unordered: true }],
    ['I', 0x08, { immediate: true }],
  ])('[SCTP-0100] [SCTP-0107] bit %s', (_name, bit, field) => {
    const none = { ...CHUNK, unordered: false, beginning: false, ending: false, immediate: false };
    const bytes = encodeChunk({ ...none, ...field });
    expect(bytes[1]).toBe(bit);
    expect(decodeOne(toHex(bytes))).toEqual({ ...none, ...field });
  });

  it('[SCTP-0101] ignores the upper four flag bits', () => {
    expect(decodeOne(HEX.replace('0003', '00f3'))).toEqual(CHUNK);
  });

  it('[SCTP-0067] user data ends where the length says, whatever the padding holds', () => {
    const { userData } = decodeOne('00030012 00000001 0000 0000 00000000 4142 ffff') as DataChunk;
    expect([...userData]).toEqual([0x41, 0x42]);
  });

  it('[SCTP-0110] a chunk without user data can be read, so that it can be answered', () => {
    const chunk = decodeOne('00030010 00000009 0000 0000 00000000') as DataChunk;
    expect(chunk.tsn).toBe(9);
    expect(chunk.userData.length).toBe(0);
  });

  it('[SCTP-0112] takes 65519 bytes of user data and not one more', () => {
    const userData = new Uint8Array(65519).fill(7);
    const bytes = encodeChunk({ ...CHUNK, userData });
    expect([bytes[2], bytes[3]]).toEqual([0xff, 0xff]);
    expect(readDataChunk(bytes, 0, 65535).userData).toEqual(userData);
    expect(() => encodeChunk({ ...CHUNK, userData: new Uint8Array(65520) })).toThrow('internal error');
  });

  it('gives user data as a view of the packet, not a copy', () => {
    const packet = fromHex(`ffffffff ${HEX}`);
    const { userData } = readDataChunk(packet, 4, 17);
    packet[20] = 0x42;
    expect([...userData]).toEqual([0x42]);
  });
});
