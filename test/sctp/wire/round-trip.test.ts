import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../src/base/bytes.ts';
import { causesLength, readCauses, writeCauses } from '../../../src/sctp/wire/cause.ts';
import { chunkSize, decodeChunk, encodeChunk } from '../../../src/sctp/wire/chunk.ts';
import { verifyChecksum } from '../../../src/sctp/wire/crc32c.ts';
import { decodePacket, encodePacket } from '../../../src/sctp/wire/packet.ts';
import { encodeParameter, readParameters } from '../../../src/sctp/wire/parameter.ts';
import { arbitraryCause, arbitraryChunk, arbitraryChunkOf, arbitraryParameter } from './arbitraries.ts';

describe('round trips', () => {
  it.each(Object.entries(arbitraryChunkOf))('%s', (_kind, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (chunk) => {
        const bytes = encodeChunk(chunk);
        const length = (bytes[2]! << 8) | bytes[3]!;
        expect(bytes.length).toBe(chunkSize(chunk));
        expect(decodeChunk(bytes, 0, length)).toEqual(chunk);
      }),
      { numRuns: 300 },
    );
  });

  it('[SCTP-0067] a chunk reads the same among any other bytes: nothing outside its length counts', () => {
    fc.assert(
      fc.property(
        arbitraryChunk,
        fc.uint8Array({ maxLength: 20 }),
        fc.uint8Array({ maxLength: 20 }),
        (chunk, before, after) => {
          const bytes = encodeChunk(chunk);
          const length = (bytes[2]! << 8) | bytes[3]!;
          const packet = concatBytes([before, bytes.subarray(0, length), after]);
          expect(decodeChunk(packet, before.length, length)).toEqual(chunk);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('parameter', () => {
    fc.assert(
      fc.property(arbitraryParameter, (parameter) => {
        expect(readParameters(encodeParameter(parameter))).toEqual([parameter]);
      }),
      { numRuns: 500 },
    );
  });

  it('list of causes', () => {
    fc.assert(
      fc.property(fc.array(arbitraryCause, { maxLength: 8 }), (causes) => {
        const bytes = new Uint8Array(causesLength(causes));
        writeCauses(causes, bytes, 0);
        expect(readCauses(bytes)).toEqual(causes);
      }),
      { numRuns: 500 },
    );
  });

  it('[SCTP-0064] [SCTP-0706] packet', () => {
    const header = fc.record({
      sourcePort: fc.nat(0xffff),
      destinationPort: fc.nat(0xffff),
      verificationTag: fc.nat(0xffffffff),
    });
    fc.assert(
      fc.property(header, fc.array(arbitraryChunk, { minLength: 1, maxLength: 6 }), (fields, chunks) => {
        const packet = encodePacket(fields, chunks);
        expect(packet.length % 4).toBe(0);
        expect(verifyChecksum(packet)).toBe(true);
        expect(decodePacket(packet)).toEqual({ header: fields, chunks });
      }),
      { numRuns: 300 },
    );
  });
});
