import { fsn, mid, tsn } from '../../../base/serial.ts';
import { type ChunkCodec, requireLength } from '../chunk-codec.ts';
import { CHUNK_TYPE } from '../chunk-type.ts';
import { readU16, readU32, writeU16, writeU32 } from '../fields.ts';
import type { IDataChunk } from '../types.ts';
import { BEGINNING, ENDING, IMMEDIATE, payloadFlags, UNORDERED } from './payload-flags.ts';

/** Header and fields of an I-DATA chunk: what a fragment costs besides its user data. RFC 8260 §2.1. */
export const I_DATA_HEADER_BYTES = 20;

/** I-DATA. RFC 8260 §2.1. */
export const iDataCodec: ChunkCodec<IDataChunk> = {
  type: CHUNK_TYPE.iData,
  lengthOf: (chunk) => I_DATA_HEADER_BYTES + chunk.userData.length,
  flagsOf: payloadFlags,
  write(chunk, bytes, at) {
    writeU32(bytes, at + 4, chunk.tsn);
    writeU16(bytes, at + 8, chunk.streamId);
    writeU32(bytes, at + 12, chunk.mid);
    // The first fragment has number 0 without saying so: the PPID takes the place.
    writeU32(bytes, at + 16, chunk.beginning ? chunk.ppid : chunk.fsn);
    bytes.set(chunk.userData, at + I_DATA_HEADER_BYTES);
  },
  read(packet, at, length) {
    requireLength('I-DATA', at, length, I_DATA_HEADER_BYTES);
    const flags = packet[at + 1]!;
    const beginning = (flags & BEGINNING) !== 0;
    const ppidOrFsn = readU32(packet, at + 16);
    return {
      kind: 'i-data',
      tsn: tsn(readU32(packet, at + 4)),
      streamId: readU16(packet, at + 8),
      mid: mid(readU32(packet, at + 12)),
      ppid: beginning ? ppidOrFsn : 0,
      fsn: fsn(beginning ? 0 : ppidOrFsn),
      unordered: (flags & UNORDERED) !== 0,
      beginning,
      ending: (flags & ENDING) !== 0,
      immediate: (flags & IMMEDIATE) !== 0,
      userData: packet.subarray(at + I_DATA_HEADER_BYTES, at + length),
    };
  },
};
