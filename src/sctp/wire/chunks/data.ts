import { ssn, tsn } from '../../../base/serial.ts';
import { type ChunkCodec, requireLength } from '../chunk-codec.ts';
import { CHUNK_TYPE } from '../chunk-type.ts';
import { readU16, readU32, writeU16, writeU32 } from '../fields.ts';
import type { DataChunk } from '../types.ts';
import { BEGINNING, ENDING, IMMEDIATE, payloadFlags, UNORDERED } from './payload-flags.ts';

/** Header and fields of a DATA chunk: what a fragment costs besides its user data. RFC 9260 §3.3.1. */
export const DATA_HEADER_BYTES = 16;

/** DATA. RFC 9260 §3.3.1. */
export const dataCodec: ChunkCodec<DataChunk> = {
  type: CHUNK_TYPE.data,
  lengthOf: (chunk) => DATA_HEADER_BYTES + chunk.userData.length,
  flagsOf: payloadFlags,
  write(chunk, bytes, at) {
    writeU32(bytes, at + 4, chunk.tsn);
    writeU16(bytes, at + 8, chunk.streamId);
    writeU16(bytes, at + 10, chunk.ssn);
    writeU32(bytes, at + 12, chunk.ppid);
    bytes.set(chunk.userData, at + DATA_HEADER_BYTES);
  },
  read: readDataChunk,
};

/**
 * Reads the DATA chunk at `at`, whose length field is `length`. `userData` is a view into the packet; it is empty if
 * the sender broke the rule that there is some, which RFC 9260 §6.2 answers with No User Data.
 *
 * @throws WireError if it is too short for its fields
 */
export function readDataChunk(packet: Uint8Array, at: number, length: number): DataChunk {
  requireLength('DATA', at, length, DATA_HEADER_BYTES);
  const flags = packet[at + 1]!;
  return {
    kind: 'data',
    tsn: tsn(readU32(packet, at + 4)),
    streamId: readU16(packet, at + 8),
    ssn: ssn(readU16(packet, at + 10)),
    ppid: readU32(packet, at + 12),
    unordered: (flags & UNORDERED) !== 0,
    beginning: (flags & BEGINNING) !== 0,
    ending: (flags & ENDING) !== 0,
    immediate: (flags & IMMEDIATE) !== 0,
    userData: packet.subarray(at + DATA_HEADER_BYTES, at + length),
  };
}
