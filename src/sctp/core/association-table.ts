import type { IpAddress } from '../../base/address.ts';
import type { AssociationIndex } from './association-index.ts';
import type { AssociationId } from './contract.ts';
import { FewAssociations } from './few-associations.ts';
import { ManyAssociations } from './many-associations.ts';
import type { Tcb } from './tcb.ts';

/** From here on maps are faster than a walk. */
export const MAX_FEW_ASSOCIATIONS = 8;

/**
 * The associations of an endpoint: by id, by our verification tag, which every packet but a few carries, and by the
 * peer's addresses and ports for those few.
 *
 * A peer is known by its address, SCTP port and UDP port: several programs with stacks of their own can live on one
 * host, and RFC 6951 §5.1 tells them apart by the UDP port only.
 */
export class AssociationTable {
  #index: AssociationIndex = new FewAssociations();

  get size(): number {
    return this.#index.size;
  }

  [Symbol.iterator](): Iterator<Tcb> {
    return this.#index[Symbol.iterator]();
  }

  get(id: AssociationId): Tcb | undefined {
    return this.#index.get(id);
  }

  byTag(localTag: number): Tcb | undefined {
    return this.#index.byTag(localTag);
  }

  /** Peers may list addresses that are others': one where the address is confirmed comes first (RFC 9260 §5.4). */
  byPeer(address: IpAddress, sctpPort: number, udpPort: number): Tcb | undefined {
    let unconfirmed: Tcb | undefined;
    for (const tcb of this.#index.byPeer(address, sctpPort, udpPort)) {
      if (tcb.paths.find(address)?.confirmed === true) return tcb;
      unconfirmed ??= tcb;
    }
    return unconfirmed;
  }

  /**
   * Another association with the same peer as `tcb`, if that has this address: one whose peer has answered, and where the
   * address is confirmed.
   */
  twinOf(tcb: Tcb, address: IpAddress, udpPort: number): Tcb | undefined {
    for (const other of this.#index.byPeer(address, tcb.peerPort, udpPort)) {
      if (other === tcb || other.state === 'COOKIE-WAIT') continue;
      if (other.paths.find(address)?.confirmed === true) return other;
    }
    return undefined;
  }

  /** All associations with that address and SCTP port, whatever their UDP ports. */
  byHost(address: IpAddress, sctpPort: number): Iterable<Tcb> {
    return this.#index.byHost(address, sctpPort);
  }

  /** Associations whose primary path was this address when they were filed. */
  countOf(address: IpAddress): number {
    return this.#index.countOf(address);
  }

  /** Files an association, anew if its tag, addresses or UDP ports have changed. */
  file(tcb: Tcb): void {
    if (this.#index.size === MAX_FEW_ASSOCIATIONS && this.#index instanceof FewAssociations) this.#moveToMaps();
    this.#index.file(tcb);
  }

  remove(tcb: Tcb): void {
    this.#index.remove(tcb);
  }

  #moveToMaps(): void {
    const maps = new ManyAssociations();
    for (const tcb of this.#index) maps.file(tcb);
    this.#index = maps;
  }
}
