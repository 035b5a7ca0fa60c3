import type { Instant } from '../../base/contract.ts';
import { addressesOverlap, DEFAULT_UDP_PORT } from '../registrar/endpoint-match.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { Dialect } from '../wire/dialect.ts';
import type { RegistrarInformation } from '../wire/registrar-information.ts';
import { PEER_TRANSITIONS, type PeerEvent, type PeerState } from './peer-state.ts';

/** What is known of one other registrar. RFC 5353 §3.4. */
export interface Peer {
  readonly id: number;
  /** Where it takes ENRP messages: its Server Information, or else where its messages come from. */
  transport: TransportTarget | undefined;
  /** The one channel on which we send to it. */
  channel: ChannelId | undefined;
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

/** The peer list. RFC 5353 §3.4. */
export class Peers {
  readonly #max: number;
  readonly #byId = new Map<number, Peer>();

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: number | undefined): Peer | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  values(): IterableIterator<Peer> {
    return this.#byId.values();
  }

  /** A new peer, or `undefined` because there are too many. */
  add(id: number, now: Instant): Peer | undefined {
    if (this.#byId.size >= this.#max) return undefined;
    const peer: Peer = {
      id,
      transport: undefined,
      channel: undefined,
      state: { kind: 'active' },
      lastHeardAt: now,
      heard: false,
      lastPresenceAt: undefined,
      dialect: undefined,
      toldChecksum: undefined,
    };
    this.#byId.set(id, peer);
    return peer;
  }

  remove(id: number): void {
    this.#byId.delete(id);
  }
}

/**
 * Moves a peer along {@link PEER_TRANSITIONS}.
 * @param next data of the new state; used only if the table leads to a state of that kind
 * @returns whether the state changed
 */
export function movePeer(peer: Peer, event: PeerEvent, next: PeerState): boolean {
  if (PEER_TRANSITIONS[peer.state.kind][event] !== next.kind) return false;
  peer.state = next;
  return true;
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
