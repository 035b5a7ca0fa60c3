import { assert } from '../../base/assert.ts';
import { WireError } from '../../base/errors.ts';
import { CHUNK_HEADER_BYTES, type ChunkCodec } from './chunk-codec.ts';
import { cookieAckCodec, cookieEchoCodec } from './chunks/cookie.ts';
import { dataCodec } from './chunks/data.ts';
import { abortCodec, errorCodec } from './chunks/error-abort.ts';
import { forwardTsnCodec } from './chunks/forward-tsn.ts';
import { heartbeatAckCodec, heartbeatCodec } from './chunks/heartbeat.ts';
import { iDataCodec } from './chunks/i-data.ts';
import { iForwardTsnCodec } from './chunks/i-forward-tsn.ts';
import { initAckCodec, initCodec } from './chunks/init.ts';
import { padCodec } from './chunks/pad.ts';
import { reconfigCodec } from './chunks/re-config.ts';
import { sackCodec } from './chunks/sack.ts';
import { shutdownAckCodec, shutdownCodec, shutdownCompleteCodec } from './chunks/shutdown.ts';
import { padded, writeU16 } from './fields.ts';
import type { Chunk, UnknownChunk } from './types.ts';

type KnownChunk = Exclude<Chunk, UnknownChunk>;

const CODECS: { readonly [Kind in KnownChunk['kind']]: ChunkCodec<Extract<Chunk, { readonly kind: Kind }>> } = {
  data: dataCodec,
  init: initCodec,
  'init-ack': initAckCodec,
  sack: sackCodec,
  heartbeat: heartbeatCodec,
  'heartbeat-ack': heartbeatAckCodec,
  abort: abortCodec,
  shutdown: shutdownCodec,
  'shutdown-ack': shutdownAckCodec,
  error: errorCodec,
  'cookie-echo': cookieEchoCodec,
  'cookie-ack': cookieAckCodec,
  'shutdown-complete': shutdownCompleteCodec,
  're-config': reconfigCodec,
  pad: padCodec,
  'i-data': iDataCodec,
  'forward-tsn': forwardTsnCodec,
  'i-forward-tsn': iForwardTsnCodec,
};

const CODEC_BY_TYPE = new Array<ChunkCodec<KnownChunk> | undefined>(256).fill(undefined);
for (const codec of Object.values(CODECS)) CODEC_BY_TYPE[codec.type] = codec as ChunkCodec<KnownChunk>;

/** Bytes that a chunk takes in a packet: its length and the padding behind. */
export function chunkSize(chunk: Chunk): number {
  return padded(chunkLength(chunk));
}

/** The chunk alone, with its padding. */
export function encodeChunk(chunk: Chunk): Uint8Array {
  const bytes = new Uint8Array(chunkSize(chunk));
  writeChunk(chunk, bytes, 0);
  return bytes;
}

/** Writes a chunk into zeroed bytes that have room for {@link chunkSize}, and returns the offset behind it. */
export function writeChunk(chunk: Chunk, bytes: Uint8Array, at: number): number {
  const length = chunkLength(chunk);
  assert(length <= 0xffff, `${chunk.kind} chunk of ${length} bytes`);
  if (chunk.kind === 'unknown') {
    bytes.set(chunk.whole, at);
  } else {
    const codec = codecOf(chunk);
    bytes[at] = codec.type;
    bytes[at + 1] = codec.flagsOf?.(chunk) ?? 0;
    writeU16(bytes, at + 2, length);
    codec.write(chunk, bytes, at);
  }
  return at + padded(length);
}

/**
 * The chunk at an offset of a packet, as {@link ChunkCursor} found it. Its byte fields are views into the packet.
 *
 * @param length the chunk's length field
 * @throws WireError if the chunk is malformed
 */
export function decodeChunk(packet: Uint8Array, offset: number, length: number): Chunk {
  if (length < CHUNK_HEADER_BYTES || length > packet.length - offset) {
    throw new WireError('bad-length', offset + 2, `chunk claims ${length} bytes`);
  }
  const type = packet[offset]!;
  const codec = CODEC_BY_TYPE[type];
  if (codec !== undefined) return codec.read(packet, offset, length);
  return { kind: 'unknown', type, flags: packet[offset + 1]!, whole: packet.subarray(offset, offset + length) };
}

/** A chunk that is known here, as one that is not: for a peer with whom its extension is not used. */
export function asUnknown(chunk: KnownChunk): UnknownChunk {
  const whole = encodeChunk(chunk).subarray(0, chunkLength(chunk));
  return { kind: 'unknown', type: codecOf(chunk).type, flags: whole[1]!, whole };
}

function chunkLength(chunk: Chunk): number {
  return chunk.kind === 'unknown' ? chunk.whole.length : codecOf(chunk).lengthOf(chunk);
}

function codecOf(chunk: KnownChunk): ChunkCodec<KnownChunk> {
  // Almost all chunks are DATA: the look spares them the search by name.
  return (chunk.kind === 'data' ? dataCodec : CODECS[chunk.kind]) as ChunkCodec<KnownChunk>;
}
