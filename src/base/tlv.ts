import { type ByteWriter, u16At, u32At } from './bytes.ts';
import { WireError } from './errors.ts';

/**
 * Type-length-value fields with a 16-bit type, a 16-bit length that counts header and value but not the padding, and
 * zero padding to a multiple of four. SCTP parameters and causes (RFC 9260 §3.2.1, §3.3.10) and RSerPool parameters
 * (RFC 5354 §3) share this shape.
 */
export class Tlv {
  readonly type: number;
  /** Offset of the TLV's first byte in the whole packet. */
  readonly offset: number;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  #value: Uint8Array | undefined;

  /** @param start where the value begins in `bytes`, behind the header @param end where it ends */
  constructor(type: number, offset: number, bytes: Uint8Array, start: number, end: number) {
    this.type = type;
    this.offset = offset;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  /** Bytes of the value. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** A view, made for who wants it. */
  get value(): Uint8Array {
    this.#value ??= this.#bytes.subarray(this.#start, this.#end);
    return this.#value;
  }

  /** Header and value without padding, as they stood on the wire. */
  get whole(): Uint8Array {
    return this.#bytes.subarray(this.#start - TLV_HEADER_BYTES, this.#end);
  }

  /** The first 32 bits of the value; the caller knows that they are there. */
  get firstU32(): number {
    return u32At(this.#bytes, this.#start);
  }

  /** Whether the value is these bytes. */
  hasValue(bytes: Uint8Array): boolean {
    if (bytes.length !== this.length) return false;
    const start = this.#start;
    for (let i = 0; i < bytes.length; i++) if (bytes[i] !== this.#bytes[start + i]) return false;
    return true;
  }
}

export const TLV_HEADER_BYTES = 4;

/** What to do with something unknown: the two highest bits of its type say so. RFC 9260 §3.2, RFC 5354 §3. */
export interface UnknownAction {
  /** Stop at this one and ignore all that follow; otherwise skip it and go on. */
  readonly stop: boolean;
  /** Tell the sender. */
  readonly report: boolean;
}

/** Action for an unknown 16-bit parameter type. */
export function unknownParameterAction(type: number): UnknownAction {
  return { stop: (type & 0x8000) === 0, report: (type & 0x4000) !== 0 };
}

/** The TLVs in some bytes, one after the other. */
export class TlvReader {
  readonly #bytes: Uint8Array;
  readonly #base: number;
  #at = 0;

  /** @param base offset of `bytes` in the whole packet, for errors */
  constructor(bytes: Uint8Array, base = 0) {
    this.#bytes = bytes;
    this.#base = base;
  }

  /**
   * The next one, or `undefined` at the end.
   *
   * @throws WireError for a length below 4 or beyond the end. A last TLV without its padding is accepted.
   */
  next(): Tlv | undefined {
    const bytes = this.#bytes;
    const at = this.#at;
    const left = bytes.length - at;
    if (left <= 0) return undefined;
    const offset = this.#base + at;
    if (left < TLV_HEADER_BYTES) throw new WireError('truncated', offset, 'parameter header');
    const type = u16At(bytes, at);
    const length = u16At(bytes, at + 2);
    if (length < TLV_HEADER_BYTES || length > left) {
      throw new WireError('bad-length', offset + 2, `parameter 0x${type.toString(16)} claims ${length} bytes`);
    }
    this.#at = at + ((length + 3) & ~3);
    return new Tlv(type, offset, bytes, at + TLV_HEADER_BYTES, at + length);
  }
}

/** The TLVs in `bytes` for a loop. @throws WireError as {@link TlvReader} does */
export function* walkTlvs(bytes: Uint8Array, base = 0): Generator<Tlv, void, undefined> {
  const reader = new TlvReader(bytes, base);
  for (let tlv = reader.next(); tlv !== undefined; tlv = reader.next()) yield tlv;
}

/** Writes one TLV with its padding. `writeValue` writes the value only. */
export function writeTlv(w: ByteWriter, type: number, writeValue: (w: ByteWriter) => void): void {
  const start = w.length;
  w.u16(type);
  w.u16(0);
  writeValue(w);
  w.patchU16(start + 2, w.length - start);
  w.zeros(-(w.length - start) & 3);
}
