/*
 * Big-endian fields at an offset of a packet. Nothing is checked here: a chunk's length is compared with the packet's,
 * and with what the chunk needs, before any of its fields is read.
 */
export { u16At as readU16, u32At as readU32 } from '../../base/bytes.ts';

export function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** The next multiple of four: what chunks, parameters and causes take up with their padding. RFC 9260 §3.2, §3.2.1. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}

/** Bytes of TLVs one after the other: all are padded but the last (RFC 9260 §3.2, chunk length). */
export function lengthOfTlvs<Item>(items: readonly Item[], lengthOf: (item: Item) => number): number {
  let length = 0;
  for (const item of items) length = padded(length) + lengthOf(item);
  return length;
}
