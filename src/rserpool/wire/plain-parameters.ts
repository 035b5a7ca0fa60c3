import { ByteReader, type ByteWriter } from '../../base/bytes.ts';
import type { Tlv } from '../../base/tlv.ts';
import { invalidValues, PARAMETER_TYPE, type Reading, writeParameter } from './parameter.ts';
import { PoolHandle } from './pool-handle.ts';

/** Reads a Pool Handle parameter. RFC 5354 §3.9. */
export function readPoolHandle(reading: Reading, tlv: Tlv): PoolHandle {
  if (tlv.value.length === 0) throw invalidValues(reading, tlv, 'empty pool handle');
  const handle = new PoolHandle(tlv.value.slice());
  reading.context.poolHandle = handle;
  return handle;
}

/** Writes a Pool Handle parameter. */
export function writePoolHandle(w: ByteWriter, handle: PoolHandle): void {
  writeParameter(w, PARAMETER_TYPE.poolHandle, () => w.bytes(handle.bytes));
}

/** Reads a PE Identifier parameter. RFC 5354 §3.14. */
export function readPeIdentifier(reading: Reading, tlv: Tlv): number {
  const identifier = readU32(reading, tlv);
  reading.context.peIdentifier = identifier;
  return identifier;
}

/** Writes a PE Identifier parameter. */
export function writePeIdentifier(w: ByteWriter, identifier: number): void {
  writeParameter(w, PARAMETER_TYPE.peIdentifier, () => w.u32(identifier));
}

/** Reads a PE Checksum parameter: 16 bits as a number. RFC 5354 §3.15. */
export function readPeChecksum(reading: Reading, tlv: Tlv): number {
  if (tlv.value.length !== 2) throw invalidValues(reading, tlv, 'checksum length');
  return new ByteReader(tlv.value, tlv.offset).u16();
}

/** Writes a PE Checksum parameter. */
export function writePeChecksum(w: ByteWriter, checksum: number): void {
  writeParameter(w, PARAMETER_TYPE.peChecksum, () => w.u16(checksum));
}

/** Writes a Cookie parameter. RFC 5354 §3.13. */
export function writeCookie(w: ByteWriter, cookie: Uint8Array): void {
  writeParameter(w, PARAMETER_TYPE.cookie, () => w.bytes(cookie));
}

/** Reads the private parameter with the number of elements that are wanted. */
export function readItemCount(reading: Reading, tlv: Tlv): number {
  return readU32(reading, tlv);
}

/** Writes the private parameter with the number of elements that are wanted. */
export function writeItemCount(w: ByteWriter, count: number): void {
  writeParameter(w, PARAMETER_TYPE.itemCount, () => w.u32(count));
}

function readU32(reading: Reading, tlv: Tlv): number {
  if (tlv.value.length !== 4) throw invalidValues(reading, tlv, 'length of a 32-bit number');
  return new ByteReader(tlv.value, tlv.offset).u32();
}
