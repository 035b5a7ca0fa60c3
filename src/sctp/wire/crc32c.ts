import CRC32C from 'crc-32/crc32c.js';
import { createWasmCrc32c } from './crc32c-wasm.ts';

/** The checksum is the last field of the common header. RFC 9260 §3.1. */
const CHECKSUM_END = 12;

/** For shorter ones the way into WebAssembly takes longer than it saves. */
const SHORTEST_FOR_WASM = 100;

const wasm = createWasmCrc32c();

/** What computes the checksums of all but short packets. */
export const CHECKSUM_ENGINE: 'WebAssembly' | 'JavaScript' = wasm === undefined ? 'JavaScript' : 'WebAssembly';

/** CRC32c of bytes as an unsigned number, in the usual notation: of "123456789" it is 0xE3069283. RFC 9260 App. A. */
export function crc32c(bytes: Uint8Array): number {
  const { length } = bytes;
  if (wasm === undefined || length < SHORTEST_FOR_WASM || length > wasm.input.length) return CRC32C.buf(bytes) >>> 0;
  wasm.input.set(bytes);
  return wasm.compute(length) >>> 0;
}

/** CRC32c of bytes behind others, whose CRC32c is `crc`; that of none is 0. */
export function crc32cFrom(crc: number, bytes: Uint8Array): number {
  return CRC32C.buf(bytes, crc) >>> 0;
}

/** Computes the checksum of a whole packet and stores it in its header. RFC 9260 §6.8. */
export function writeChecksum(packet: Uint8Array): void {
  storeChecksum(packet, 0);
  storeChecksum(packet, crc32c(packet));
}

/** Whether the checksum of a packet is right; false for what is too short to have one. RFC 9260 §6.8. */
export function verifyChecksum(packet: Uint8Array): boolean {
  if (packet.length < CHECKSUM_END) return false;
  const stored = storedChecksum(packet);
  storeChecksum(packet, 0);
  const computed = crc32c(packet);
  storeChecksum(packet, stored);
  return stored === computed;
}

// The one field that is not big-endian: RFC 9260 App. A sends the CRC's lowest byte first.
function storeChecksum(packet: Uint8Array, checksum: number): void {
  packet[8] = checksum;
  packet[9] = checksum >>> 8;
  packet[10] = checksum >>> 16;
  packet[11] = checksum >>> 24;
}

/** The checksum that the header of a packet has. */
export function storedChecksum(packet: Uint8Array): number {
  return (packet[8]! | (packet[9]! << 8) | (packet[10]! << 16) | (packet[11]! << 24)) >>> 0;
}
