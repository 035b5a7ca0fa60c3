import { CHUNK_HEADER_BYTES, type ChunkCodec } from '../chunk-codec.ts';
import { CHUNK_TYPE } from '../chunk-type.ts';
import type { PadChunk } from '../types.ts';

/** PAD: its data may be anything; zeros are sent. RFC 4820 §3. */
export const padCodec: ChunkCodec<PadChunk> = {
  type: CHUNK_TYPE.pad,
  lengthOf: (chunk) => CHUNK_HEADER_BYTES + chunk.paddingBytes,
  write() {},
  read: (_packet, _at, length) => ({ kind: 'pad', paddingBytes: length - CHUNK_HEADER_BYTES }),
};
