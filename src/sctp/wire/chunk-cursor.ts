import { WireError } from '../../base/errors.ts';
import { decodeChunk } from './chunk.ts';
import { CHUNK_HEADER_BYTES } from './chunk-codec.ts';
import { padded, readU16 } from './fields.ts';
import type { Chunk } from './types.ts';

/**
 * Steps through the chunks of a packet without decoding them: `while (cursor.next()) …`, then look at `malformed`.
 *
 * It ends at the first chunk whose length is impossible; the chunks before it stand (RFC 9260 §3.2, §6.10). Padding that
 * is missing behind the last chunk is no error: nothing is in it.
 */
export class ChunkCursor {
  /** Type of the chunk at hand. */
  type = 0;
  flags = 0;
  /** Offset of the chunk at hand in the packet. */
  offset: number;
  /** Its length field: header and value without padding. */
  length = 0;
  /** Why the walk ended before the end of the packet. */
  malformed: WireError | undefined = undefined;
  readonly #packet: Uint8Array;

  /** @param start offset of the first chunk, usually `COMMON_HEADER_BYTES` */
  constructor(packet: Uint8Array, start: number) {
    this.#packet = packet;
    this.offset = start;
    if (start >= packet.length) this.malformed = new WireError('truncated', start, 'no chunk');
  }

  /** Goes to the next chunk; false at the end, and at a malformed chunk. */
  next(): boolean {
    if (this.malformed !== undefined) return false;
    const at = this.offset + padded(this.length);
    const left = this.#packet.length - at;
    if (left <= 0) return false;
    if (left < CHUNK_HEADER_BYTES) return this.#stop(new WireError('truncated', at, 'chunk header'));
    const length = readU16(this.#packet, at + 2);
    if (length < CHUNK_HEADER_BYTES || length > left) {
      return this.#stop(new WireError('bad-length', at + 2, `chunk claims ${length} bytes, ${left} left`));
    }
    this.type = this.#packet[at]!;
    this.flags = this.#packet[at + 1]!;
    this.offset = at;
    this.length = length;
    return true;
  }

  /**
   * The chunk at hand as a value.
   *
   * @throws WireError if it is malformed inside
   */
  decode(): Chunk {
    return decodeChunk(this.#packet, this.offset, this.length);
  }

  #stop(why: WireError): false {
    this.malformed = why;
    return false;
  }
}
