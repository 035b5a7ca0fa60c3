import { canonicalIp, classifyIp, type IpAddress } from '../../base/address.ts';
import { RSerPoolError } from '../errors.ts';
import { ASAP_PORT, ENRP_PORT } from '../role.ts';

/** How registrars are announced by multicast, or listened to. RFC 5352 §3.6. */
export interface MulticastOptions {
  /** Groups as `ADDRESS[:PORT]`, IPv6 addresses with a port in brackets. */
  readonly groups?: readonly string[] | undefined;
  /**
   * Interfaces, by name (`eth0`) or by any of their addresses. Unless given, a registrar announces itself on those that
   * have its addresses, and is listened to on all.
   */
  readonly interfaces?: readonly string[] | undefined;
  /** TTL (IPv4) or hop limit (IPv6), 0 to 255; 30 unless given. 1 does not leave the link. */
  readonly ttl?: number | undefined;
  /** Whether programs on the same host hear it; yes unless given. */
  readonly loopback?: boolean | undefined;
}

/** Where it goes. */
export interface MulticastGroup {
  readonly address: IpAddress;
  readonly udpPort: number;
}

/** {@link MulticastOptions}, complete and checked. */
export interface Multicast {
  readonly groups: readonly MulticastGroup[];
  readonly interfaces: readonly string[] | undefined;
  readonly ttl: number;
  readonly loopback: boolean;
}

/** The groups of RFC 5352 §8.4 and, as the second one, the one that rsplib uses. IPv6: the site. */
const ASAP_ANNOUNCE_GROUPS = ['224.0.1.185', '239.0.0.50', 'ff05::133'];
/** The same, in all scopes of IPv6 in which somebody may announce: link, site, organization, everywhere. */
const ASAP_LISTEN_GROUPS = ['224.0.1.185', '239.0.0.50', 'ff02::133', 'ff05::133', 'ff08::133', 'ff0e::133'];
/** IANA has assigned none for ENRP: this is the one that rsplib uses. */
const ENRP_GROUPS = ['239.0.0.51'];

/** Where and how SERVER_ANNOUNCE is sent, if at all. @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` */
export function asapAnnouncing(option: boolean | MulticastOptions | undefined): Multicast | undefined {
  return completed(option, ASAP_ANNOUNCE_GROUPS, ASAP_PORT);
}

/** Where SERVER_ANNOUNCE is listened for, if at all. @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` */
export function asapListening(option: boolean | MulticastOptions | undefined): Multicast | undefined {
  return completed(option, ASAP_LISTEN_GROUPS, ASAP_PORT);
}

/** Where PRESENCE is sent and listened for by multicast, if at all. @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` */
export function enrpAnnouncing(option: boolean | MulticastOptions | undefined): Multicast | undefined {
  return completed(option, ENRP_GROUPS, ENRP_PORT);
}

function completed(
  option: boolean | MulticastOptions | undefined,
  defaultGroups: readonly string[],
  defaultPort: number,
): Multicast | undefined {
  if (option === undefined || option === false) return undefined;
  const { groups = defaultGroups, interfaces, ttl = 30, loopback = true } = option === true ? {} : option;
  if (groups.length === 0) throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', 'no multicast group is given');
  if (!(Number.isInteger(ttl) && ttl >= 0 && ttl <= 255)) {
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `ttl is a number from 0 to 255, not ${ttl}`, { ttl });
  }
  return { groups: groups.map((text) => parseGroup(text, defaultPort)), interfaces, ttl, loopback };
}

/**
 * Reads `ADDRESS[:PORT]`.
 *
 * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`
 */
export function parseGroup(text: string, defaultPort: number): MulticastGroup {
  const [, host = '', digits] =
    canonicalIp(text) === undefined ? (/^(.*?)(?::(\d{1,5}))?$/.exec(text) ?? []) : ['', text];
  const address = canonicalIp(host.replace(/^\[(.*)\]$/, '$1'));
  const udpPort = digits === undefined ? defaultPort : Number(digits);
  if (address === undefined || classifyIp(address) !== 'multicast' || udpPort < 1 || udpPort > 65_535) {
    const expected = 'ADDRESS[:PORT] of a multicast group, for example 224.0.1.185 or [ff05::133]:3863';
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `${JSON.stringify(text)}: expected ${expected}`, { text });
  }
  return { address, udpPort };
}
