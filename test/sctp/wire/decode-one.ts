import { fromHex } from '../../../src/base/bytes.ts';
import { decodeChunk } from '../../../src/sctp/wire/chunk.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';

/** Decodes the chunk that a hexadecimal text begins with, by the length field in it. */
export function decodeOne(hex: string): Chunk {
  const bytes = fromHex(hex);
  return decodeChunk(bytes, 0, (bytes[2]! << 8) | bytes[3]!);
}
