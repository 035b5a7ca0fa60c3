import type { IpAddress } from '../../base/address.ts';
import type { AssociationId } from './contract.ts';
import type { Tcb } from './tcb.ts';

/**
 * The associations of an endpoint: by id, by our verification tag, which every packet but a few carries, and by the
 * peer's addresses and ports for those few.
 *
 * A peer is known by its address, SCTP port and UDP port: several programs with stacks of their own can live on one
 * host, and RFC 6951 §5.1 tells them apart by the UDP port only.
 */
export class AssociationTable {
  readonly #byId = new Map<AssociationId, Tcb>();
  readonly #byTag = new Map<number, Tcb>();
  readonly #byPeer = new Map<string, Set<Tcb>>();
  readonly #byHost = new Map<string, Set<Tcb>>();
  /** What each association is filed under, to take it out again. */
  readonly #keys = new Map<
    Tcb,
    {
      readonly tag: number;
      readonly peers: readonly string[];
      readonly hosts: readonly string[];
      readonly address: IpAddress;
    }
  >();
  /** How many have their primary path to an address. */
  readonly #countByAddress = new Map<IpAddress, number>();

  get size(): number {
    return this.#byId.size;
  }

  [Symbol.iterator](): IterableIterator<Tcb> {
    return this.#byId.values();
  }

  get(id: AssociationId): Tcb | undefined {
    return this.#byId.get(id);
  }

  byTag(localTag: number): Tcb | undefined {
    return this.#byTag.get(localTag);
  }

  /** Peers may list addresses that are others': one where the address is confirmed comes first (RFC 9260 §5.4). */
  byPeer(address: IpAddress, sctpPort: number, udpPort: number): Tcb | undefined {
    let unconfirmed: Tcb | undefined;
    for (const tcb of this.#byPeer.get(peerKey(address, sctpPort, udpPort)) ?? []) {
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
    for (const other of this.#byPeer.get(peerKey(address, tcb.peerPort, udpPort)) ?? []) {
      if (other === tcb || other.state === 'COOKIE-WAIT') continue;
      if (other.paths.find(address)?.confirmed === true) return other;
    }
    return undefined;
  }

  /** All associations with that address and SCTP port, whatever their UDP ports. */
  byHost(address: IpAddress, sctpPort: number): Iterable<Tcb> {
    return this.#byHost.get(hostKey(address, sctpPort)) ?? [];
  }

  /** Associations whose primary path was this address when they were filed. */
  countOf(address: IpAddress): number {
    return this.#countByAddress.get(address) ?? 0;
  }

  /** Files an association, anew if its tag, addresses or UDP ports have changed. */
  file(tcb: Tcb): void {
    this.remove(tcb);
    const peers = tcb.paths.all.map(({ address, udpPort }) => peerKey(address, tcb.peerPort, udpPort));
    const hosts = tcb.paths.all.map(({ address }) => hostKey(address, tcb.peerPort));
    const { address } = tcb.paths.primary;
    this.#keys.set(tcb, { tag: tcb.localTag, peers, hosts, address });
    this.#countByAddress.set(address, this.countOf(address) + 1);
    this.#byId.set(tcb.id, tcb);
    this.#byTag.set(tcb.localTag, tcb);
    for (const key of peers) addTo(this.#byPeer, key, tcb);
    for (const key of hosts) addTo(this.#byHost, key, tcb);
  }

  remove(tcb: Tcb): void {
    const keys = this.#keys.get(tcb);
    if (keys === undefined) return;
    this.#keys.delete(tcb);
    this.#byId.delete(tcb.id);
    const count = this.countOf(keys.address) - 1;
    if (count === 0) this.#countByAddress.delete(keys.address);
    else this.#countByAddress.set(keys.address, count);
    if (this.#byTag.get(keys.tag) === tcb) this.#byTag.delete(keys.tag);
    for (const key of keys.peers) removeFrom(this.#byPeer, key, tcb);
    for (const key of keys.hosts) removeFrom(this.#byHost, key, tcb);
  }
}

function addTo(index: Map<string, Set<Tcb>>, key: string, tcb: Tcb): void {
  const there = index.get(key);
  if (there === undefined) index.set(key, new Set([tcb]));
  else there.add(tcb);
}

function removeFrom(index: Map<string, Set<Tcb>>, key: string, tcb: Tcb): void {
  const there = index.get(key);
  there?.delete(tcb);
  if (there?.size === 0) index.delete(key);
}

function peerKey(address: IpAddress, sctpPort: number, udpPort: number): string {
  return `${address}|${sctpPort}|${udpPort}`;
}

function hostKey(address: IpAddress, sctpPort: number): string {
  return `${address}|${sctpPort}`;
}
