import type { IpAddress } from '../../base/address.ts';
import type { AssociationIndex } from './association-index.ts';
import type { AssociationId } from './contract.ts';
import type { Tcb } from './tcb.ts';

/** A handful of associations: a walk over them is as fast as maps are, and takes none of their memory. */
export class FewAssociations implements AssociationIndex {
  #all: readonly Tcb[] = [];

  get size(): number {
    return this.#all.length;
  }

  [Symbol.iterator](): Iterator<Tcb> {
    return this.#all[Symbol.iterator]();
  }

  get(id: AssociationId): Tcb | undefined {
    for (const tcb of this.#all) if (tcb.id === id) return tcb;
    return undefined;
  }

  byTag(localTag: number): Tcb | undefined {
    for (const tcb of this.#all) if (tcb.localTag === localTag) return tcb;
    return undefined;
  }

  byPeer(address: IpAddress, sctpPort: number, udpPort: number): Iterable<Tcb> {
    return this.#those((tcb) => tcb.peerPort === sctpPort && tcb.paths.find(address)?.udpPort === udpPort);
  }

  byHost(address: IpAddress, sctpPort: number): Iterable<Tcb> {
    return this.#those((tcb) => tcb.peerPort === sctpPort && tcb.paths.find(address) !== undefined);
  }

  countOf(address: IpAddress): number {
    let count = 0;
    for (const { paths } of this.#all) if (paths.primary.address === address) count++;
    return count;
  }

  file(tcb: Tcb): void {
    if (!this.#all.includes(tcb)) this.#all = this.#all.concat(tcb);
  }

  remove(tcb: Tcb): void {
    this.#all = this.#all.filter((each) => each !== tcb);
  }
  /** Most often there is one association, which makes the list that is wanted. */
  #those(match: (tcb: Tcb) => boolean): readonly Tcb[] {
    return this.#all.every(match) ? this.#all : this.#all.filter(match);
  }
}
