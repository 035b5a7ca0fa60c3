import type { Channels } from '../registrar/channels.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { EnrpMessage } from '../wire/enrp.ts';
import { informationOf, type Peer, type Peers } from './peers.ts';

type WithoutIds<Message> = Message extends unknown ? Omit<Message, 'senderId' | 'receiverId' | 'unrecognized'> : never;

/** An ENRP message that a registrar sends, before its two identifiers are filled in. */
export type EnrpBody = WithoutIds<Exclude<EnrpMessage, { readonly kind: 'unknown' }>>;

/** Who we are on the ENRP side. */
export interface OwnIdentity {
  /** Changes only after a collision during start-up. */
  id: number;
  /** Where we take ENRP messages: it stands in our Server Information. */
  readonly transport: TransportTarget;
}

/** Sends ENRP messages. RFC 5353 §3.1. */
export class Speaker {
  readonly #own: OwnIdentity;
  readonly #peers: Peers;
  readonly #channels: Channels;
  readonly #outbox: RegistrarOutbox;
  readonly #ownChecksum: () => number;

  constructor(own: OwnIdentity, peers: Peers, channels: Channels, outbox: RegistrarOutbox, ownChecksum: () => number) {
    this.#own = own;
    this.#peers = peers;
    this.#channels = channels;
    this.#outbox = outbox;
    this.#ownChecksum = ownChecksum;
  }

  /**
   * Sends to one peer on its channel.
   * @returns false if there is no channel
   */
  send(peer: Peer, body: EnrpBody): boolean {
    const channel = this.#channels.usable(peer.channel);
    if (channel === undefined) return false;
    this.#outbox.sendEnrp([channel.id], { ...body, senderId: this.#own.id, receiverId: peer.id } as EnrpMessage);
    return true;
  }

  /**
   * Sends to whoever is at the other end of a channel, or on the peer's other channel if that one is being closed.
   * @param receiverId 0 if it is not known yet
   */
  reply(channel: ChannelId, receiverId: number, body: EnrpBody): void {
    const usable = this.#channels.usable(channel) ?? this.#channels.usable(this.#peers.get(receiverId)?.channel);
    if (usable === undefined) return;
    this.#outbox.sendEnrp([usable.id], { ...body, senderId: this.#own.id, receiverId } as EnrpMessage);
  }

  /** Group-cast: one copy to every peer that has a channel. RFC 5353 §1.1. */
  announce(body: EnrpBody): void {
    const channels: ChannelId[] = [];
    for (const peer of this.#peers.values()) {
      if (this.#channels.usable(peer.channel) !== undefined) channels.push(peer.channel!);
    }
    if (channels.length === 0) return;
    this.#outbox.sendEnrp(channels, { ...body, senderId: this.#own.id, receiverId: 0 } as EnrpMessage);
  }

  /** PRESENCE with our checksum and Server Information, which every one of them carries. RFC 5353 §3.6.1 (2). */
  presence(replyRequired: boolean): EnrpBody {
    return {
      kind: 'presence',
      replyRequired,
      checksum: this.#ownChecksum(),
      information: informationOf(this.#own.id, this.#own.transport),
    };
  }
}
