import { WireError } from '../../../base/errors.ts';
import { ssn, tsn } from '../../../base/serial.ts';
import { type ChunkCodec, requireLength } from '../chunk-codec.ts';
import { CHUNK_TYPE } from '../chunk-type.ts';
import { readU16, readU32, writeU16, writeU32 } from '../fields.ts';
import type { ForwardTsnChunk, SkippedSsn } from '../types.ts';

/** Chunk header and New Cumulative TSN. */
export const FORWARD_TSN_FIXED_BYTES = 8;
/** A stream and what was skipped in it. */
export const SKIPPED_SSN_BYTES = 4;

/** FORWARD TSN. RFC 3758 §3.2. */
export const forwardTsnCodec: ChunkCodec<ForwardTsnChunk> = {
  type: CHUNK_TYPE.forwardTsn,
  lengthOf: (chunk) => FORWARD_TSN_FIXED_BYTES + SKIPPED_SSN_BYTES * chunk.skipped.length,
  write(chunk, bytes, at) {
    writeU32(bytes, at + 4, chunk.newCumulativeTsn);
    let next = at + FORWARD_TSN_FIXED_BYTES;
    for (const { streamId, ssn } of chunk.skipped) {
      writeU16(bytes, next, streamId);
      writeU16(bytes, next + 2, ssn);
      next += SKIPPED_SSN_BYTES;
    }
  },
  read(packet, at, length) {
    requireLength('FORWARD TSN', at, length, FORWARD_TSN_FIXED_BYTES);
    if ((length - FORWARD_TSN_FIXED_BYTES) % SKIPPED_SSN_BYTES !== 0) {
      throw new WireError('bad-length', at + 2, `FORWARD TSN of ${length} bytes`);
    }
    const skipped: SkippedSsn[] = [];
    for (let next = at + FORWARD_TSN_FIXED_BYTES; next < at + length; next += SKIPPED_SSN_BYTES) {
      skipped.push({ streamId: readU16(packet, next), ssn: ssn(readU16(packet, next + 2)) });
    }
    return { kind: 'forward-tsn', newCumulativeTsn: tsn(readU32(packet, at + 4)), skipped };
  },
};
