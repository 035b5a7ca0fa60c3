import { lookup } from 'node:dns/promises';
import { canonicalIp, isIpv6 } from '../../base/address.ts';
import { RSerPoolError } from '../errors.ts';
import type { TransportTarget } from '../role.ts';

const FORM = 'HOST[,HOST…][:SCTPPORT][;udp=PORT], for example 10.0.0.1:3863;udp=9899 or [::1]:3863';

/**
 * Reads where somebody is: `HOST[,HOST…][:SCTPPORT][;udp=PORT]`. IPv6 addresses with a port stand in brackets; several
 * hosts are the addresses of one multihomed peer; names are looked up.
 *
 * @throws (rejects) RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` naming what is wrong and what is accepted
 */
export async function resolveTarget(where: string | TransportTarget, defaultPort: number): Promise<TransportTarget> {
  if (typeof where !== 'string') return where;
  const { hosts, port, udpPort } = parseTarget(where, defaultPort);
  const addresses = (await Promise.all(hosts.map((host) => addressesOf(host, where)))).flat();
  return { protocol: 'sctp', addresses: [...new Set(addresses)], port, ...(udpPort === undefined ? {} : { udpPort }) };
}

/** {@link resolveTarget} for several. */
export function resolveTargets(
  wheres: readonly (string | TransportTarget)[],
  defaultPort: number,
): Promise<TransportTarget[]> {
  return Promise.all(wheres.map((where) => resolveTarget(where, defaultPort)));
}

/** The text that {@link resolveTarget} reads. */
export function formatTarget({ addresses, port, udpPort }: TransportTarget): string {
  const hosts = addresses.map((address) => (isIpv6(address) ? `[${address}]` : address)).join(',');
  return `${hosts}:${port}${udpPort === undefined ? '' : `;udp=${udpPort}`}`;
}

interface ParsedTarget {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly udpPort: number | undefined;
}

function parseTarget(text: string, defaultPort: number): ParsedTarget {
  const [place = '', ...options] = text.trim().split(';');
  let udpPort: number | undefined;
  for (const option of options) {
    const [name, value] = option.split('=');
    if (name?.trim() !== 'udp' || value === undefined) throw badTarget(text, `"${option}" is not udp=PORT`);
    udpPort = portOf(value, text);
  }
  // A lone IPv6 address has colons, but no port.
  if (canonicalIp(place) !== undefined) return { hosts: [place], port: defaultPort, udpPort };
  const match = /^(.*?)(?::(\d+))?$/.exec(place)!;
  const hosts = (match[1] ?? '').split(',').map((host) => host.trim().replace(/^\[(.*)\]$/, '$1'));
  if (hosts.some((host) => host === '')) throw badTarget(text, 'a host is missing');
  return { hosts, port: match[2] === undefined ? defaultPort : portOf(match[2], text), udpPort };
}

function portOf(digits: string, text: string): number {
  const port = /^\d{1,5}$/.test(digits.trim()) ? Number(digits) : 0;
  if (port < 1 || port > 65_535) throw badTarget(text, `port "${digits}" is not a number from 1 to 65535`);
  return port;
}

async function addressesOf(host: string, text: string): Promise<string[]> {
  const address = canonicalIp(host);
  if (address !== undefined) return [address];
  if (!/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?$/i.test(host) || /^[\d.]+$/.test(host)) {
    throw badTarget(text, `"${host}" is neither an IP address nor a host name`);
  }
  try {
    const found = await lookup(host, { all: true });
    return found.flatMap((each) => canonicalIp(each.address) ?? []);
  } catch (error) {
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `host "${host}" was not found`, { host, text }, error);
  }
}

function badTarget(text: string, why: string): RSerPoolError {
  return new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `${JSON.stringify(text)}: ${why}; expected ${FORM}`, { text });
}
