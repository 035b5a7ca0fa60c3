import type { IpAddress } from '../../base/address.ts';
import type { AssociationIndex } from './association-index.ts';
import type { AssociationId } from './contract.ts';
import type { Tcb } from './tcb.ts';

/** What an association is filed under, to take it out again when that has changed. */
interface Filing {
  readonly tag: number;
  readonly peers: readonly string[];
  readonly hosts: readonly string[];
  /** Of the primary path. */
  readonly address: IpAddress;
}

/** Most keys have one association: only the others need a set. */
type OneOrMore = Tcb | Set<Tcb>;

/** Any number of associations, in maps. */
export class ManyAssociations implements AssociationIndex {
  readonly #byId = new Map<AssociationId, Tcb>();
  readonly #byTag = new Map<number, Tcb>();
  readonly #byPeer = new Map<string, OneOrMore>();
  readonly #byHost = new Map<string, OneOrMore>();
  readonly #filings = new Map<AssociationId, Filing>();
  readonly #countByAddress = new Map<IpAddress, number>();

  get size(): number {
    return this.#byId.size;
  }

  [Symbol.iterator](): Iterator<Tcb> {
    return this.#byId.values();
  }

  get(id: AssociationId): Tcb | undefined {
    return this.#byId.get(id);
  }

  byTag(localTag: number): Tcb | undefined {
    return this.#byTag.get(localTag);
  }

  byPeer(address: IpAddress, sctpPort: number, udpPort: number): Iterable<Tcb> {
    return all(this.#byPeer.get(peerKey(address, sctpPort, udpPort)));
  }

  byHost(address: IpAddress, sctpPort: number): Iterable<Tcb> {
    return all(this.#byHost.get(hostKey(address, sctpPort)));
  }

  countOf(address: IpAddress): number {
    return this.#countByAddress.get(address) ?? 0;
  }

  file(tcb: Tcb): void {
    this.remove(tcb);
    const peers = tcb.paths.all.map(({ address, udpPort }) => peerKey(address, tcb.peerPort, udpPort));
    const hosts = tcb.paths.all.map(({ address }) => hostKey(address, tcb.peerPort));
    const { address } = tcb.paths.primary;
    this.#filings.set(tcb.id, { tag: tcb.localTag, peers, hosts, address });
    this.#countByAddress.set(address, this.countOf(address) + 1);
    this.#byId.set(tcb.id, tcb);
    this.#byTag.set(tcb.localTag, tcb);
    for (const key of peers) addTo(this.#byPeer, key, tcb);
    for (const key of hosts) addTo(this.#byHost, key, tcb);
  }

  remove(tcb: Tcb): void {
    const filing = this.#filings.get(tcb.id);
    if (filing === undefined) return;
    this.#filings.delete(tcb.id);
    this.#byId.delete(tcb.id);
    const count = this.countOf(filing.address) - 1;
    if (count === 0) this.#countByAddress.delete(filing.address);
    else this.#countByAddress.set(filing.address, count);
    if (this.#byTag.get(filing.tag) === tcb) this.#byTag.delete(filing.tag);
    for (const key of filing.peers) removeFrom(this.#byPeer, key, tcb);
    for (const key of filing.hosts) removeFrom(this.#byHost, key, tcb);
  }
}

function all(there: OneOrMore | undefined): Iterable<Tcb> {
  if (there === undefined) return NOBODY;
  return there instanceof Set ? there : [there];
}

const NOBODY: readonly Tcb[] = [];

function addTo(index: Map<string, OneOrMore>, key: string, tcb: Tcb): void {
  const there = index.get(key);
  if (there === undefined) index.set(key, tcb);
  else if (there instanceof Set) there.add(tcb);
  else index.set(key, new Set([there, tcb]));
}

function removeFrom(index: Map<string, OneOrMore>, key: string, tcb: Tcb): void {
  const there = index.get(key);
  if (there instanceof Set) there.delete(tcb);
  if (there === tcb || (there instanceof Set && there.size === 0)) index.delete(key);
}

function peerKey(address: IpAddress, sctpPort: number, udpPort: number): string {
  return `${address}|${sctpPort}|${udpPort}`;
}

function hostKey(address: IpAddress, sctpPort: number): string {
  return `${address}|${sctpPort}`;
}
