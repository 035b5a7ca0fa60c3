import { formatIp, type IpAddress } from '../../base/address.ts';
import { WireError } from '../../base/errors.ts';
import { CHUNK_TYPE } from './chunk-type.ts';
import { readU16, readU32 } from './fields.ts';
import { COMMON_HEADER_BYTES } from './packet.ts';

const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
const UDP_HEADER_BYTES = 8;
const UDP = 17;
/** SCTP ports and verification tag: without them a quotation proves nothing. RFC 6951 §5.5, RFC 8899 §6.2.2.4. */
const LEAST_SCTP_BYTES = 8;

/** A packet as the network quotes it in an ICMP message: its headers, and not much of what is behind. */
export interface QuotedPacket {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly sourceUdpPort: number;
  readonly destinationUdpPort: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly verificationTag: number;
  /** Initiate Tag, if the quotation is long enough to show that the packet begins with INIT. */
  readonly initiateTag: number | undefined;
  /** Bytes of IP header, options included, and UDP header. */
  readonly headerBytes: number;
  /** Bytes of the whole SCTP packet, as the IP header tells them. */
  readonly packetBytes: number;
}

/**
 * Reads an SCTP packet in UDP that is quoted from its IP header on. It looks at a few fields at known places only, so
 * that a flood of ICMP messages costs little.
 *
 * @throws WireError if it is something else, or quoted too briefly to show ports and verification tag
 */
export function readQuotedPacket(version: 4 | 6, bytes: Uint8Array): QuotedPacket {
  const ip = version === 4 ? readIpv4(bytes) : readIpv6(bytes);
  const sctp = ip.headerBytes + UDP_HEADER_BYTES;
  if (bytes.length < sctp + LEAST_SCTP_BYTES) throw new WireError('truncated', bytes.length, 'quoted packet');
  return {
    source: ip.source,
    destination: ip.destination,
    sourceUdpPort: readU16(bytes, ip.headerBytes),
    destinationUdpPort: readU16(bytes, ip.headerBytes + 2),
    sourcePort: readU16(bytes, sctp),
    destinationPort: readU16(bytes, sctp + 2),
    verificationTag: readU32(bytes, sctp + 4),
    initiateTag: readInitiateTag(bytes, sctp + COMMON_HEADER_BYTES),
    headerBytes: sctp,
    packetBytes: ip.totalBytes - sctp,
  };
}

interface QuotedIp {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly headerBytes: number;
  readonly totalBytes: number;
}

function readIpv4(bytes: Uint8Array): QuotedIp {
  if (bytes.length < IPV4_HEADER_BYTES) throw new WireError('truncated', bytes.length, 'quoted IPv4 header');
  const headerBytes = (bytes[0]! & 0x0f) * 4;
  const isFirstFragment = (readU16(bytes, 6) & 0x1fff) === 0;
  if (bytes[0]! >> 4 !== 4 || headerBytes < IPV4_HEADER_BYTES || bytes[9] !== UDP || !isFirstFragment) {
    throw new WireError('bad-value', 0, 'quoted packet is no UDP over IPv4');
  }
  return {
    source: formatIp(bytes.subarray(12, 16)),
    destination: formatIp(bytes.subarray(16, 20)),
    headerBytes,
    totalBytes: readU16(bytes, 2),
  };
}

/** No packet of ours has extension headers, except for fragments, whose sizes mean nothing. */
function readIpv6(bytes: Uint8Array): QuotedIp {
  if (bytes.length < IPV6_HEADER_BYTES) throw new WireError('truncated', bytes.length, 'quoted IPv6 header');
  if (bytes[0]! >> 4 !== 6 || bytes[6] !== UDP)
    throw new WireError('bad-value', 0, 'quoted packet is no UDP over IPv6');
  return {
    source: formatIp(bytes.subarray(8, 24)),
    destination: formatIp(bytes.subarray(24, 40)),
    headerBytes: IPV6_HEADER_BYTES,
    totalBytes: IPV6_HEADER_BYTES + readU16(bytes, 4),
  };
}

function readInitiateTag(bytes: Uint8Array, at: number): number | undefined {
  const isInit = bytes.length >= at + 8 && bytes[at] === CHUNK_TYPE.init;
  return isInit ? readU32(bytes, at + 4) : undefined;
}
