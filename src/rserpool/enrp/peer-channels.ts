import type { Instant } from '../../base/contract.ts';
import { addressesOverlap } from '../endpoint-match.ts';
import type { Channel, Channels } from '../registrar/channels.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import type { ChannelId } from '../role.ts';
import type { Peer } from './peers.ts';
import type { OwnIdentity } from './speaker.ts';

/** Keeps one channel a peer for sending, whichever side opened it. RFC 5353 §3.1. */
export class PeerChannels {
  readonly #config: RegistrarConfig;
  readonly #own: OwnIdentity;
  readonly #channels: Channels;
  readonly #outbox: RegistrarOutbox;

  constructor(config: RegistrarConfig, own: OwnIdentity, channels: Channels, outbox: RegistrarOutbox) {
    this.#config = config;
    this.#own = own;
    this.#channels = channels;
    this.#outbox = outbox;
  }

  /**
   * The peer has spoken on this channel for the first time.
   * @returns false if it cannot be the same registrar: its identifier is in use by another one (RFC 5353 §3.2.1)
   */
  bind(peer: Peer, channel: Channel, now: Instant): boolean {
    const current = this.#channels.usable(peer.channel);
    if (current === undefined) {
      channel.peerId = peer.id;
      peer.channel = channel.id;
      return true;
    }
    if (!addressesOverlap(current.remote.addresses, channel.remote.addresses)) return false;
    channel.peerId = peer.id;
    const kept = this.#choose(current, channel, peer.id, now);
    const surplus = kept === current ? channel : current;
    peer.channel = kept.id;
    // Whoever opened the surplus one closes it: the other side may not know yet that there are two.
    if (surplus.initiator === 'local') this.close(surplus, 'shutdown', 'one association a peer is enough');
    return true;
  }

  /** A channel is gone; takes another one to the peer if there is one. */
  release(peer: Peer, channel: ChannelId): void {
    if (peer.channel !== channel) return;
    peer.channel = undefined;
    for (const other of this.#channels.values()) {
      if (other.peerId === peer.id && !other.closing && other.id !== channel) peer.channel = other.id;
    }
  }

  close(channel: Channel, how: 'shutdown' | 'abort', reason: string): void {
    if (channel.closing) return;
    channel.closing = true;
    channel.aborted = how === 'abort';
    this.#outbox.close(channel.id, how, reason);
  }

  /** Closes every channel to a peer. */
  closeAll(peerId: number, reason: string): void {
    for (const channel of this.#channels.values()) if (channel.peerId === peerId) this.close(channel, 'abort', reason);
  }

  #choose(current: Channel, newer: Channel, peerId: number, now: Instant): Channel {
    // A peer that has a working channel opens no other one, unless both were opened at the same time.
    const crossed = current.initiator !== newer.initiator && now - current.upAt < this.#config.maxTimeNoResponseMs;
    if (!crossed) return newer;
    // Both sides keep the one that the larger identifier opened.
    const winner = this.#own.id > peerId ? 'local' : 'remote';
    return current.initiator === winner ? current : newer;
  }
}
