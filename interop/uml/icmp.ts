import { decodeIpPacket, type TracedDatagram } from '../../src/sctp/trace/ip-packet.ts';

const PROTOCOL_ICMP = 1;
const IP_HEADER_BYTES = 20;
const ICMP_HEADER_BYTES = 8;
/** RFC 792: destination unreachable, port unreachable. */
const DESTINATION_UNREACHABLE = 3;
const PORT_UNREACHABLE = 3;
/** How much of the packet is sent back: enough for the verification tag, and for an INIT's. RFC 1812 §4.3.2.3. */
const QUOTED_BYTES = 548;

/** Port unreachable: the answer of `packet`'s destination, where nobody has the UDP port. */
export function encodePortUnreachable(packet: Uint8Array): Uint8Array {
  const quoted = packet.subarray(0, QUOTED_BYTES);
  const reply = new Uint8Array(IP_HEADER_BYTES + ICMP_HEADER_BYTES + quoted.length);
  const view = new DataView(reply.buffer);
  reply[0] = 0x45;
  view.setUint16(2, reply.length);
  reply[8] = 64;
  reply[9] = PROTOCOL_ICMP;
  reply.set(packet.subarray(16, 20), 12);
  reply.set(packet.subarray(12, 16), 16);
  view.setUint16(10, checksum(reply.subarray(0, IP_HEADER_BYTES)));
  reply[IP_HEADER_BYTES] = DESTINATION_UNREACHABLE;
  reply[IP_HEADER_BYTES + 1] = PORT_UNREACHABLE;
  reply.set(quoted, IP_HEADER_BYTES + ICMP_HEADER_BYTES);
  view.setUint16(IP_HEADER_BYTES + 2, checksum(reply.subarray(IP_HEADER_BYTES)));
  return reply;
}

/** What could not be delivered, if the packet is ICMP and says so. */
export function decodeUnreachable(packet: Uint8Array): TracedDatagram | undefined {
  const headerBytes = (packet[0]! & 0x0f) * 4;
  if (packet[9] !== PROTOCOL_ICMP || packet[headerBytes] !== DESTINATION_UNREACHABLE) return undefined;
  return decodeIpPacket(packet.subarray(headerBytes + ICMP_HEADER_BYTES));
}

/** RFC 1071. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
