import { canonicalIp } from '../../base/address.ts';
import { RSerPoolError } from '../errors.ts';
import type { TransportTarget } from '../role.ts';
import { type NameResolver, nodeResolver } from './name-resolver.ts';
import { namesOf, parsePlace } from './place.ts';

/**
 * Reads where one peer is: `HOST[,HOST…][:PORT][;tcp][;udp=PORT][;dialect=rfc|rsplib]`. IPv6 addresses with a port stand in brackets; all
 * hosts, and all addresses of a name, belong to that peer.
 *
 * @throws (rejects) RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` naming what is wrong and what is accepted,
 *   `ERR_RSERPOOL_LOOKUP` for a name that is not known
 */
export async function resolveTarget(
  where: string | TransportTarget,
  defaultPort: number,
  resolver: NameResolver = nodeResolver,
): Promise<TransportTarget> {
  if (typeof where !== 'string') return where;
  const place = parsePlace(where);
  const { hosts, port = defaultPort, protocol = 'sctp', udpPort, dialect, srv } = place;
  if (srv) {
    const text = `${JSON.stringify(where)}: SRV records name several peers, and this is one`;
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', text, { text: where });
  }
  const addresses = (await Promise.all(hosts.map((host) => addressesOf(host, resolver)))).flat();
  const names = namesOf(place);
  const options = {
    ...(udpPort !== undefined && { udpPort }),
    ...(dialect !== undefined && { dialect }),
    ...(names.length > 0 && { names }),
  };
  return { protocol, addresses: [...new Set(addresses)], port, ...options };
}

async function addressesOf(host: string, resolver: NameResolver): Promise<readonly string[]> {
  const address = canonicalIp(host);
  if (address !== undefined) return [address];
  try {
    return (await resolver.addresses(host)).records;
  } catch (error) {
    throw new RSerPoolError('ERR_RSERPOOL_LOOKUP', `host "${host}" was not found`, { host }, error);
  }
}
