import { WireError } from './errors.ts';

const NO_BYTES = new Uint8Array(0);

/** Reads big-endian fields out of a view without ever leaving it; every overrun is a {@link WireError}. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  /** Where the view begins in the whole packet, so that errors name the packet's offset. */
  readonly #base: number;
  #at = 0;

  constructor(bytes: Uint8Array, base = 0) {
    this.#bytes = bytes;
    this.#base = base;
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#at;
  }

  /** Offset of the next byte in the whole packet. */
  get offset(): number {
    return this.#base + this.#at;
  }

  /** Bytes left. */
  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#bytes[this.#take(1)]!;
  }

  u16(): number {
    return u16At(this.#bytes, this.#take(2));
  }

  u32(): number {
    return u32At(this.#bytes, this.#take(4));
  }

  i32(): number {
    return u32At(this.#bytes, this.#take(4)) | 0;
  }

  u64(): bigint {
    return this.#view().getBigUint64(this.#take(8));
  }

  /** An IEEE 754 double. */
  f64(): number {
    return this.#view().getFloat64(this.#take(8));
  }

  /** A view of the next `length` bytes: not a copy. */
  bytes(length: number): Uint8Array {
    if (length === 0) return NO_BYTES;
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** A view of all bytes that are left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  skip(length: number): void {
    this.#take(length);
  }

  /** Made where it is needed: it takes longer than reading what most parameters hold. */
  #view(): DataView {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    return new DataView(buffer, byteOffset, byteLength);
  }

  #take(length: number): number {
    const start = this.#at;
    if (length < 0 || this.#bytes.length - start < length) {
      throw new WireError(
        'truncated',
        this.#base + start,
        `${length} bytes wanted, ${this.#bytes.length - start} left`,
      );
    }
    this.#at = start + length;
    return start;
  }
}

/** 16 bits, big-endian; the caller knows that they are there. */
export function u16At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** 32 bits, unsigned, big-endian; the caller knows that they are there. */
export function u32At(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Writes big-endian fields into a buffer that grows as needed. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#at;
  }

  u8(value: number): void {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
  }

  u16(value: number): void {
    const at = this.#grow(2);
    this.#view.setUint16(at, value);
  }

  u32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value);
  }

  u64(value: bigint): void {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, value);
  }

  /** An IEEE 754 double. */
  f64(value: number): void {
    const at = this.#grow(8);
    this.#view.setFloat64(at, value);
  }

  bytes(value: Uint8Array): void {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
  }

  zeros(count: number): void {
    const start = this.#grow(count);
    this.#bytes.fill(0, start, start + count);
  }

  /** Pads with zeros to the next multiple of four. */
  pad4(): void {
    this.zeros(-this.#at & 3);
  }

  /** Overwrites two bytes written earlier, for lengths known only afterwards. */
  patchU16(at: number, value: number): void {
    this.#view.setUint16(at, value);
  }

  /** Overwrites four bytes written earlier. */
  patchU32(at: number, value: number): void {
    this.#view.setUint32(at, value);
  }

  /** The bytes written so far, as a view that is valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  /** A copy of the bytes written so far. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  /** Forgets everything written, keeps the buffer. */
  reset(): void {
    this.#at = 0;
  }

  /** Makes room and gives its offset; may replace `#bytes` and `#view`, so it is called before they are used. */
  #grow(length: number): number {
    const start = this.#at;
    const end = start + length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#at = end;
    return start;
  }
}

/** Whether two byte strings are equal. Not constant in time: see `sctp/core/cookie.ts` for secrets. */
export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Lower-case hexadecimal text of bytes. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** Bytes of a hexadecimal text; white space is ignored, anything else is an error of the caller. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new RangeError(`not hexadecimal: ${JSON.stringify(text.slice(0, 40))}`);
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Joins byte strings into a new one. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
