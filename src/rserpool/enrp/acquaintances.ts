import type { ListResponse } from '../wire/enrp.ts';
import type { Peer } from './peers.ts';
import type { Speaker } from './speaker.ts';

/**
 * Asks every registrar that is met for the ones it knows, once a connection. RFC 5353 has a starting registrar ask its
 * mentor only (§3.2.2.2); but two that start at once with different mentors, or that took each other over while the
 * network was split, have to hear of each other too.
 */
export class Acquaintances {
  readonly #speaker: Speaker;
  readonly #asked = new Map<number, 'awaited' | 'answered'>();

  constructor(speaker: Speaker) {
    this.#speaker = speaker;
  }

  /** A peer can be asked; nothing happens if it was. */
  meet(peer: Peer): void {
    if (this.#asked.has(peer.id)) return;
    if (this.#speaker.send(peer, { kind: 'list-request' })) this.#asked.set(peer.id, 'awaited');
  }

  /** The mentor has told us already. */
  noteMentor(peerId: number): void {
    this.#asked.set(peerId, 'answered');
  }

  /**
   * A LIST_RESPONSE came.
   * @returns whether it answers our question, so that its contents count
   */
  handleList(peer: Peer, message: ListResponse): boolean {
    if (this.#asked.get(peer.id) !== 'awaited') return false;
    // One that does not serve yet is asked again with its next PRESENCE.
    if (message.rejected) this.#asked.delete(peer.id);
    else this.#asked.set(peer.id, 'answered');
    return !message.rejected;
  }

  /** The peer is gone, or the channel to it: what it knows may have changed when it comes back. */
  forget(peerId: number): void {
    this.#asked.delete(peerId);
  }
}
