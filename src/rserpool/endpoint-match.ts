import type { IpAddress } from '../base/address.ts';
import type { TransportTarget } from './role.ts';

/** UDP encapsulation port where none is given. RFC 6951 §6. */
export const DEFAULT_UDP_PORT = 9899;

/** Whether two address lists have an address in common. */
export function addressesOverlap(a: readonly IpAddress[], b: readonly IpAddress[]): boolean {
  return a.some((address) => b.includes(address));
}

/** Whether two targets are the same endpoint: a common address and the same ports. */
export function sameEndpoint(a: TransportTarget, b: TransportTarget): boolean {
  return (
    a.protocol === b.protocol &&
    a.port === b.port &&
    (a.udpPort ?? DEFAULT_UDP_PORT) === (b.udpPort ?? DEFAULT_UDP_PORT) &&
    addressesOverlap(a.addresses, b.addresses)
  );
}
