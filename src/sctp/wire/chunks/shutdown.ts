import { WireError } from '../../../base/errors.ts';
import { tsn } from '../../../base/serial.ts';
import { CHUNK_HEADER_BYTES, type ChunkCodec } from '../chunk-codec.ts';
import { CHUNK_TYPE } from '../chunk-type.ts';
import { readU32, writeU32 } from '../fields.ts';
import type { ShutdownAckChunk, ShutdownChunk, ShutdownCompleteChunk } from '../types.ts';

const SHUTDOWN_BYTES = 8;
/** T bit. RFC 9260 §3.3.13. */
const TAG_REFLECTED = 0x01;

/** SHUTDOWN. RFC 9260 §3.3.8. */
export const shutdownCodec: ChunkCodec<ShutdownChunk> = {
  type: CHUNK_TYPE.shutdown,
  lengthOf: () => SHUTDOWN_BYTES,
  write: (chunk, bytes, at) => writeU32(bytes, at + 4, chunk.cumulativeTsnAck),
  read(packet, at, length) {
    if (length !== SHUTDOWN_BYTES) throw new WireError('bad-length', at + 2, `SHUTDOWN of ${length} bytes`);
    return { kind: 'shutdown', cumulativeTsnAck: tsn(readU32(packet, at + 4)) };
  },
};

/** SHUTDOWN ACK; a value, which it should not have, is ignored. RFC 9260 §3.3.9. */
export const shutdownAckCodec: ChunkCodec<ShutdownAckChunk> = {
  type: CHUNK_TYPE.shutdownAck,
  lengthOf: () => CHUNK_HEADER_BYTES,
  write() {},
  read: () => ({ kind: 'shutdown-ack' }),
};

/** SHUTDOWN COMPLETE; a value, which it should not have, is ignored. RFC 9260 §3.3.13. */
export const shutdownCompleteCodec: ChunkCodec<ShutdownCompleteChunk> = {
  type: CHUNK_TYPE.shutdownComplete,
  lengthOf: () => CHUNK_HEADER_BYTES,
  flagsOf: (chunk) => (chunk.tagReflected ? TAG_REFLECTED : 0),
  write() {},
  read: (packet, at) => ({ kind: 'shutdown-complete', tagReflected: (packet[at + 1]! & TAG_REFLECTED) !== 0 }),
};
