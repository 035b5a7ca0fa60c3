import { isIpv6, parseIp } from '../../src/base/address.ts';
import type { IcmpMessage } from '../../src/sctp/core/contract.ts';
import type { SimDatagram } from './links/stage.ts';

/** Routers quote at least what fits 576 bytes over IPv4 and 1280 over IPv6; SCTP needs far less. */
const QUOTED_BYTES = 548;

/** The IP packet that a datagram is, as a router would quote it: without checksums, which nobody looks at. */
export function quotedPacket({ from, to, bytes }: SimDatagram, options: { readonly ipOptionBytes?: number } = {}) {
  const udp = new Uint8Array(8 + bytes.length);
  const view = new DataView(udp.buffer);
  view.setUint16(0, from.udpPort);
  view.setUint16(2, to.udpPort);
  view.setUint16(4, udp.length);
  udp.set(bytes, 8);
  const header = isIpv6(to.address) ? ipv6Header(udp.length) : ipv4Header(udp.length, options.ipOptionBytes ?? 0);
  const addressesAt = isIpv6(to.address) ? 8 : 12;
  const addresses = [parseIp(from.address)!, parseIp(to.address)!];
  header.set(addresses[0]!, addressesAt);
  header.set(addresses[1]!, addressesAt + addresses[0]!.length);
  const packet = new Uint8Array(header.length + udp.length);
  packet.set(header);
  packet.set(udp, header.length);
  return packet.subarray(0, QUOTED_BYTES);
}

/** Fragmentation Needed, or Packet Too Big: the router behind takes `mtuBytes`. */
export function packetTooBig(datagram: SimDatagram, mtuBytes: number): IcmpMessage {
  const quoted = quotedPacket(datagram);
  return isIpv6(datagram.to.address)
    ? { version: 6, type: 2, code: 0, mtuBytes, quoted }
    : { version: 4, type: 3, code: 4, mtuBytes, quoted };
}

function ipv4Header(payloadBytes: number, optionBytes: number): Uint8Array {
  const header = new Uint8Array(20 + optionBytes);
  header[0] = 0x40 + header.length / 4;
  new DataView(header.buffer).setUint16(2, header.length + payloadBytes);
  header[6] = 0x40;
  header[9] = 17;
  return header;
}

function ipv6Header(payloadBytes: number): Uint8Array {
  const header = new Uint8Array(40);
  header[0] = 0x60;
  new DataView(header.buffer).setUint16(4, payloadBytes);
  header[6] = 17;
  return header;
}
