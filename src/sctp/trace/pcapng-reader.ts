import { WireError } from '../../base/errors.ts';
import { EndianReader } from './endian-reader.ts';
import { type CapturedFrame, isKnownLinkType } from './link-layer.ts';
import { BLOCK_TYPES, BYTE_ORDER_MAGIC, OPTIONS } from './pcapng-format.ts';

interface Interface {
  readonly linkType: number;
  readonly unitsPerSecond: number;
  readonly offsetSeconds: number;
}

/** Block type, length at both ends. */
const LEAST_BLOCK_BYTES = 12;
const DEFAULT_UNITS_PER_SECOND = 1e6;

/**
 * The frames of a pcapng file whose link type is known, section by section. draft-ietf-opsawg-pcapng §3, §4.
 *
 * @throws WireError while iterating, if a block's length cannot be or a block is too short for what it says
 */
export function* readPcapngFrames(file: Uint8Array): Generator<CapturedFrame, void, undefined> {
  let littleEndian = false;
  let interfaces: Interface[] = [];
  let at = 0;
  while (at < file.length) {
    const isSection = new EndianReader(file.subarray(at), false, at).u32() === BLOCK_TYPES.sectionHeader;
    if (isSection) {
      littleEndian = isLittleEndian(file.subarray(at), at);
      interfaces = [];
    }
    const head = new EndianReader(file.subarray(at), littleEndian, at);
    const [type, lengthBytes] = [head.u32(), head.u32()];
    if (lengthBytes < LEAST_BLOCK_BYTES || lengthBytes % 4 !== 0) {
      throw new WireError('bad-length', at + 4, `a block of ${lengthBytes} bytes`);
    }
    const body = head.sub(lengthBytes - LEAST_BLOCK_BYTES);
    if (head.u32() !== lengthBytes) throw new WireError('bad-length', head.offset - 4, 'block lengths differ');
    if (type === BLOCK_TYPES.interfaceDescription) interfaces.push(readInterface(body));
    else {
      const frame = readFrame(type, body, interfaces);
      if (frame !== undefined && isKnownLinkType(frame.linkType)) yield frame;
    }
    at += lengthBytes;
  }
}

function isLittleEndian(section: Uint8Array, base: number): boolean {
  const r = new EndianReader(section, false, base);
  r.skip(8);
  const magic = r.u32();
  if (magic === BYTE_ORDER_MAGIC) return false;
  const reversed = new EndianReader(section, true, base);
  reversed.skip(8);
  if (reversed.u32() === BYTE_ORDER_MAGIC) return true;
  throw new WireError('bad-value', base + 8, 'byte-order magic');
}

function readInterface(r: EndianReader): Interface {
  const linkType = r.u16();
  r.skip(6);
  let unitsPerSecond = DEFAULT_UNITS_PER_SECOND;
  let offsetSeconds = 0;
  for (const { code, value } of readOptions(r)) {
    if (code === OPTIONS.timestampResolution && value.remaining >= 1) {
      const exponent = value.bytes(1)[0]!;
      // The high bit chooses between powers of two and of ten.
      unitsPerSecond = exponent & 0x80 ? 2 ** (exponent & 0x7f) : 10 ** exponent;
    } else if (code === OPTIONS.timestampOffset && value.remaining >= 8) {
      offsetSeconds = value.i64();
    }
  }
  return { linkType, unitsPerSecond, offsetSeconds };
}

/** The frame in a packet block of one of the three kinds; `undefined` for every other block. */
function readFrame(type: number, r: EndianReader, interfaces: readonly Interface[]): CapturedFrame | undefined {
  if (type === BLOCK_TYPES.simplePacket) {
    const { linkType } = interfaceAt(interfaces, 0, r.offset);
    const originalBytes = r.u32();
    return { timeUs: 0, linkType, bytes: r.bytes(Math.min(originalBytes, r.remaining)) };
  }
  if (type !== BLOCK_TYPES.enhancedPacket && type !== BLOCK_TYPES.packet) return undefined;
  const from = r.offset;
  let index: number;
  if (type === BLOCK_TYPES.enhancedPacket) index = r.u32();
  else {
    index = r.u16();
    // Count of dropped packets.
    r.skip(2);
  }
  const { linkType, unitsPerSecond, offsetSeconds } = interfaceAt(interfaces, index, from);
  const [high, low] = [r.u32(), r.u32()];
  const capturedBytes = r.u32();
  r.skip(4);
  const bytes = r.bytes(capturedBytes);
  r.skip(Math.min(-capturedBytes & 3, r.remaining));
  let comment: string | undefined;
  for (const { code, value } of readOptions(r)) {
    if (code === OPTIONS.comment) comment = new TextDecoder().decode(value.bytes(value.remaining));
  }
  const timeUs = divide64(high, low, unitsPerSecond / 1e6) + offsetSeconds * 1e6;
  return { timeUs, linkType, bytes, comment };
}

/** The whole part of a 64-bit number over `divisor`. Nanoseconds since 1970 are beyond 2^53: divided digit by digit. */
function divide64(high: number, low: number, divisor: number): number {
  if (!Number.isInteger(divisor)) return Math.floor((high * 0x1_0000_0000 + low) / divisor);
  let quotient = 0;
  let remainder = 0;
  for (const digit of [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff]) {
    const dividend = remainder * 0x1_0000 + digit;
    quotient = quotient * 0x1_0000 + Math.floor(dividend / divisor);
    remainder = dividend % divisor;
  }
  return quotient;
}

function interfaceAt(interfaces: readonly Interface[], index: number, offset: number): Interface {
  const found = interfaces[index];
  if (found === undefined) throw new WireError('missing', offset, `interface ${index} is not described`);
  return found;
}

function* readOptions(r: EndianReader): Generator<{ readonly code: number; readonly value: EndianReader }> {
  while (r.remaining > 0) {
    const [code, lengthBytes] = [r.u16(), r.u16()];
    if (code === OPTIONS.end) return;
    yield { code, value: r.sub(lengthBytes) };
    r.skip(Math.min(-lengthBytes & 3, r.remaining));
  }
}
