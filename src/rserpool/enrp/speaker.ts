import { DEFAULT_UDP_PORT } from '../endpoint-match.ts';
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

/** The PE checksum of what we own: of all, and of what rsplib can know of it. */
export interface OwnChecksums {
  readonly all: () => number;
  readonly forRsplib: () => number;
}

/** Sends ENRP messages. RFC 5353 §3.1. */
export class Speaker {
  readonly #own: OwnIdentity;
  readonly #peers: Peers;
  readonly #channels: Channels;
  readonly #outbox: RegistrarOutbox;
  readonly #checksums: OwnChecksums;

  constructor(own: OwnIdentity, peers: Peers, channels: Channels, outbox: RegistrarOutbox, checksums: OwnChecksums) {
    this.#own = own;
    this.#peers = peers;
    this.#channels = channels;
    this.#outbox = outbox;
    this.#checksums = checksums;
  }

  /**
   * Sends to one peer on its channel.
   * @returns false if there is no channel
   */
  send(peer: Peer, body: EnrpBody): boolean {
    const channel = this.#channels.usable(peer.channel);
    if (channel === undefined) return false;
    this.#send([channel.id], body, peer.id);
    return true;
  }

  /** Has the peer probed, if there is a channel to it. */
  probe(peer: Peer): void {
    const channel = this.#channels.usable(peer.channel);
    if (channel !== undefined) this.#outbox.probe(channel.id);
  }

  /**
   * Sends to whoever is at the other end of a channel, or on the peer's other channel if that one is being closed.
   * @param receiverId 0 if it is not known yet
   */
  reply(channel: ChannelId, receiverId: number, body: EnrpBody): void {
    const usable = this.#channels.usable(channel) ?? this.#channels.usable(this.#peers.get(receiverId)?.channel);
    if (usable === undefined) return;
    this.#send([usable.id], body, receiverId);
  }

  /** Group-cast: one copy to every peer that has a channel. RFC 5353 §1.1. */
  announce(body: EnrpBody): void {
    const channels: ChannelId[] = [];
    for (const peer of this.#peers.values()) {
      if (this.#channels.usable(peer.channel) !== undefined) channels.push(peer.channel!);
    }
    this.#send(channels, body, 0);
  }

  #send(channels: readonly ChannelId[], body: EnrpBody, receiverId: number): void {
    const message = { ...body, senderId: this.#own.id, receiverId } as EnrpMessage;
    const { dialects } = this.#outbox;
    const rsplib = message.kind === 'presence' ? channels.filter((id) => dialects.of(id) === 'rsplib') : [];
    const others = rsplib.length === 0 ? channels : channels.filter((id) => !rsplib.includes(id));
    if (rsplib.length > 0)
      this.#outbox.sendEnrp(rsplib, { ...message, checksum: this.#checksums.forRsplib() } as EnrpMessage);
    this.#outbox.sendEnrp(others, message);
  }

  /** PRESENCE with our checksum and Server Information, which every one of them carries. RFC 5353 §3.6.1 (2). */
  presence(replyRequired: boolean): EnrpBody {
    const { transport } = this.#own;
    return {
      kind: 'presence',
      replyRequired,
      checksum: this.#checksums.all(),
      // With the UDP port in any case: our private parameter tells peers that we are not rsplib.
      information: { ...informationOf(this.#own.id, transport), udpPort: transport.udpPort ?? DEFAULT_UDP_PORT },
    };
  }
}
