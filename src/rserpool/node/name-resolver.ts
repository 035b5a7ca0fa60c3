import { lookup, resolveSrv } from 'node:dns/promises';
import { canonicalIp, type IpAddress } from '../../base/address.ts';

/** The DNS, or whatever else knows names. The real one is {@link nodeResolver}. */
export interface NameResolver {
  /** A and AAAA: the addresses of a host. @throws (rejects) an error with a code such as `ENOTFOUND` */
  addresses(host: string): Promise<NameAnswer<IpAddress>>;
  /** SRV: who offers a service, `_asap._sctp.example.com` say. RFC 2782. @throws (rejects) as `addresses` */
  services(name: string): Promise<NameAnswer<ServiceRecord>>;
}

export interface NameAnswer<T> {
  readonly records: readonly T[];
  /** How long the answer may be used, in seconds, if that is known. */
  readonly ttlS?: number | undefined;
}

/** An SRV record. RFC 2782. */
export interface ServiceRecord {
  /** The lowest is tried first. */
  readonly priority: number;
  /** Share of those with the same priority. */
  readonly weight: number;
  readonly port: number;
  /** `.` or nothing: the service is decidedly not offered. */
  readonly host: string;
}

/**
 * Names as this host knows them: addresses by the system (its hosts file included), services by the DNS. Neither tells
 * how long an answer holds.
 */
export const nodeResolver: NameResolver = {
  async addresses(host) {
    const found = await lookup(host, { all: true });
    return { records: found.flatMap(({ address }) => canonicalIp(address) ?? []) };
  },
  async services(name) {
    const found = await resolveSrv(name);
    return { records: found.map(({ priority, weight, port, name: host }) => ({ priority, weight, port, host })) };
  },
};
