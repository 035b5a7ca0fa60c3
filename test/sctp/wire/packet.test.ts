import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { ssn, tsn } from '../../../src/base/serial.ts';
import { verifyChecksum } from '../../../src/sctp/wire/crc32c.ts';
import { COMMON_HEADER_BYTES, decodePacket, encodePacket, readCommonHeader } from '../../../src/sctp/wire/packet.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';
import { expectWireError } from './expect-wire-error.ts';

const HEADER = { sourcePort: 5000, destinationPort: 9899, verificationTag: 0x89abcdef };
const HEADER_HEX = '1388 26ab 89abcdef 00000000';
const oneByte: Chunk = {
  kind: 'data',
  tsn: tsn(1),
  streamId: 2,
  ssn: ssn(3),
  ppid: 4,
  unordered: false,
  beginning: true,
  ending: true,
  immediate: false,
  userData: Uint8Array.of(0x2a),
};
const withoutChecksum = (packet: Uint8Array): string => toHex(packet.slice().fill(0, 8, 12));

describe('common header', () => {
  it('[SCTP-0035] [SCTP-0034] has ports, tag and checksum in this order, big-endian', () => {
    expect(readCommonHeader(fromHex(HEADER_HEX))).toEqual(HEADER);
    expect(withoutChecksum(encodePacket(HEADER, []))).toBe(toHex(fromHex(HEADER_HEX)));
    expect(COMMON_HEADER_BYTES).toBe(12);
  });

  it('[SCTP-0030] is refused if it is not whole', () => {
    for (let length = 0; length < 12; length++) {
      expectWireError(() => readCommonHeader(new Uint8Array(length)), 'truncated');
      expectWireError(() => decodePacket(new Uint8Array(length)), 'truncated');
    }
  });
});

describe('encodePacket', () => {
  it('[SCTP-0061] [SCTP-0064] [SCTP-0065] [SCTP-0066] pads each chunk with zeros to four bytes, outside its length', () => {
    const packet = encodePacket(HEADER, [oneByte, { kind: 'cookie-ack' }, oneByte]);
    const data = '00030011 00000001 0002 0003 00000004 2a 000000';
    expect(withoutChecksum(packet)).toBe(toHex(fromHex(`${HEADER_HEX} ${data} 0b000004 ${data}`)));
  });

  it('[SCTP-0706] puts the checksum in', () => {
    expect(verifyChecksum(encodePacket(HEADER, [oneByte]))).toBe(true);
  });

  it('copies user data: the packet does not change with the message afterwards', () => {
    const userData = Uint8Array.of(1, 2, 3);
    const packet = encodePacket(HEADER, [{ ...oneByte, userData }]);
    userData.fill(9);
    expect([...packet.subarray(28, 31)]).toEqual([1, 2, 3]);
  });
});

describe('decodePacket', () => {
  it('[SCTP-0032] gives all chunks in order', () => {
    const chunks: Chunk[] = [{ kind: 'shutdown', cumulativeTsnAck: tsn(7) }, oneByte, { kind: 'cookie-ack' }];
    expect(decodePacket(encodePacket(HEADER, chunks))).toEqual({ header: HEADER, chunks });
  });

  it('[SCTP-0030] reports a packet without a single chunk', () => {
    const { chunks, malformed } = decodePacket(fromHex(HEADER_HEX));
    expect(chunks).toEqual([]);
    expect(malformed?.reason).toBe('truncated');
  });

  it('[SCTP-0068] [SCTP-0069] keeps the chunks before a malformed one and nothing behind it', () => {
    for (const bad of ['0b000000', '0b000003', '0b00000c', '0700000400000000', '03000010 00000000']) {
      const { chunks, malformed } = decodePacket(fromHex(`${HEADER_HEX} 0b000004 ${bad} 08000004`));
      expect(chunks).toEqual([{ kind: 'cookie-ack' }]);
      expect(malformed?.reason).toBe('bad-length');
      expect(malformed?.offset).toBe(18);
    }
  });

  it('does not read the checksum', () => {
    const packet = encodePacket(HEADER, [oneByte]);
    packet.fill(0, 8, 12);
    expect(decodePacket(packet).chunks).toEqual([oneByte]);
  });
});
