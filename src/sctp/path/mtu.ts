import { type IpAddress, isIpv6 } from '../../base/address.ts';

const UDP_HEADER_BYTES = 8;

/** Every IPv6 link takes this much. RFC 8200 §5. */
const LEAST_IPV6_MTU_BYTES = 1280;
/** Every IPv4 host takes this much, in fragments if need be. RFC 1122 §3.3.3. */
const LEAST_IPV4_MTU_BYTES = 576;

/** MTUs of links and tunnels that are common, IP headers included: larger steps would find little more. */
const COMMON_MTUS_BYTES = [
  1280, 1360, 1400, 1420, 1440, 1460, 1480, 1492, 1500, 2002, 4352, 8166, 9000, 17_914, 32_000, 65_535,
] as const;

/** What is told of path MTUs: bytes of IP packets, headers included. */
export interface MtuSettings {
  readonly pathMtuBytes: number;
  readonly basePathMtuBytes: number;
  readonly maxPathMtuBytes: number;
}

/** Sizes between which the PMTU of a path is looked for: bytes of SCTP packets, in steps of four. RFC 8899 §5.1.2. */
export interface PmtuLimits {
  /** MIN_PLPMTU. */
  readonly minBytes: number;
  /** BASE_PLPMTU. */
  readonly baseBytes: number;
  /** MAX_PLPMTU. */
  readonly maxBytes: number;
  /** Common sizes, smallest first. */
  readonly commonBytes: readonly number[];
}

/** Bytes of IP and UDP header below an SCTP packet to that address. RFC 6951 §5.6. */
export function headersBelow(address: IpAddress): number {
  return (isIpv6(address) ? 40 : 20) + UDP_HEADER_BYTES;
}

/** @param linkMtuBytes MTU of the link to that address, if it is known: no more is tried, or nothing beyond `pathMtuBytes` */
export function pmtuLimits(settings: MtuSettings, address: IpAddress, linkMtuBytes: number | undefined): PmtuLimits {
  const packet = (mtuBytes: number): number => (mtuBytes - headersBelow(address)) & ~3;
  const initialBytes = packet(settings.pathMtuBytes);
  const least = isIpv6(address) ? LEAST_IPV6_MTU_BYTES : LEAST_IPV4_MTU_BYTES;
  // Who says that the path takes less than the usual least is believed.
  const baseBytes = Math.min(initialBytes, packet(Math.max(settings.basePathMtuBytes, least)));
  return {
    minBytes: Math.min(baseBytes, packet(least)),
    baseBytes,
    maxBytes: Math.max(initialBytes, packet(Math.min(settings.maxPathMtuBytes, linkMtuBytes ?? 0))),
    commonBytes: COMMON_MTUS_BYTES.map(packet),
  };
}
