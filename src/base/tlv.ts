import { type ByteWriter, u16At } from './bytes.ts';
import { WireError } from './errors.ts';

/**
 * Type-length-value fields with a 16-bit type, a 16-bit length that counts header and value but not the padding, and
 * zero padding to a multiple of four. SCTP parameters and causes (RFC 9260 §3.2.1, §3.3.10) and RSerPool parameters
 * (RFC 5354 §3) share this shape.
 */
export interface Tlv {
  readonly type: number;
  readonly value: Uint8Array;
  /** Offset of the TLV's first byte in the whole packet. */
  readonly offset: number;
  /** Header and value without padding, as they stood on the wire. */
  readonly whole: Uint8Array;
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
    return new TlvView(type, bytes.subarray(at + TLV_HEADER_BYTES, at + length), offset);
  }
}

/** A {@link Tlv} in the bytes that it was read from. */
class TlvView implements Tlv {
  readonly type: number;
  readonly value: Uint8Array;
  readonly offset: number;

  constructor(type: number, value: Uint8Array, offset: number) {
    this.type = type;
    this.value = value;
    this.offset = offset;
  }

  get whole(): Uint8Array {
    const { buffer, byteOffset, length } = this.value;
    return new Uint8Array(buffer, byteOffset - TLV_HEADER_BYTES, length + TLV_HEADER_BYTES);
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
