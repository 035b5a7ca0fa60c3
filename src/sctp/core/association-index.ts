import type { IpAddress } from '../../base/address.ts';
import type { AssociationId } from './contract.ts';
import type { Tcb } from './tcb.ts';

/** Finds associations by what packets and calls say of them. */
export interface AssociationIndex extends Iterable<Tcb> {
  readonly size: number;
  get(id: AssociationId): Tcb | undefined;
  byTag(localTag: number): Tcb | undefined;
  /** Those with that address, SCTP port and UDP port of the peer, in the order in which they were filed. */
  byPeer(address: IpAddress, sctpPort: number, udpPort: number): Iterable<Tcb>;
  /** Those with that address and SCTP port, whatever their UDP ports. */
  byHost(address: IpAddress, sctpPort: number): Iterable<Tcb>;
  /** How many have their primary path to this address. */
  countOf(address: IpAddress): number;
  /** Files an association, anew if its tag, addresses or UDP ports have changed. */
  file(tcb: Tcb): void;
  remove(tcb: Tcb): void;
}
