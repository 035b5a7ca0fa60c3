import type { Channel } from '../registrar/channels.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import type { ChannelId } from '../role.ts';
import type { Peer } from './peers.ts';
import type { Speaker } from './speaker.ts';

/** What each peer speaks. It holds for all of its channels, and a peer of rsplib is told of us at once. */
export class PeerDialects {
  readonly #outbox: RegistrarOutbox;
  readonly #speaker: Speaker;
  readonly #ownChecksum: () => number;

  constructor(outbox: RegistrarOutbox, speaker: Speaker, ownChecksum: () => number) {
    this.#outbox = outbox;
    this.#speaker = speaker;
    this.#ownChecksum = ownChecksum;
  }

  /** A message of the peer was read on this channel. */
  handleMessage(peer: Peer, channel: Channel): void {
    const { dialects } = this.#outbox;
    if (peer.dialect !== undefined) dialects.decide(channel.id, peer.dialect);
    else if (dialects.isDecided(channel.id)) this.#settle(peer, channel.id);
  }

  /**
   * The peer asks for our elements (W flag). Whoever asks again although nothing changed since it was told has lost them:
   * rsplib takes lives in seconds for milliseconds, and lets them run out.
   *
   * @param isWhole it is the first request of a download
   */
  handleAudit(peer: Peer, channel: Channel, isWhole: boolean): void {
    if (peer.dialect !== undefined || !isWhole) return;
    const checksum = this.#ownChecksum();
    if (checksum !== NOTHING_OWNED && peer.toldChecksum === checksum) {
      this.#outbox.dialects.decide(channel.id, 'rsplib');
      this.#settle(peer, channel.id);
    }
    peer.toldChecksum = checksum;
  }

  /** It was heard by multicast without our own parameter: only rsplib sends such. */
  handleMulticast(peer: Peer): void {
    if (peer.dialect !== undefined || peer.channel === undefined) return;
    this.#outbox.dialects.decide(peer.channel, 'rsplib');
    this.#settle(peer, peer.channel);
  }

  #settle(peer: Peer, channel: ChannelId): void {
    peer.dialect = this.#outbox.dialects.of(channel);
    if (peer.dialect !== 'rsplib') return;
    this.#outbox.event({ kind: 'rsplib-peer', registrarId: peer.id });
    // What it was told in the other dialect it may have lost: our checksum makes it ask.
    this.#speaker.send(peer, this.#speaker.presence(false));
  }
}

/** The checksum of no element at all. RFC 5353 §3.6.2. */
const NOTHING_OWNED = 0xffff;
