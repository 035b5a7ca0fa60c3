import type { Instant } from '../../base/contract.ts';
import { Deadlines } from '../../base/deadlines.ts';
import type { PeerIdentity } from '../access/identity.ts';
import { addressesOverlap, DEFAULT_UDP_PORT } from '../endpoint-match.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { Dialect } from '../wire/dialect.ts';
import type { RegistrarInformation } from '../wire/registrar-information.ts';
import { endOf, PEER_TRANSITIONS, type PeerEvent, type PeerState } from './peer-state.ts';

/** What is known of one other registrar. RFC 5353 §3.4. */
export interface Peer {
  readonly id: number;
  /** Where it takes ENRP messages: its Server Information, or else where its messages come from. */
  transport: TransportTarget | undefined;
  /** The one channel on which we send to it. */
  channel: ChannelId | undefined;
  /** Who has spoken as this registrar first, on secured channels: nobody else does while it is in the list. */
  identity: PeerIdentity | undefined;
  state: PeerState;
  /** peer_last_heard: any message, or when we learnt of it. RFC 5353 §4.1. */
  lastHeardAt: Instant;
  /** It has spoken itself; otherwise others have only told of it. */
  heard: boolean;
  /** When a PRESENCE came. RFC 5525 counts only those. */
  lastPresenceAt: Instant | undefined;
  /** What it speaks, once that is known. */
  dialect: Dialect | undefined;
  /** Our checksum when it last asked for all that we own. */
  toldChecksum: number | undefined;
}

/** The peer list, and what is due for whom. RFC 5353 §3.4. */
export class Peers {
  readonly #config: RegistrarConfig;
  readonly #byId = new Map<number, Peer>();
  /** Ends of states. For active peers not later than their silence is too long: they may have been heard since. */
  readonly #deadlines = new Deadlines<Peer>();

  constructor(config: RegistrarConfig) {
    this.#config = config;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** How much longer everything takes with many peers. All registrars have as many, and go by the same rule. */
  get stretch(): number {
    const { peerHeartbeatCycleMs, presencesPerSecond } = this.#config;
    return Math.max(1, (1000 * this.size) / presencesPerSecond / peerHeartbeatCycleMs);
  }

  get(id: number | undefined): Peer | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  values(): IterableIterator<Peer> {
    return this.#byId.values();
  }

  /** A new peer, or `undefined` because there are too many. */
  add(id: number, now: Instant): Peer | undefined {
    if (this.#byId.size >= this.#config.maxPeers) return undefined;
    const peer: Peer = {
      id,
      transport: undefined,
      channel: undefined,
      identity: undefined,
      state: { kind: 'active' },
      lastHeardAt: now,
      heard: false,
      lastPresenceAt: undefined,
      dialect: undefined,
      toldChecksum: undefined,
    };
    this.#byId.set(id, peer);
    this.#deadlines.set(peer, this.#silentAt(peer));
    return peer;
  }

  remove(peer: Peer): void {
    this.#byId.delete(peer.id);
    this.#deadlines.delete(peer);
  }

  /**
   * Moves a peer along {@link PEER_TRANSITIONS}.
   * @param next data of the new state; used only if the table leads to a state of that kind
   * @returns whether the state changed
   */
  move(peer: Peer, event: PeerEvent, next: PeerState): boolean {
    if (PEER_TRANSITIONS[peer.state.kind][event] !== next.kind) return false;
    this.amend(peer, next);
    return true;
  }

  /** Gives a peer other data of the state in which it is. */
  amend(peer: Peer, state: PeerState): void {
    peer.state = state;
    this.#deadlines.set(peer, endOf(state) ?? this.#silentAt(peer));
  }

  /** Takes a peer that is silent for too long, or whose state is over; it is not due again before it gets another one. */
  takeDue(now: Instant): Peer | undefined {
    for (let peer = this.#deadlines.takeDue(now); peer !== undefined; peer = this.#deadlines.takeDue(now)) {
      if (peer.state.kind !== 'active') return peer;
      const silentAt = this.#silentAt(peer);
      if (silentAt <= now) return peer;
      this.#deadlines.set(peer, silentAt);
    }
    return undefined;
  }

  /** When to look whether somebody is due. */
  nextDueAt(): Instant | undefined {
    return this.#deadlines.next();
  }

  #silentAt(peer: Peer): Instant {
    return peer.lastHeardAt + this.stretch * this.#config.maxTimeLastHeardMs;
  }
}

/** Peers that count in an arbitration: not those that are dead, or are being taken over themselves. */
export function isWatched(peer: Peer): boolean {
  return peer.state.kind === 'active' || peer.state.kind === 'probing';
}

/**
 * Where a registrar takes ENRP messages, after its Server Information. The UDP port of the channel is the true one where
 * both speak of the same endpoint: it was learnt from packets (RFC 6951 §5.4).
 */
export function transportOf(information: RegistrarInformation, remote?: TransportTarget): TransportTarget {
  const { addresses, port } = information.transport;
  const seen = remote !== undefined && remote.port === port && addressesOverlap(addresses, remote.addresses);
  const udpPort = (seen ? remote.udpPort : information.udpPort) ?? DEFAULT_UDP_PORT;
  return { protocol: 'sctp', addresses, port, udpPort };
}

/** The Server Information parameter for a transport. */
export function informationOf(identifier: number, transport: TransportTarget): RegistrarInformation {
  const udpPort = transport.udpPort ?? DEFAULT_UDP_PORT;
  return {
    identifier,
    transport: { protocol: 'sctp', port: transport.port, use: 'data-only', addresses: transport.addresses },
    ...(udpPort === DEFAULT_UDP_PORT ? {} : { udpPort }),
  };
}
