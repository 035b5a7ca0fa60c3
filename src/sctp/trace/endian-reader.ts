import { WireError } from '../../base/errors.ts';

/** Reads fields of a capture file, whose byte order is that of the host which wrote it. Overruns are WireErrors. */
export class EndianReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  /** Where the bytes begin in the file, so that errors name the file's offset. */
  readonly #base: number;
  #at = 0;

  constructor(bytes: Uint8Array, littleEndian: boolean, base = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#littleEndian = littleEndian;
    this.#base = base;
  }

  get offset(): number {
    return this.#base + this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), this.#littleEndian);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), this.#littleEndian);
  }

  /** A signed 64-bit number; exact up to 2^53. */
  i64(): number {
    const at = this.#take(8);
    const [high, low] = this.#littleEndian ? [at + 4, at] : [at, at + 4];
    const upper = this.#view.getInt32(high, this.#littleEndian);
    return upper * 0x1_0000_0000 + this.#view.getUint32(low, this.#littleEndian);
  }

  /** A view of the next `length` bytes. */
  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** A reader of the next `length` bytes. */
  sub(length: number): EndianReader {
    const { offset } = this;
    return new EndianReader(this.bytes(length), this.#littleEndian, offset);
  }

  skip(length: number): void {
    this.#take(length);
  }

  #take(length: number): number {
    const start = this.#at;
    if (length > this.remaining) {
      throw new WireError('truncated', this.#base + start, `${length} bytes wanted, ${this.remaining} left`);
    }
    this.#at = start + length;
    return start;
  }
}
