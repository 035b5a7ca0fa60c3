import { formatIp, type IpAddress, parseIp } from '../../base/address.ts';
import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import { WireError } from '../../base/errors.ts';

/** An SCTP packet between two addresses: in UDP (RFC 6951), or on IP itself; then the UDP ports are 0. */
export interface TracedDatagram {
  readonly from: IpAddress;
  readonly fromUdpPort: number;
  readonly to: IpAddress;
  readonly toUdpPort: number;
  readonly encapsulation: 'udp' | 'none';
  /** The SCTP packet. Shorter than it was if the capture cut it off. */
  readonly payload: Uint8Array;
}

const PROTOCOL_UDP = 17;
const PROTOCOL_SCTP = 132;
const UDP_HEADER_BYTES = 8;
const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
const TTL = 64;
/** IPv6 extension headers that may stand before UDP and have the usual length field. RFC 8200 §4. */
const EXTENSION_HEADERS = new Set([0, 43, 60]);
const FRAGMENT_HEADER = 44;

/**
 * The IP packet that carries the datagram, checksums included. IPv6 if one of the addresses is; the other one is then
 * written as IPv4-mapped.
 *
 * @throws RangeError if an address is none, or the payload does not fit into an IP packet
 */
export function encodeIpPacket(datagram: TracedDatagram): Uint8Array {
  let [from, to] = [addressBytes(datagram.from), addressBytes(datagram.to)];
  if (from.length !== to.length) [from, to] = [mapped(from), mapped(to)];
  const isUdp = datagram.encapsulation === 'udp';
  const lengthBytes = datagram.payload.length + (isUdp ? UDP_HEADER_BYTES : 0);
  if (lengthBytes + (from.length === 4 ? IPV4_HEADER_BYTES : 0) > 0xffff) {
    throw new RangeError(`${datagram.payload.length} bytes do not fit into an IP packet`);
  }
  const w = new ByteWriter(IPV6_HEADER_BYTES + lengthBytes);
  const protocol = isUdp ? PROTOCOL_UDP : PROTOCOL_SCTP;
  if (from.length === 4) writeIpv4Header(w, from, to, protocol, lengthBytes);
  else writeIpv6Header(w, from, to, protocol, lengthBytes);
  if (isUdp) {
    const start = w.length;
    w.u16(datagram.fromUdpPort);
    w.u16(datagram.toUdpPort);
    w.u16(lengthBytes);
    w.u16(0);
    w.bytes(datagram.payload);
    // Pseudo-header of RFC 768 and RFC 8200 §8.1: addresses, protocol and length, in whatever order.
    const pseudo = sum16(from) + sum16(to) + PROTOCOL_UDP + lengthBytes;
    // 0 means "no checksum": a sum that comes out as 0 is sent as its other form.
    w.patchU16(start + 6, checksum(pseudo + sum16(w.view().subarray(start))) || 0xffff);
  } else w.bytes(datagram.payload);
  return w.finish();
}

/**
 * The datagram in an IP packet; `undefined` if it carries neither UDP nor SCTP, or is a fragment.
 *
 * @throws WireError if the headers are not whole
 */
export function decodeIpPacket(bytes: Uint8Array): TracedDatagram | undefined {
  const r = new ByteReader(bytes);
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4) return decodeIpv4(r, bytes);
  if (version === 6) return decodeIpv6(r, bytes);
  throw new WireError('bad-value', 0, `IP version ${version}`);
}

function writeIpv4Header(w: ByteWriter, from: Uint8Array, to: Uint8Array, protocol: number, lengthBytes: number): void {
  const start = w.length;
  w.u16(0x4500);
  w.u16(IPV4_HEADER_BYTES + lengthBytes);
  w.u16(0);
  w.u16(0x4000);
  w.u8(TTL);
  w.u8(protocol);
  w.u16(0);
  w.bytes(from);
  w.bytes(to);
  w.patchU16(start + 10, checksum(sum16(w.view().subarray(start))));
}

function writeIpv6Header(w: ByteWriter, from: Uint8Array, to: Uint8Array, protocol: number, lengthBytes: number): void {
  w.u32(0x6000_0000);
  w.u16(lengthBytes);
  w.u8(protocol);
  w.u8(TTL);
  w.bytes(from);
  w.bytes(to);
}

function decodeIpv4(r: ByteReader, bytes: Uint8Array): TracedDatagram | undefined {
  const headerBytes = (r.u8() & 0x0f) * 4;
  r.skip(1);
  const totalBytes = r.u16();
  r.skip(2);
  const fragment = r.u16() & 0x3fff;
  r.skip(1);
  const protocol = r.u8();
  r.skip(2);
  const [from, to] = [formatIp(r.bytes(4)), formatIp(r.bytes(4))];
  // 0 is what a card that segments by itself (TSO) leaves in captures: then the packet is as long as it is.
  const endAt = totalBytes === 0 ? bytes.length : Math.min(totalBytes, bytes.length);
  if (headerBytes < IPV4_HEADER_BYTES || headerBytes > endAt) throw new WireError('bad-length', 0, 'IPv4 header');
  if (fragment !== 0) return undefined;
  return decodeTransport(protocol, bytes.subarray(headerBytes, endAt), headerBytes, from, to);
}

function decodeIpv6(r: ByteReader, bytes: Uint8Array): TracedDatagram | undefined {
  r.skip(4);
  const payloadBytes = r.u16();
  let next = r.u8();
  r.skip(1);
  const [from, to] = [formatIp(r.bytes(16)), formatIp(r.bytes(16))];
  const endAt = payloadBytes === 0 ? bytes.length : Math.min(IPV6_HEADER_BYTES + payloadBytes, bytes.length);
  while (EXTENSION_HEADERS.has(next)) {
    next = r.u8();
    r.skip(r.u8() * 8 + 6);
  }
  if (next === FRAGMENT_HEADER) return undefined;
  if (r.position > endAt) throw new WireError('bad-length', r.position, 'IPv6 extension header');
  return decodeTransport(next, bytes.subarray(r.position, endAt), r.position, from, to);
}

function decodeTransport(
  protocol: number,
  bytes: Uint8Array,
  offset: number,
  from: IpAddress,
  to: IpAddress,
): TracedDatagram | undefined {
  if (protocol === PROTOCOL_SCTP) {
    return { from, fromUdpPort: 0, to, toUdpPort: 0, encapsulation: 'none', payload: bytes };
  }
  if (protocol !== PROTOCOL_UDP) return undefined;
  const r = new ByteReader(bytes, offset);
  const [fromUdpPort, toUdpPort, lengthBytes] = [r.u16(), r.u16(), r.u16()];
  r.skip(2);
  if (lengthBytes < UDP_HEADER_BYTES) throw new WireError('bad-length', offset + 4, 'UDP length');
  const payload = r.bytes(Math.min(lengthBytes - UDP_HEADER_BYTES, r.remaining));
  return { from, fromUdpPort, to, toUdpPort, encapsulation: 'udp', payload };
}

function addressBytes(address: IpAddress): Uint8Array {
  const bytes = parseIp(address);
  if (bytes === undefined) throw new RangeError(`${JSON.stringify(address)} is no IP address`);
  return bytes;
}

/** ::ffff:a.b.c.d */
function mapped(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 16) return bytes;
  const ipv6 = new Uint8Array(16);
  ipv6.fill(0xff, 10, 12);
  ipv6.set(bytes, 12);
  return ipv6;
}

/** Sum of big-endian 16-bit words, a last odd byte padded by zero. RFC 1071. */
function sum16(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  return sum;
}

/** The Internet checksum of a sum of 16-bit words. RFC 1071. */
function checksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  return ~folded & 0xffff;
}
