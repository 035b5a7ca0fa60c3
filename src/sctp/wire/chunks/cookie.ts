import { CHUNK_HEADER_BYTES, type ChunkCodec } from '../chunk-codec.ts';
import { CHUNK_TYPE } from '../chunk-type.ts';
import type { CookieAckChunk, CookieEchoChunk } from '../types.ts';

/** COOKIE ECHO: the value of the State Cookie parameter, without its header. RFC 9260 §3.3.11. */
export const cookieEchoCodec: ChunkCodec<CookieEchoChunk> = {
  type: CHUNK_TYPE.cookieEcho,
  lengthOf: (chunk) => CHUNK_HEADER_BYTES + chunk.cookie.length,
  write: (chunk, bytes, at) => bytes.set(chunk.cookie, at + CHUNK_HEADER_BYTES),
  read: (packet, at, length) => ({
    kind: 'cookie-echo',
    cookie: packet.subarray(at + CHUNK_HEADER_BYTES, at + length),
  }),
};

/** COOKIE ACK; a value, which it should not have, is ignored. RFC 9260 §3.3.12. */
export const cookieAckCodec: ChunkCodec<CookieAckChunk> = {
  type: CHUNK_TYPE.cookieAck,
  lengthOf: () => CHUNK_HEADER_BYTES,
  write() {},
  read: () => ({ kind: 'cookie-ack' }),
};
