import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { WireError } from '../../../src/base/errors.ts';
import { ChunkCursor } from '../../../src/sctp/wire/chunk-cursor.ts';
import { verifyChecksum } from '../../../src/sctp/wire/crc32c.ts';
import { COMMON_HEADER_BYTES, decodePacket, encodePacket } from '../../../src/sctp/wire/packet.ts';
import { CAPTURED_PACKETS } from './captured-packets.ts';

describe('packets of other stacks', () => {
  it.each(CAPTURED_PACKETS)(
    '[SCTP-0707] [SCTP-1087] $label: checksum, chunks, and the same bytes again',
    ({ hex, types }) => {
      const packet = fromHex(hex);
      expect(verifyChecksum(packet)).toBe(true);

      const cursor = new ChunkCursor(packet, COMMON_HEADER_BYTES);
      const walked: number[] = [];
      while (cursor.next()) walked.push(cursor.type);
      expect(walked).toEqual(types);

      const { header, chunks, malformed } = decodePacket(packet);
      expect(malformed).toBeUndefined();
      expect(chunks).toHaveLength(types.length);
      expect(toHex(encodePacket(header, chunks))).toBe(toHex(packet));
    },
  );

  it('[SCTP-0069] [SCTP-0070] every prefix of every packet gives the chunks that are whole in it, or a WireError', () => {
    for (const { hex } of CAPTURED_PACKETS) {
      const packet = fromHex(hex);
      const whole = decodePacket(packet).chunks;
      for (let length = 0; length < packet.length; length++) {
        const prefix = packet.slice(0, length);
        if (length < COMMON_HEADER_BYTES) {
          expect(() => decodePacket(prefix)).toThrow(WireError);
          continue;
        }
        const { chunks, malformed } = decodePacket(prefix);
        expect(chunks).toEqual(whole.slice(0, chunks.length));
        // What is missing may be padding of the last chunk only.
        if (chunks.length < whole.length && malformed === undefined) {
          const encoded = encodePacket({ sourcePort: 1, destinationPort: 1, verificationTag: 1 }, chunks);
          expect(encoded.length - length).toBeLessThan(4);
          expect(encoded.length - length).toBeGreaterThanOrEqual(0);
        }
      }
    }
  });
});
