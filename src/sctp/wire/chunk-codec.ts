import { WireError } from '../../base/errors.ts';

/** Type, flags, length. RFC 9260 §3.2. */
export const CHUNK_HEADER_BYTES = 4;

/** Bytes to value and back for one kind of chunk. Offsets are those of the chunk's first byte, its type. */
export interface ChunkCodec<C> {
  readonly type: number;
  /** The chunk's length field: header and value, without the padding behind. */
  lengthOf(chunk: C): number;
  /** The chunk's flags; 0 if the codec has none (RFC 9260 §3.2: undefined bits are sent as 0). */
  flagsOf?(chunk: C): number;
  /** Writes the value, that is all behind the chunk header, into zeroed bytes that have room for it. */
  write(chunk: C, bytes: Uint8Array, at: number): void;
  /**
   * Reads the chunk; `length` is its length field, and the packet has so many bytes from `at` on.
   *
   * @throws WireError if the value is malformed
   */
  read(packet: Uint8Array, at: number, length: number): C;
}

/** Refuses a chunk that is shorter than its fixed fields. RFC 9260 §3.3. */
export function requireLength(name: string, at: number, length: number, atLeast: number): void {
  if (length < atLeast) {
    throw new WireError('bad-length', at + 2, `${name} of ${length} bytes, needs ${atLeast} at least`);
  }
}
