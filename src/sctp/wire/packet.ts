import { WireError } from '../../base/errors.ts';
import { Slab } from '../../base/slab.ts';
import { chunkSize, writeChunk } from './chunk.ts';
import { ChunkCursor } from './chunk-cursor.ts';
import { writeChecksum } from './crc32c.ts';
import { readU16, readU32, writeU16, writeU32 } from './fields.ts';
import type { Chunk, CommonHeader } from './types.ts';

/** Ports, verification tag, checksum. RFC 9260 §3.1. */
export const COMMON_HEADER_BYTES = 12;

/** Packets that are made one after the other lie one after the other: udp/segmentation.ts sends such rows at once. */
const slab = new Slab(128 * 1024);

/** A packet as values. */
export interface DecodedPacket {
  readonly header: CommonHeader;
  /** The chunks before the first malformed one. */
  readonly chunks: readonly Chunk[];
  /** What is wrong with the first malformed one. */
  readonly malformed?: WireError;
}

/**
 * The common header without the checksum, which `verifyChecksum` looks at.
 *
 * @throws WireError if there are fewer than 12 bytes
 */
export function readCommonHeader(packet: Uint8Array): CommonHeader {
  if (packet.length < COMMON_HEADER_BYTES) {
    throw new WireError('truncated', 0, `common header, ${packet.length} bytes`);
  }
  return {
    sourcePort: readU16(packet, 0),
    destinationPort: readU16(packet, 2),
    verificationTag: readU32(packet, 4),
  };
}

/** A whole packet in memory of its own, padded, with its checksum. RFC 9260 §3, §6.8. */
export function encodePacket(header: CommonHeader, chunks: readonly Chunk[]): Uint8Array {
  let size = COMMON_HEADER_BYTES;
  for (const chunk of chunks) size += chunkSize(chunk);
  const packet = slab.take(size);
  writeU16(packet, 0, header.sourcePort);
  writeU16(packet, 2, header.destinationPort);
  writeU32(packet, 4, header.verificationTag);
  let at = COMMON_HEADER_BYTES;
  for (const chunk of chunks) at = writeChunk(chunk, packet, at);
  writeChecksum(packet);
  return packet;
}

/**
 * All of a packet at once, for tests, tools and traces; the checksum is not looked at. Chunks are views into the packet.
 *
 * @throws WireError if not even the common header is there
 */
export function decodePacket(packet: Uint8Array): DecodedPacket {
  const header = readCommonHeader(packet);
  const chunks: Chunk[] = [];
  const cursor = new ChunkCursor(packet, COMMON_HEADER_BYTES);
  try {
    while (cursor.next()) chunks.push(cursor.decode());
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { header, chunks, malformed: error };
  }
  return cursor.malformed === undefined ? { header, chunks } : { header, chunks, malformed: cursor.malformed };
}
