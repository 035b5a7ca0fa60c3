import type { ByteWriter } from './bytes.ts';
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

/**
 * Walks the TLVs in `bytes` one after the other.
 *
 * @param base offset of `bytes` in the whole packet, for errors
 * @throws WireError for a length below 4 or beyond the end. A last TLV without its padding is accepted.
 */
export function* walkTlvs(bytes: Uint8Array, base = 0): Generator<Tlv, void, undefined> {
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < TLV_HEADER_BYTES) throw new WireError('truncated', base + at, 'parameter header');
    const type = (bytes[at]! << 8) | bytes[at + 1]!;
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (length < TLV_HEADER_BYTES || length > bytes.length - at) {
      throw new WireError('bad-length', base + at + 2, `parameter 0x${type.toString(16)} claims ${length} bytes`);
    }
    yield {
      type,
      value: bytes.subarray(at + TLV_HEADER_BYTES, at + length),
      offset: base + at,
      whole: bytes.subarray(at, at + length),
    };
    at += (length + 3) & ~3;
  }
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
