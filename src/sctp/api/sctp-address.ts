import type { IpAddress } from '../../base/address.ts';
import type { AssociationStatus } from '../core/contract.ts';

/** One side of an association. */
export interface SctpAddress {
  readonly addresses: readonly IpAddress[];
  readonly sctpPort: number;
  readonly udpPort: number;
}

/** The peer's side: the primary address first, with its UDP port. */
export function remoteOf(status: AssociationStatus | undefined): SctpAddress | undefined {
  if (status === undefined || status.paths.length === 0) return undefined;
  const primary = status.paths.find((path) => path.primary) ?? status.paths[0]!;
  const others = status.paths.filter((path) => path !== primary).map((path) => path.address);
  return { addresses: [primary.address, ...others], sctpPort: status.peerPort, udpPort: primary.udpPort };
}
