import { causesLength, readCauses, writeCauses } from '../cause.ts';
import { CHUNK_HEADER_BYTES, type ChunkCodec, requireLength } from '../chunk-codec.ts';
import { CHUNK_TYPE } from '../chunk-type.ts';
import type { AbortChunk, ErrorChunk } from '../types.ts';

/** T bit of ABORT and SHUTDOWN COMPLETE. RFC 9260 §3.3.7, §3.3.13. */
const TAG_REFLECTED = 0x01;

/** ABORT. RFC 9260 §3.3.7. */
export const abortCodec: ChunkCodec<AbortChunk> = {
  type: CHUNK_TYPE.abort,
  lengthOf,
  flagsOf: (chunk) => (chunk.tagReflected ? TAG_REFLECTED : 0),
  write,
  read: (packet, at, length) => ({
    kind: 'abort',
    tagReflected: (packet[at + 1]! & TAG_REFLECTED) !== 0,
    causes: readCausesOf(packet, at, length),
  }),
};

/** ERROR: has at least one cause. RFC 9260 §3.3.10. */
export const errorCodec: ChunkCodec<ErrorChunk> = {
  type: CHUNK_TYPE.error,
  lengthOf,
  write,
  read(packet, at, length) {
    requireLength('ERROR', at, length, CHUNK_HEADER_BYTES + 4);
    return { kind: 'error', causes: readCausesOf(packet, at, length) };
  },
};

function lengthOf(chunk: AbortChunk | ErrorChunk): number {
  return CHUNK_HEADER_BYTES + causesLength(chunk.causes);
}

function write(chunk: AbortChunk | ErrorChunk, bytes: Uint8Array, at: number): void {
  writeCauses(chunk.causes, bytes, at + CHUNK_HEADER_BYTES);
}

function readCausesOf(packet: Uint8Array, at: number, length: number): AbortChunk['causes'] {
  const start = at + CHUNK_HEADER_BYTES;
  return readCauses(packet.subarray(start, at + length), start);
}
