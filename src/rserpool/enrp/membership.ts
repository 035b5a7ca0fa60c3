import type { Instant } from '../../base/contract.ts';
import { isSameIdentity, type PeerIdentity } from '../access/identity.ts';
import { sameEndpoint } from '../endpoint-match.ts';
import type { Channel, Channels } from '../registrar/channels.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import type { TransportTarget } from '../role.ts';
import type { RegistrarInformation } from '../wire/registrar-information.ts';
import type { Dialer } from './dialer.ts';
import type { PeerChannels } from './peer-channels.ts';
import { informationOf, isWatched, type Peer, type Peers, transportOf } from './peers.ts';
import type { OwnIdentity } from './speaker.ts';

/** Bytes of Server Information parameters in a LIST_RESPONSE; what does not fit is learnt from PRESENCE. */
const MAX_LIST_BYTES = 60_000;

/** Who has sent a message. */
export type Sender =
  | {
      readonly kind: 'peer';
      readonly peer: Peer;
      /** Heard for the first time. */
      readonly isNew: boolean;
      /** The Receiving Server's ID is ours, or nobody's in particular. */
      readonly isForUs: boolean;
    }
  /** Another registrar uses our identifier. */
  | { readonly kind: 'collision' }
  /** Nobody that counts. */
  | { readonly kind: 'nobody' };

const NOBODY: Sender = { kind: 'nobody' };

/** Who belongs to the peer list, and where they are. RFC 5353 §3.2.2, §3.4.1. */
export class Membership {
  readonly #own: OwnIdentity;
  readonly #peers: Peers;
  readonly #channels: Channels;
  readonly #peerChannels: PeerChannels;
  readonly #dialer: Dialer;
  readonly #outbox: RegistrarOutbox;

  constructor(
    own: OwnIdentity,
    peers: Peers,
    channels: Channels,
    peerChannels: PeerChannels,
    dialer: Dialer,
    outbox: RegistrarOutbox,
  ) {
    this.#own = own;
    this.#peers = peers;
    this.#channels = channels;
    this.#peerChannels = peerChannels;
    this.#dialer = dialer;
    this.#outbox = outbox;
  }

  /** Finds the sender of a message, takes it in if it is new, and notes that it was heard. §3.4.1, §3.4.3. */
  identify(channel: Channel, senderId: number, receiverId: number, now: Instant): Sender {
    if (senderId === 0) return this.#refuse(channel, 'bad-message', 'a registrar uses the identifier 0');
    if (senderId === this.#own.id) return this.#handleOwnIdentifier(channel);
    if (channel.peerId !== undefined && channel.peerId !== senderId) {
      this.#peerChannels.close(channel, 'abort', 'the Sending Server ID changed');
      return this.#refuse(channel, 'identifier-changed', 'a registrar changed its identifier', senderId);
    }
    // Nobody has spoken ENRP here, and nobody will: an element whose channel is being closed.
    if (channel.peerId === undefined && channel.closing) return NOBODY;
    const peer = this.#peers.get(senderId) ?? this.#peers.add(senderId, now);
    if (peer === undefined) return this.#refuse(channel, 'limit-reached', 'too many peers', senderId);
    if (
      channel.peerId === undefined &&
      !(this.#isItself(peer, channel) && this.#peerChannels.bind(peer, channel, now))
    ) {
      this.#peerChannels.close(channel, 'abort', 'the Sending Server ID belongs to another registrar');
      return this.#refuse(channel, 'identifier-conflict', 'two hosts use the same registrar identifier', senderId);
    }
    peer.identity ??= shownBy(channel);
    const isNew = !peer.heard;
    peer.heard = true;
    peer.lastHeardAt = now;
    const isForUs = receiverId === 0 || receiverId === this.#own.id;
    // The sender lives, but means a registrar that was here before.
    if (!isForUs) this.#refuse(channel, 'wrong-receiver', 'a message for another registrar was dropped', senderId);
    return { kind: 'peer', peer, isNew, isForUs };
  }

  /**
   * Notes where a peer takes ENRP messages.
   * @returns other peers that were known there: a registrar that restarted has a new identifier (§3.2.1)
   */
  locate(peer: Peer, transport: TransportTarget, now: Instant): readonly Peer[] {
    if (peer.transport !== undefined && !sameEndpoint(peer.transport, transport) && !this.#isShared(peer)) {
      this.#dialer.remove(peer.transport);
    }
    peer.transport = transport;
    this.#dialer.add(transport, false, now);
    return this.#neighbours(peer, transport);
  }

  /** A peer that another registrar told of: it has to speak itself before it counts. */
  learn(information: RegistrarInformation, now: Instant): void {
    const { identifier } = information;
    // The responder may list us, and some list static peers with the identifier 0.
    if (identifier === 0 || identifier === this.#own.id || this.#peers.get(identifier) !== undefined) return;
    const peer = this.#peers.add(identifier, now);
    if (peer === undefined) return;
    peer.transport = transportOf(information);
    this.#dialer.add(peer.transport, false, now);
  }

  /** What a LIST_RESPONSE tells. */
  list(): RegistrarInformation[] {
    const list: RegistrarInformation[] = [];
    let bytes = 0;
    for (const peer of this.#peers.values()) {
      if (!peer.heard || !isWatched(peer) || peer.transport === undefined) continue;
      bytes += 32 + 20 * peer.transport.addresses.length;
      if (bytes > MAX_LIST_BYTES) break;
      list.push(informationOf(peer.id, peer.transport));
    }
    return list;
  }

  /** Whether there is a channel to this endpoint, whoever opened it. */
  isReached(target: TransportTarget): boolean {
    for (const peer of this.#peers.values()) {
      const channel = this.#channels.usable(peer.channel);
      if (channel === undefined) continue;
      if (sameEndpoint(channel.remote, target)) return true;
      if (peer.transport !== undefined && sameEndpoint(peer.transport, target)) return true;
    }
    return false;
  }

  /** Takes a peer out of the list and cuts the way to it. */
  remove(peer: Peer, reason: 'dead' | 'taken-over', now: Instant): void {
    this.dismiss(peer, now);
    this.#peerChannels.closeAll(peer.id, 'this registrar is considered dead');
    this.#outbox.event({ kind: 'peer-down', registrarId: peer.id, reason });
  }

  /** Takes a peer out of the list; its endpoint is still called now and then, for it may come back. */
  dismiss(peer: Peer, now: Instant): void {
    this.#peers.remove(peer);
    if (peer.transport !== undefined && !this.#isShared(peer)) this.#dialer.retire(peer.transport, now);
  }

  /** Forgets everybody: they know us under an identifier that is not ours any more. */
  clear(): void {
    for (const peer of [...this.#peers.values()]) {
      this.#peers.remove(peer);
      this.#peerChannels.closeAll(peer.id, 'this registrar has a new identifier');
    }
  }

  /** Identities are proven, identifiers are only said (RFC 5355 §2.5). Without TLS there is nothing to compare. */
  #isItself({ identity }: Peer, channel: Channel): boolean {
    const shown = shownBy(channel);
    return identity === undefined || shown === undefined || isSameIdentity(identity, shown);
  }

  #neighbours(peer: Peer, transport: TransportTarget): readonly Peer[] {
    return [...this.#peers.values()].filter(
      (other) => other !== peer && other.transport !== undefined && sameEndpoint(other.transport, transport),
    );
  }

  /** Another peer says that it is at the same endpoint: the call there is not this one's alone. */
  #isShared(peer: Peer): boolean {
    return peer.transport !== undefined && this.#neighbours(peer, peer.transport).length > 0;
  }

  /** A message with our own identifier: from ourselves, or from a registrar that drew the same one. */
  #handleOwnIdentifier(channel: Channel): Sender {
    this.#peerChannels.close(channel, 'abort', 'the Sending Server ID is that of the receiver');
    if (sameEndpoint(channel.remote, this.#own.transport)) return NOBODY;
    this.#refuse(channel, 'identifier-collision', 'another registrar has the identifier of this one', this.#own.id);
    return { kind: 'collision' };
  }

  #refuse(
    channel: Channel,
    code:
      | 'bad-message'
      | 'wrong-receiver'
      | 'identifier-collision'
      | 'identifier-changed'
      | 'identifier-conflict'
      | 'limit-reached',
    text: string,
    registrarId?: number,
  ): Sender {
    this.#outbox.event({ kind: 'warning', code, text, registrarId, channel: channel.id });
    return NOBODY;
  }
}

/** The identity that a registrar has shown of itself. One that we have called with our key has shown that it knows ours. */
function shownBy({ initiator, peer }: Channel): PeerIdentity | undefined {
  return initiator === 'local' && peer?.kind === 'psk' ? undefined : peer;
}
