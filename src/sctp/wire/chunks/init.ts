import { tsn } from '../../../base/serial.ts';
import { type ChunkCodec, requireLength } from '../chunk-codec.ts';
import { CHUNK_TYPE } from '../chunk-type.ts';
import { readU16, readU32, writeU16, writeU32 } from '../fields.ts';
import { parametersLength, readParameters, writeParameters } from '../parameter.ts';
import type { InitAckChunk, InitChunk } from '../types.ts';

/** Header and fixed fields of INIT and INIT ACK. */
const FIXED_BYTES = 20;

/** INIT. RFC 9260 §3.3.2. */
export const initCodec: ChunkCodec<InitChunk> = {
  type: CHUNK_TYPE.init,
  lengthOf,
  write,
  read: (packet, at, length) => ({ kind: 'init', ...readFields('INIT', packet, at, length) }),
};

/** INIT ACK. RFC 9260 §3.3.3. Whether there is a State Cookie is for the handshake to see. */
export const initAckCodec: ChunkCodec<InitAckChunk> = {
  type: CHUNK_TYPE.initAck,
  lengthOf,
  write,
  read: (packet, at, length) => ({ kind: 'init-ack', ...readFields('INIT ACK', packet, at, length) }),
};

function lengthOf(chunk: InitChunk | InitAckChunk): number {
  return FIXED_BYTES + parametersLength(chunk.parameters);
}

function write(chunk: InitChunk | InitAckChunk, bytes: Uint8Array, at: number): void {
  writeU32(bytes, at + 4, chunk.initiateTag);
  writeU32(bytes, at + 8, chunk.advertisedRwndBytes);
  writeU16(bytes, at + 12, chunk.outboundStreams);
  writeU16(bytes, at + 14, chunk.maxInboundStreams);
  writeU32(bytes, at + 16, chunk.initialTsn);
  writeParameters(chunk.parameters, bytes, at + FIXED_BYTES);
}

function readFields(name: string, packet: Uint8Array, at: number, length: number): Omit<InitChunk, 'kind'> {
  requireLength(name, at, length, FIXED_BYTES);
  return {
    initiateTag: readU32(packet, at + 4),
    advertisedRwndBytes: readU32(packet, at + 8),
    outboundStreams: readU16(packet, at + 12),
    maxInboundStreams: readU16(packet, at + 14),
    initialTsn: tsn(readU32(packet, at + 16)),
    parameters: readParameters(packet.subarray(at + FIXED_BYTES, at + length), at + FIXED_BYTES),
  };
}
