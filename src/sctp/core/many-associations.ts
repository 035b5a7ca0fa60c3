import type { IpAddress } from '../../base/address.ts';
import { AddressPeers } from './address-peers.ts';
import type { AssociationIndex } from './association-index.ts';
import type { AssociationId } from './contract.ts';
import { Filing } from './filing.ts';
import type { Tcb } from './tcb.ts';

/** Any number of associations, in maps. */
export class ManyAssociations implements AssociationIndex {
  readonly #byId = new Map<AssociationId, Filing>();
  readonly #byTag = new Map<number, Tcb>();
  /** Most addresses have one association: only the others need maps of their own. */
  readonly #byAddress = new Map<IpAddress, Filing | AddressPeers>();

  get size(): number {
    return this.#byId.size;
  }

  *[Symbol.iterator](): Iterator<Tcb> {
    for (const { tcb } of this.#byId.values()) yield tcb;
  }

  get(id: AssociationId): Tcb | undefined {
    return this.#byId.get(id)?.tcb;
  }

  byTag(localTag: number): Tcb | undefined {
    return this.#byTag.get(tagKey(localTag));
  }

  byPeer(address: IpAddress, sctpPort: number, udpPort: number): Iterable<Tcb> {
    const there = this.#byAddress.get(address);
    if (there instanceof AddressPeers) return there.byPorts(sctpPort, udpPort);
    return there?.tcb.peerPort === sctpPort && there.udpPortOf(address) === udpPort ? [there.tcb] : NOBODY;
  }

  byHost(address: IpAddress, sctpPort: number): Iterable<Tcb> {
    const there = this.#byAddress.get(address);
    if (there instanceof AddressPeers) return there.bySctpPort(sctpPort);
    return there?.tcb.peerPort === sctpPort ? [there.tcb] : NOBODY;
  }

  countOf(address: IpAddress): number {
    const there = this.#byAddress.get(address);
    if (there instanceof AddressPeers) return there.primaries;
    return there?.primary === address ? 1 : 0;
  }

  file(tcb: Tcb): void {
    this.remove(tcb);
    const filing = new Filing(tcb);
    this.#byId.set(tcb.id, filing);
    this.#byTag.set(tagKey(filing.tag), tcb);
    for (const address of filing.addresses) this.#addAt(address, filing);
  }

  remove(tcb: Tcb): void {
    const filing = this.#byId.get(tcb.id);
    if (filing === undefined) return;
    this.#byId.delete(tcb.id);
    const key = tagKey(filing.tag);
    if (this.#byTag.get(key) === tcb) this.#byTag.delete(key);
    for (const address of filing.addresses) this.#removeAt(address, filing);
  }

  #addAt(address: IpAddress, filing: Filing): void {
    const there = this.#byAddress.get(address);
    if (there === undefined) this.#byAddress.set(address, filing);
    else if (there instanceof AddressPeers) there.add(filing);
    else {
      const peers = new AddressPeers(address);
      peers.add(there);
      peers.add(filing);
      this.#byAddress.set(address, peers);
    }
  }

  #removeAt(address: IpAddress, filing: Filing): void {
    const there = this.#byAddress.get(address);
    if (there instanceof AddressPeers) there.remove(filing);
    if (there === filing || (there instanceof AddressPeers && there.isEmpty)) this.#byAddress.delete(address);
  }
}

const NOBODY: readonly Tcb[] = [];

/** Signed: maps find integers of 32 bits with their sign fastest. */
function tagKey(tag: number): number {
  return tag | 0;
}
