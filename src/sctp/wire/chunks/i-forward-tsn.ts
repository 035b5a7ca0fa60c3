import { WireError } from '../../../base/errors.ts';
import { mid, tsn } from '../../../base/serial.ts';
import { type ChunkCodec, requireLength } from '../chunk-codec.ts';
import { CHUNK_TYPE } from '../chunk-type.ts';
import { readU16, readU32, writeU16, writeU32 } from '../fields.ts';
import type { IForwardTsnChunk, SkippedMid } from '../types.ts';
import { FORWARD_TSN_FIXED_BYTES } from './forward-tsn.ts';

/** A stream, whether ordered or unordered messages are meant, and what was skipped of them. */
export const SKIPPED_MID_BYTES = 8;
const UNORDERED = 0x0001;

/** I-FORWARD-TSN. RFC 8260 §2.3.1. */
export const iForwardTsnCodec: ChunkCodec<IForwardTsnChunk> = {
  type: CHUNK_TYPE.iForwardTsn,
  lengthOf: (chunk) => FORWARD_TSN_FIXED_BYTES + SKIPPED_MID_BYTES * chunk.skipped.length,
  write(chunk, bytes, at) {
    writeU32(bytes, at + 4, chunk.newCumulativeTsn);
    let next = at + FORWARD_TSN_FIXED_BYTES;
    for (const { streamId, unordered, mid } of chunk.skipped) {
      writeU16(bytes, next, streamId);
      writeU16(bytes, next + 2, unordered ? UNORDERED : 0);
      writeU32(bytes, next + 4, mid);
      next += SKIPPED_MID_BYTES;
    }
  },
  read(packet, at, length) {
    requireLength('I-FORWARD-TSN', at, length, FORWARD_TSN_FIXED_BYTES);
    if ((length - FORWARD_TSN_FIXED_BYTES) % SKIPPED_MID_BYTES !== 0) {
      throw new WireError('bad-length', at + 2, `I-FORWARD-TSN of ${length} bytes`);
    }
    const skipped: SkippedMid[] = [];
    for (let next = at + FORWARD_TSN_FIXED_BYTES; next < at + length; next += SKIPPED_MID_BYTES) {
      const unordered = (readU16(packet, next + 2) & UNORDERED) !== 0;
      skipped.push({ streamId: readU16(packet, next), unordered, mid: mid(readU32(packet, next + 4)) });
    }
    return { kind: 'i-forward-tsn', newCumulativeTsn: tsn(readU32(packet, at + 4)), skipped };
  },
};
