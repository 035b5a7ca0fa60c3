import { WireError } from '../../../base/errors.ts';
import { type Tsn, tsn } from '../../../base/serial.ts';
import { type ChunkCodec, requireLength } from '../chunk-codec.ts';
import { CHUNK_TYPE } from '../chunk-type.ts';
import { readU16, readU32, writeU16, writeU32 } from '../fields.ts';
import type { GapAckBlock, SackChunk } from '../types.ts';

const FIXED_BYTES = 16;

/** SACK. RFC 9260 §3.3.4. */
export const sackCodec: ChunkCodec<SackChunk> = {
  type: CHUNK_TYPE.sack,
  lengthOf: (chunk) => FIXED_BYTES + 4 * (chunk.gapAckBlocks.length + chunk.duplicateTsns.length),
  write(chunk, bytes, at) {
    writeU32(bytes, at + 4, chunk.cumulativeTsnAck);
    writeU32(bytes, at + 8, chunk.advertisedRwndBytes);
    writeU16(bytes, at + 12, chunk.gapAckBlocks.length);
    writeU16(bytes, at + 14, chunk.duplicateTsns.length);
    let next = at + FIXED_BYTES;
    for (const block of chunk.gapAckBlocks) {
      writeU16(bytes, next, block.start);
      writeU16(bytes, next + 2, block.end);
      next += 4;
    }
    for (const duplicate of chunk.duplicateTsns) {
      writeU32(bytes, next, duplicate);
      next += 4;
    }
  },
  read(packet, at, length) {
    requireLength('SACK', at, length, FIXED_BYTES);
    const gapCount = readU16(packet, at + 12);
    const duplicateCount = readU16(packet, at + 14);
    // Compare before allocating: the counts are the peer's claim, not yet a fact.
    if (length !== FIXED_BYTES + 4 * (gapCount + duplicateCount)) {
      throw new WireError(
        'bad-length',
        at + 2,
        `SACK of ${length} bytes with ${gapCount} gap ack blocks and ${duplicateCount} duplicates`,
      );
    }
    const duplicatesAt = at + FIXED_BYTES + 4 * gapCount;
    return {
      kind: 'sack',
      cumulativeTsnAck: tsn(readU32(packet, at + 4)),
      advertisedRwndBytes: readU32(packet, at + 8),
      gapAckBlocks: readGapAckBlocks(packet, at + FIXED_BYTES, gapCount),
      duplicateTsns: readTsns(packet, duplicatesAt, duplicateCount),
    };
  },
};

function readGapAckBlocks(packet: Uint8Array, at: number, count: number): GapAckBlock[] {
  const blocks: GapAckBlock[] = [];
  for (let i = 0; i < count; i++) {
    const start = readU16(packet, at + 4 * i);
    const end = readU16(packet, at + 4 * i + 2);
    // §3.3.4: offset 1 is the TSN that, not being received, ends what is acknowledged cumulatively.
    if (start < 2 || end < start) throw new WireError('bad-value', at + 4 * i, `gap ack block ${start}-${end}`);
    blocks.push({ start, end });
  }
  return blocks;
}

function readTsns(packet: Uint8Array, at: number, count: number): Tsn[] {
  const tsns: Tsn[] = [];
  for (let i = 0; i < count; i++) tsns.push(tsn(readU32(packet, at + 4 * i)));
  return tsns;
}
