import { CHUNK_HEADER_BYTES, type ChunkCodec, requireLength } from '../chunk-codec.ts';
import { CHUNK_TYPE } from '../chunk-type.ts';
import { readReconfiguration, reconfigurationLength, writeReconfiguration } from '../reconfig-parameter.ts';
import type { ReconfigChunk } from '../types.ts';

/** RE-CONFIG: has at least one parameter; which ones may stand together is for its receiver to see. RFC 6525 §3.1. */
export const reconfigCodec: ChunkCodec<ReconfigChunk> = {
  type: CHUNK_TYPE.reConfig,
  lengthOf: ({ parameters }) => CHUNK_HEADER_BYTES + reconfigurationLength(parameters),
  write({ parameters }, bytes, at) {
    writeReconfiguration(parameters, bytes, at + CHUNK_HEADER_BYTES);
  },
  read(packet, at, length) {
    requireLength('RE-CONFIG', at, length, CHUNK_HEADER_BYTES + 4);
    const start = at + CHUNK_HEADER_BYTES;
    return { kind: 're-config', parameters: readReconfiguration(packet.subarray(start, at + length), start) };
  },
};
