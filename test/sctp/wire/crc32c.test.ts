import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { crc32c, verifyChecksum, writeChecksum } from '../../../src/sctp/wire/crc32c.ts';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** CRC32c bit by bit, straight from RFC 9260 App. A: polynomial 0x11EDC6F41 reflected, all ones in, complement out. */
function crcBitByBit(bytes: Uint8Array): number {
  let register = 0xffffffff;
  for (const byte of bytes) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit++) register = (register & 1) !== 0 ? (register >>> 1) ^ 0x82f63b78 : register >>> 1;
  }
  return ~register >>> 0;
}

/** INIT from port 5001 to 5001, tag 0xFCB75CCA, a_rwnd 1500, one stream each way, TSN 0: its CRC32c is 0. */
const ZERO_CRC_INIT = '13891389 00000000 00000000 01000014 fcb75cca 000005dc 00010001 00000000';

describe('crc32c', () => {
  it('[SCTP-1085] gives the check value of "123456789"', () => {
    expect(crc32c(ascii('123456789'))).toBe(0xe3069283);
  });

  it.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['31 to 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['nothing', new Uint8Array(0), 0],
  ])('[SCTP-1085] gives the known value of %s', (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it('[SCTP-1085, ERR-0005] equals the bit by bit definition for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(crc32c(bytes)).toBe(crcBitByBit(bytes));
      }),
    );
  });

  it('[SCTP-1086] steps through the table of the reflected polynomial', () => {
    // One byte b: the register becomes 0x00FFFFFF ^ T[0xFF ^ b], so that T can be read off the results.
    const table = Array.from({ length: 256 }, (_, i) => (~crc32c(Uint8Array.of(0xff ^ i)) ^ 0x00ffffff) >>> 0);
    expect(table[0]).toBe(0);
    expect(table[1]).toBe(0xf26b8303);
    expect(table[128]).toBe(0x82f63b78);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(255), (bytes, byte) => {
        const before = ~crc32c(bytes) >>> 0;
        const after = ((before >>> 8) ^ table[(before ^ byte) & 0xff]!) >>> 0;
        expect(crc32c(Uint8Array.of(...bytes, byte))).toBe(~after >>> 0);
      }),
    );
  });
});

describe('checksum field', () => {
  it('[SCTP-1087] [SCTP-0034] stores the lowest byte of the CRC first', () => {
    // A SHUTDOWN ACK; the CRC of it with a zeroed field is computed by the definition.
    const packet = fromHex('13881389 01020304 ffffffff 08000004');
    const crc = crcBitByBit(fromHex('13881389 01020304 00000000 08000004'));
    writeChecksum(packet);
    expect([...packet.subarray(8, 12)]).toEqual([crc & 255, (crc >>> 8) & 255, (crc >>> 16) & 255, crc >>> 24]);
  });

  it('[SCTP-0706] is computed over header, chunks and padding with the field zeroed, whatever stood there', () => {
    const [clean, dirty] = [fromHex(ZERO_CRC_INIT), fromHex(ZERO_CRC_INIT)];
    dirty.fill(0xaa, 8, 12);
    writeChecksum(clean);
    writeChecksum(dirty);
    expect(dirty).toEqual(clean);
  });

  it('[SCTP-0706] may well be zero: it is a value like any other', () => {
    const packet = fromHex(ZERO_CRC_INIT);
    writeChecksum(packet);
    expect(toHex(packet.subarray(8, 12))).toBe('00000000');
    expect(verifyChecksum(packet)).toBe(true);
  });

  it('[SCTP-0707] is verified without changing the packet', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 12, maxLength: 100 }), (bytes) => {
        const before = bytes.slice();
        verifyChecksum(bytes);
        expect(bytes).toEqual(before);
        writeChecksum(bytes);
        expect(verifyChecksum(bytes)).toBe(true);
      }),
    );
  });

  it('[SCTP-0708] [SCTP-0042] fails after any single bit was flipped', () => {
    const packet = fromHex(ZERO_CRC_INIT);
    for (let bit = 0; bit < 8 * packet.length; bit++) {
      packet[bit >> 3]! ^= 1 << (bit & 7);
      expect(verifyChecksum(packet)).toBe(false);
      packet[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(verifyChecksum(packet)).toBe(true);
  });

  it('[SCTP-0030] cannot be right in less than a common header', () => {
    for (let length = 0; length < 12; length++) expect(verifyChecksum(new Uint8Array(length))).toBe(false);
  });
});
