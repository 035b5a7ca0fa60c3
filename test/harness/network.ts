import { canonicalIp, classifyIp, type IpAddress, isIpv6 } from '../../src/base/address.ts';
import type { Instant } from '../../src/base/contract.ts';
import { packetTooBig } from './icmp.ts';
import { Link } from './link.ts';
import type { Nat } from './links/nat.ts';
import { Partition } from './links/partition.ts';
import type { DropReason, LinkStage, SimDatagram, StageFactory, UdpAddress } from './links/stage.ts';
import { isLoopback, SimNode, type SimSocket } from './node.ts';
import type { SeededRandom } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What an observer sees: every datagram when it is sent, and again when it arrives or is lost. */
export interface TapEntry extends SimDatagram {
  readonly at: Instant;
  readonly fate: 'sent' | 'delivered' | DropReason;
}

export interface SimNetworkOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  /** The stages of every link that `setLink` does not name, in order; none means an ideal network without delay. */
  readonly link?: readonly StageFactory[];
}

/** UDP between simulated nodes: each ordered pair of addresses is a link, made when it is first used. */
export class SimNetwork {
  readonly clock: VirtualClock;
  /** Ways that are cut, for what is sent from now on. */
  readonly partition = new Partition();
  readonly #random: SeededRandom;
  readonly #nodes = new Map<string, SimNode>();
  readonly #nodeByAddress = new Map<IpAddress, SimNode>();
  readonly #natByAddress = new Map<IpAddress, Nat>();
  readonly #links = new Map<string, Link>();
  readonly #overrides = new Map<string, readonly StageFactory[]>();
  readonly #taps: ((entry: TapEntry) => void)[] = [];
  #defaultLink: readonly StageFactory[];
  #generation = 0;

  constructor(options: SimNetworkOptions) {
    this.clock = options.clock;
    this.#random = options.random;
    this.#defaultLink = options.link ?? [];
  }

  /** Links that carried something so far. */
  get linksInUse(): number {
    return this.#links.size;
  }

  addNode(name: string, addresses: readonly IpAddress[]): SimNode {
    if (this.#nodes.has(name)) throw new RangeError(`there is a node ${name} already`);
    for (const address of addresses) {
      if (canonicalIp(address) !== address) throw new RangeError(`${address} is no canonical IP address`);
      if (this.#nodeByAddress.has(address)) throw new RangeError(`${address} belongs to another node`);
    }
    const node = new SimNode(name, [...addresses], (socket, bytes, to) => this.#transmit(socket, bytes, to));
    this.#nodes.set(name, node);
    for (const address of addresses) this.#nodeByAddress.set(address, node);
    return node;
  }

  node(name: string): SimNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new RangeError(`there is no node ${name}`);
    return node;
  }

  addNat(nat: Nat): void {
    this.#natByAddress.set(nat.outsideAddress, nat);
  }

  /** Replaces the stages of all links (no ends given) or of one direction; what is under way stays under way. */
  setLink(stages: readonly StageFactory[], from?: IpAddress, to?: IpAddress): void {
    if (from === undefined || to === undefined) {
      this.#defaultLink = stages;
      this.#overrides.clear();
      this.#links.clear();
    } else {
      this.#overrides.set(linkKey(from, to), stages);
      this.#links.delete(linkKey(from, to));
    }
    this.#generation++;
  }

  /** Calls `observe` for every datagram. The bytes are those under way: do not change them. */
  tap(observe: (entry: TapEntry) => void): void {
    this.#taps.push(observe);
  }

  /** The counters of all links together, as `stage.counter`; of one direction if both ends are given. */
  counters(from?: IpAddress, to?: IpAddress): Readonly<Record<string, number>> {
    const sums: Record<string, number> = {};
    const counted = new Set<LinkStage>();
    for (const [key, link] of this.#links) {
      if (from !== undefined && to !== undefined && key !== linkKey(from, to)) continue;
      for (const stage of link.stages) {
        if (counted.has(stage)) continue;
        counted.add(stage);
        for (const [name, count] of Object.entries(stage.counters)) {
          sums[`${stage.name}.${name}`] = (sums[`${stage.name}.${name}`] ?? 0) + count;
        }
      }
    }
    return sums;
  }

  #transmit(socket: SimSocket, bytes: Uint8Array, to: UdpAddress): void {
    const receiver = isLoopback(to.address) ? socket.node : this.#nodeByAddress.get(to.address);
    if (receiver !== undefined || classifyIp(to.address) !== 'multicast') {
      this.#transmitOne(socket, bytes, to, receiver, to.address, undefined);
      return;
    }
    for (const node of this.#nodes.values()) {
      for (const member of node.membersOf(to)) {
        const via = node.addresses.find((address) => isIpv6(address) === isIpv6(to.address));
        if (via !== undefined) this.#transmitOne(socket, bytes, to, node, via, member);
      }
    }
  }

  /** `via` is the receiving interface and `member` the receiving socket of a multicast datagram. */
  #transmitOne(
    sender: SimSocket,
    bytes: Uint8Array,
    to: UdpAddress,
    receiver: SimNode | undefined,
    via: IpAddress,
    member: SimSocket | undefined,
  ): void {
    const now = this.clock.now();
    const source = sender.node.sourceAddress(sender, to.address);
    const inside: UdpAddress = { address: source ?? sender.address, udpPort: sender.udpPort };
    const datagram: Flight = { from: this.#outward(inside, to), to, bytes, sentAt: now, sender, receiver, member };
    this.#observe(datagram, now, 'sent');
    if (source === undefined || (receiver === undefined && !this.#natByAddress.has(to.address))) {
      this.#observe(datagram, now, 'no-route');
      return;
    }
    const from = { node: sender.node.name, address: source };
    if (this.partition.isCut(from, { node: receiver?.name ?? '', address: via })) {
      this.#observe(datagram, now, 'cut');
      return;
    }
    if (receiver === sender.node) this.#arrive(datagram, now);
    else this.#linkBetween(source, via).send(datagram, now);
  }

  #linkBetween(from: IpAddress, to: IpAddress): Link {
    const key = linkKey(from, to);
    let link = this.#links.get(key);
    if (link === undefined) {
      // The generation gives a replaced link other dice than the one before.
      const random = this.#random.fork(`${key} ${this.#generation}`);
      const factories = this.#overrides.get(key) ?? this.#defaultLink;
      const stages = factories.map((make, i) => make(random.fork(`stage ${i}`)));
      link = new Link(stages, {
        // Stages hand on what they were given, or copies of it: all that comes out went in as a Flight.
        arrive: (datagram, at) => this.#arrive(datagram as Flight, at),
        drop: (datagram, at, reason, mtuBytes) => this.#drop(datagram as Flight, at, reason, mtuBytes),
      });
      this.#links.set(key, link);
    }
    return link;
  }

  #arrive(datagram: Flight, at: Instant): void {
    this.clock.at(at, () => {
      const target = datagram.member ?? this.#targetOf(datagram.to, datagram.receiver);
      const isOpen = target?.isOpen === true;
      this.#observe(datagram, at, isOpen ? 'delivered' : 'no-socket');
      if (isOpen) target.options.onDatagram(datagram.bytes, datagram.from);
    });
  }

  #targetOf(to: UdpAddress, receiver: SimNode | undefined): SimSocket | undefined {
    if (receiver !== undefined) return receiver.socketFor(to);
    const inside = this.#natByAddress.get(to.address)?.inward(to);
    return inside === undefined ? undefined : this.#nodeByAddress.get(inside.address)?.socketFor(inside);
  }

  #drop(datagram: Flight, at: Instant, reason: DropReason, mtuBytes: number | undefined): void {
    this.clock.at(at, () => {
      this.#observe(datagram, at, reason);
      const { onTooLong, onIcmp } = datagram.sender.options;
      if (reason === 'too-long') onTooLong?.(datagram.to.address, datagram.bytes);
      if (reason === 'too-big') onIcmp?.(packetTooBig(datagram, mtuBytes!));
    });
  }

  #outward(from: UdpAddress, to: UdpAddress): UdpAddress {
    for (const nat of this.#natByAddress.values()) {
      const outside = nat.outward(from, to);
      if (outside !== from) return outside;
    }
    return from;
  }

  #observe(datagram: SimDatagram, at: Instant, fate: TapEntry['fate']): void {
    if (this.#taps.length === 0) return;
    const { from, to, bytes, sentAt } = datagram;
    for (const observe of this.#taps) observe({ from, to, bytes, sentAt, at, fate });
  }
}

/** A datagram together with who sent it and who gets it. */
interface Flight extends SimDatagram {
  readonly sender: SimSocket;
  readonly receiver: SimNode | undefined;
  /** The member of the group, where the datagram is a multicast one. */
  readonly member: SimSocket | undefined;
}

function linkKey(from: IpAddress, to: IpAddress): string {
  return `${from} ${to}`;
}
