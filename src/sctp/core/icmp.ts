import { type IpAddress, isUnicast } from '../../base/address.ts';
import type { Instant } from '../../base/contract.ts';
import { WireError } from '../../base/errors.ts';
import type { Path } from '../path/path.ts';
import { COMMON_HEADER_BYTES, readCommonHeader } from '../wire/packet.ts';
import { type QuotedPacket, readQuotedPacket } from '../wire/quoted-packet.ts';
import { closeAssociation } from './closing.ts';
import type { IcmpMessage } from './contract.ts';
import type { EndpointInside } from './endpoint-inside.ts';
import { packetTooBig } from './pmtu-discovery.ts';
import type { Tcb } from './tcb.ts';

/** What an ICMP message means to SCTP over UDP; most mean nothing. */
type Meaning = 'packet-too-big' | 'nobody-there' | 'nothing';

const V4_DESTINATION_UNREACHABLE = 3;
const V6_DESTINATION_UNREACHABLE = 1;
const V6_PACKET_TOO_BIG = 2;
const V6_PARAMETER_PROBLEM = 4;

/** An ICMP or ICMPv6 message. RFC 9260 §10, rules ICMP1 to ICMP9. */
export function handleIcmp(endpoint: EndpointInside, message: IcmpMessage, now: Instant): void {
  const meaning = meaningOf(message);
  if (meaning === 'nothing') return;
  const quoted = quotedPacketOf(message);
  const found = quoted === undefined ? undefined : findSender(endpoint, quoted);
  if (quoted === undefined || found === undefined) return;
  const { tcb, path } = found;
  if (meaning === 'packet-too-big') {
    // ICMP7, with RFC 8899 §4.6.2. Old routers do not tell the MTU (RFC 1191 §5).
    const largestBytes = (message.mtuBytes ?? 0) > 0 ? message.mtuBytes! - quoted.headerBytes : undefined;
    packetTooBig(tcb, path, quoted.packetBytes, largestBytes, now);
  } else nobodyThere(tcb, path, quoted);
  endpoint.settle(tcb);
}

/** A datagram that the local system refused (EMSGSIZE): as good as an ICMP message, and surely about a packet of ours. */
export function handleMessageTooLong(endpoint: EndpointInside, to: IpAddress, packet: Uint8Array, now: Instant): void {
  if (packet.length < COMMON_HEADER_BYTES) return;
  const { destinationPort, verificationTag } = readCommonHeader(packet);
  for (const tcb of endpoint.associations.byHost(to, destinationPort)) {
    const path = tcb.paths.find(to);
    if (path === undefined || tcb.peerTag !== verificationTag) continue;
    packetTooBig(tcb, path, packet.length, undefined, now);
    endpoint.settle(tcb);
    return;
  }
}

function meaningOf({ version, type, code }: IcmpMessage): Meaning {
  if (version === 4) {
    // ICMP1.
    if (type !== V4_DESTINATION_UNREACHABLE) return 'nothing';
    if (code === 4) return 'packet-too-big';
    // ICMP8; RFC 6951 §5.5 takes Port Unreachable (3) for Protocol Unreachable (2). ICMP9: the others pass by themselves
    // or are found out by timers.
    return code === 2 || code === 3 ? 'nobody-there' : 'nothing';
  }
  // ICMP2, ICMP4, ICMP8; RFC 6951 §5.5 takes Port Unreachable for Unrecognized Next Header.
  if (type === V6_PACKET_TOO_BIG) return 'packet-too-big';
  const unreachable = type === V6_DESTINATION_UNREACHABLE && code === 4;
  return unreachable || (type === V6_PARAMETER_PROBLEM && code === 1) ? 'nobody-there' : 'nothing';
}

function quotedPacketOf({ version, quoted }: IcmpMessage): QuotedPacket | undefined {
  try {
    return readQuotedPacket(version, quoted);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** The association that sent a packet, if all that is quoted fits: addresses, ports of both kinds, and the tag. ICMP5, ICMP6. */
function findSender(
  endpoint: EndpointInside,
  quoted: QuotedPacket,
): { readonly tcb: Tcb; readonly path: Path } | undefined {
  const { destination, destinationPort, destinationUdpPort, verificationTag, initiateTag } = quoted;
  const { associations, udpPort } = endpoint;
  if (quoted.sourcePort !== endpoint.sctpPort) return undefined;
  if (udpPort !== undefined && quoted.sourceUdpPort !== udpPort) return undefined;
  const isInit = verificationTag === 0;
  const tcb = isInit
    ? associations.byTag(initiateTag ?? 0)
    : associations.byPeer(destination, destinationPort, destinationUdpPort);
  const path = tcb?.paths.find(destination);
  if (tcb === undefined || path === undefined) return undefined;
  if (tcb.peerPort !== destinationPort || path.udpPort !== destinationUdpPort) return undefined;
  // A socket that is bound to no address leaves the choice to the system.
  if (isUnicast(path.localAddress) && path.localAddress !== quoted.source) return undefined;
  // The INIT is ours, and so is its Initiate Tag.
  return isInit || tcb.peerTag === verificationTag ? { tcb, path } : undefined;
}

/** ICMP8: as an ABORT with the T bit; about an INIT, as an ABORT in COOKIE-WAIT. */
function nobodyThere(tcb: Tcb, path: Path, { initiateTag }: QuotedPacket): void {
  if (initiateTag !== undefined && tcb.state !== 'COOKIE-WAIT') return;
  // §5.4: an address that was only listed need not be the peer's, and what is behind it says nothing of the peer.
  if (!path.confirmed) return;
  closeAssociation(tcb, {
    kind: tcb.setUp === undefined ? 'lost' : 'unreachable',
    text: `${path.address} does not take SCTP on UDP port ${path.udpPort} (ICMP: port or protocol unreachable)`,
    causes: [],
  });
}
