import { CHUNK_HEADER_BYTES, type ChunkCodec, requireLength } from '../chunk-codec.ts';
import { CHUNK_TYPE } from '../chunk-type.ts';
import type { HeartbeatAckChunk, HeartbeatChunk } from '../types.ts';

/** The Heartbeat Info parameter is mandatory, so there is at least its header. RFC 9260 §3.3.5. */
const LEAST_BYTES = CHUNK_HEADER_BYTES + 4;

/** HEARTBEAT. RFC 9260 §3.3.5. */
export const heartbeatCodec: ChunkCodec<HeartbeatChunk> = {
  type: CHUNK_TYPE.heartbeat,
  lengthOf,
  write,
  read: (packet, at, length) => ({ kind: 'heartbeat', value: readValue('HEARTBEAT', packet, at, length) }),
};

/** HEARTBEAT ACK. RFC 9260 §3.3.6. */
export const heartbeatAckCodec: ChunkCodec<HeartbeatAckChunk> = {
  type: CHUNK_TYPE.heartbeatAck,
  lengthOf,
  write,
  read: (packet, at, length) => ({ kind: 'heartbeat-ack', value: readValue('HEARTBEAT ACK', packet, at, length) }),
};

function lengthOf(chunk: HeartbeatChunk | HeartbeatAckChunk): number {
  return CHUNK_HEADER_BYTES + chunk.value.length;
}

function write(chunk: HeartbeatChunk | HeartbeatAckChunk, bytes: Uint8Array, at: number): void {
  bytes.set(chunk.value, at + CHUNK_HEADER_BYTES);
}

function readValue(name: string, packet: Uint8Array, at: number, length: number): Uint8Array {
  requireLength(name, at, length, LEAST_BYTES);
  return packet.subarray(at + CHUNK_HEADER_BYTES, at + length);
}
