import { readFileSync } from 'node:fs';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { canonicalIp, classifyIp, type IpAddress, isIpv6, parseIp } from '../../base/address.ts';
import type { Links } from '../core/contract.ts';

/** No IP packet without extension headers is longer. */
const LONGEST_PACKET_BYTES = 65_535;

export type Interfaces = ReturnType<typeof networkInterfaces>;

/** An interface with one of its addresses. */
interface LocalAddress {
  readonly name: string;
  readonly info: NetworkInterfaceInfo;
}

/**
 * What Node shows of the links of this host. Linux tells the MTUs of its links and how many fragments it has made, and
 * sets DF on what fits the link. Of other systems only this is known: what does not leave the host meets no router.
 */
export const nodeLinks: Links = {
  mtuBytes: (to) => leastMtuBytes(to, interfacesIfTold(), process.platform === 'linux' ? sysfsMtuBytes : undefined),
  fragmentsMade: () => (process.platform === 'linux' ? procFragments() : 0),
};

/**
 * The MTU of the link by which packets to `to` leave, or the least of the links that they may leave by: Node does not
 * tell the route.
 *
 * @param mtuOf the MTU of an interface; without it, or if it does not know one, only this host is known to be reachable
 */
export function leastMtuBytes(
  to: IpAddress,
  interfaces: Interfaces,
  mtuOf: ((name: string) => number | undefined) | undefined,
): number | undefined {
  const all = Object.entries(interfaces).flatMap(([name, infos = []]) => infos.map((info) => ({ name, info })));
  const [address = to, zone] = to.split('%');
  const isHere =
    classifyIp(address) === 'loopback' ||
    all.some(({ name, info }) => canonicalIp(info.address) === address && (zone ?? name) === name);
  const names = isHere
    ? all.filter(({ info }) => info.internal).map(({ name }) => name)
    : zone === undefined
      ? waysTo(address, all)
      : [zone];
  if (mtuOf === undefined) return isHere ? LONGEST_PACKET_BYTES : undefined;
  const mtus = names.map(mtuOf);
  if (mtus.length === 0 || mtus.includes(undefined)) return undefined;
  return Math.min(LONGEST_PACKET_BYTES, ...(mtus as number[]));
}

/** The interface in whose network the address is, or all that a router can be behind. */
function waysTo(address: IpAddress, all: readonly LocalAddress[]): readonly string[] {
  const candidates = all.filter(({ info }) => !info.internal && isIpv6(info.address) === isIpv6(address));
  const near = candidates.filter(({ info }) => info.cidr !== null && isWithin(address, info.cidr));
  const longest = Math.max(...near.map(({ info }) => prefixBits(info.cidr!)));
  const chosen = near.length === 0 ? candidates : near.filter(({ info }) => prefixBits(info.cidr!) === longest);
  return chosen.map(({ name }) => name);
}

const prefixBits = (cidr: string): number => Number(cidr.split('/')[1]);

function isWithin(address: IpAddress, cidr: string): boolean {
  const [network, own] = [parseIp(cidr.split('/')[0]!), parseIp(address)];
  if (network === undefined || own === undefined || network.length !== own.length) return false;
  for (let left = prefixBits(cidr), i = 0; left > 0; left -= 8, i++) {
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff;
    if (((network[i]! ^ own[i]!) & mask) !== 0) return false;
  }
  return true;
}

/** Some sandboxes keep their interfaces to themselves. */
function interfacesIfTold(): Interfaces {
  try {
    return networkInterfaces();
  } catch {
    return {};
  }
}

function sysfsMtuBytes(name: string): number | undefined {
  const mtu = Number(textOf(`/sys/class/net/${name}/mtu`));
  return mtu > 0 ? mtu : undefined;
}

/** FragCreates of IPv4 and IPv6 together. */
function procFragments(): number {
  const [names = [], values = []] = textOf('/proc/net/snmp')
    .split('\n')
    .filter((line) => line.startsWith('Ip:'))
    .map((line) => line.split(' '));
  const ipv4 = Number(values[names.indexOf('FragCreates')] ?? 0);
  const ipv6 = Number(/^Ip6FragCreates\s+(\d+)/m.exec(textOf('/proc/net/snmp6'))?.[1] ?? 0);
  return ipv4 + ipv6;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A system that keeps it to itself.
    return '';
  }
}
