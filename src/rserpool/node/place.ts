import { canonicalIp, withPort } from '../../base/address.ts';
import { RSerPoolError } from '../errors.ts';
import type { TransportTarget } from '../role.ts';
import type { Dialect } from '../wire/dialect.ts';

const FORM =
  'HOST[,HOST…][:PORT][;tcp][;udp=PORT][;dialect=rfc|rsplib] or DOMAIN;srv[;tcp], for example 10.0.0.1:3863;udp=9899, [::1]:3863;tcp or example.com;srv';

/** Where somebody is, as people write it. */
export interface Place {
  /** As it was written. */
  readonly text: string;
  /** IP addresses in canonical form, and host names. Several are the addresses of one host. */
  readonly hosts: readonly string[];
  /** SCTP unless it says TCP. */
  readonly protocol: 'sctp' | 'tcp' | undefined;
  /** SCTP or TCP port. */
  readonly port: number | undefined;
  /** UDP encapsulation port. */
  readonly udpPort: number | undefined;
  /** What is spoken there, if it need not be found out. */
  readonly dialect: Dialect | undefined;
  /** The only host is a domain whose SRV records are asked for (RFC 2782). */
  readonly srv: boolean;
}

/**
 * Reads `HOST[,HOST…][:PORT][;tcp][;udp=PORT][;dialect=rfc|rsplib]` or `DOMAIN;srv[;tcp]`. IPv6 addresses with a port stand in brackets.
 *
 * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` naming what is wrong and what is accepted
 */
export function parsePlace(text: string): Place {
  const [where = '', ...options] = text.split(';').map((part) => part.trim());
  const flags = readOptions(options, text);
  // A lone IPv6 address has colons, but no port.
  const lone = canonicalIp(where);
  const match = /^(.*?)(?::(\d+))?$/.exec(where)!;
  const hosts = lone === undefined ? (match[1] ?? '').split(',').map((host) => readHost(host, text)) : [lone];
  const port = lone === undefined && match[2] !== undefined ? portOf(match[2], text) : undefined;
  if (flags.srv && (port !== undefined || hosts.length > 1 || canonicalIp(hosts[0]!) !== undefined)) {
    throw badPlace(text, 'srv stands behind one domain without a port');
  }
  if (flags.protocol === 'tcp' && flags.udpPort !== undefined) throw badPlace(text, 'udp= belongs to SCTP, not to tcp');
  return { text, hosts, port, ...flags };
}

/** Whether it takes a name server to find it. */
export function isNamed(place: Place): boolean {
  return namesOf(place).length > 0;
}

/** Its hosts that are no addresses. */
export function namesOf({ hosts }: Place): readonly string[] {
  return hosts.filter((host) => canonicalIp(host) === undefined);
}

/** The text that {@link parsePlace} reads. */
export function formatTarget(where: TransportTarget | string): string {
  if (typeof where === 'string') return where;
  const { protocol, addresses, port, udpPort, dialect } = where;
  const suffix = protocol === 'sctp' ? '' : `;${protocol}`;
  const udp = udpPort === undefined ? '' : `;udp=${udpPort}`;
  return `${withPort(addresses, port)}${suffix}${udp}${dialect === undefined ? '' : `;dialect=${dialect}`}`;
}

function readOptions(
  options: readonly string[],
  text: string,
): Pick<Place, 'protocol' | 'udpPort' | 'dialect' | 'srv'> {
  let udpPort: number | undefined;
  let protocol: Place['protocol'];
  let dialect: Place['dialect'];
  let srv = false;
  for (const option of options) {
    if (option === 'tcp' || option === 'sctp') protocol = option;
    else if (option === 'srv') srv = true;
    else if (option === 'dialect=rfc') dialect = 'rfc';
    else if (option === 'dialect=rsplib') dialect = 'rsplib';
    else if (option.startsWith('udp=')) udpPort = portOf(option.slice(4), text);
    else throw badPlace(text, `"${option}" is none of tcp, srv, udp=PORT, dialect=rfc, dialect=rsplib`);
  }
  return { protocol, udpPort, dialect, srv };
}

function readHost(written: string, text: string): string {
  const host = written.trim().replace(/^\[(.*)\]$/, '$1');
  if (host === '') throw badPlace(text, 'a host is missing');
  const address = canonicalIp(host);
  if (address !== undefined) return address;
  if (!/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?$/i.test(host) || /^[\d.]+$/.test(host)) {
    throw badPlace(text, `"${host}" is neither an IP address nor a host name`);
  }
  return host;
}

function portOf(digits: string, text: string): number {
  const port = /^\d{1,5}$/.test(digits.trim()) ? Number(digits) : 0;
  if (port < 1 || port > 65_535) throw badPlace(text, `port "${digits}" is not a number from 1 to 65535`);
  return port;
}

function badPlace(text: string, why: string): RSerPoolError {
  return new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `${JSON.stringify(text)}: ${why}; expected ${FORM}`, { text });
}
