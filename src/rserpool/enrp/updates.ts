import type { Instant } from '../../base/contract.ts';
import type { Distances } from '../registrar/distances.ts';
import type { ElementStore } from '../registrar/element-store.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import type { ChannelId } from '../role.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { HandleUpdate, PoolEntry } from '../wire/enrp.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import { isWatched, type Peer, type Peers } from './peers.ts';
import type { Speaker } from './speaker.ts';

/** Updates that are remembered during start-up. */
const MAX_REMEMBERED_UPDATES = 65_536;

/** HANDLE_UPDATE in both directions, and the entries of the first download. RFC 5353 §3.2.3, §3.3. */
export class Updates {
  readonly #peers: Peers;
  readonly #speaker: Speaker;
  readonly #store: ElementStore;
  readonly #distances: Distances;
  readonly #outbox: RegistrarOutbox;
  /** Changed or removed by its home while the table was being downloaded: the mentor's copy may be older. */
  readonly #updated = new Set<string>();

  constructor(peers: Peers, speaker: Speaker, store: ElementStore, distances: Distances, outbox: RegistrarOutbox) {
    this.#peers = peers;
    this.#speaker = speaker;
    this.#store = store;
    this.#distances = distances;
    this.#outbox = outbox;
  }

  /** To all peers, with the complete element also when it is removed. RFC 5353 §3.3.1, §3.3.2. */
  announce(action: HandleUpdate['action'], poolHandle: PoolHandle, element: PoolElementParameter): void {
    this.#speaker.announce({ kind: 'handle-update', action, poolHandle, element });
  }

  /** A peer's update. It is never forwarded: its sender has told all peers itself. */
  handle(peer: Peer, update: HandleUpdate, channel: ChannelId, downloading: boolean, now: Instant): void {
    const { poolHandle, element } = update;
    const fromHome = element.homeRegistrarIdentifier === peer.id;
    if (downloading && fromHome && this.#updated.size < MAX_REMEMBERED_UPDATES) {
      this.#updated.add(elementKey(poolHandle, element.identifier));
    }
    if (update.action === 'del-pe') {
      this.#delete(peer, update, channel, now);
      return;
    }
    // Only the home registrar announces (§2.4). What names us as the home cannot be news to us.
    if (!fromHome) {
      this.#refuse(peer, channel, 'an update does not name its sender as the home of the element');
      return;
    }
    this.#store.learn(poolHandle, this.#distances.viaPeer(element, channel), now);
  }

  /** §3.3.2, but only at the word of the element's home: another registrar may be late, or not reach it, or lie. */
  #delete(peer: Peer, { poolHandle, element }: HandleUpdate, channel: ChannelId, now: Instant): void {
    const known = this.#store.find(poolHandle, element.identifier);
    if (known === undefined) return;
    const home = this.#peers.get(known.homeRegistrarIdentifier);
    if (home !== undefined && home !== peer && isWatched(home)) {
      this.#refuse(peer, channel, 'a registrar wants to remove an element of another one');
    } else this.#store.removeForPeer(known, now);
  }

  #refuse(peer: Peer, channel: ChannelId, text: string): void {
    this.#outbox.event({ kind: 'warning', code: 'foreign-update', text, registrarId: peer.id, channel });
  }

  /** A part of the first download, whoever owns the elements. RFC 5353 §3.2.3 (4). */
  download(mentor: Peer, pools: readonly PoolEntry[], now: Instant): void {
    for (const { poolHandle, elements } of pools) {
      for (const element of elements) {
        if (this.#updated.has(elementKey(poolHandle, element.identifier))) continue;
        this.#store.learn(poolHandle, this.#distances.viaPeer(element, mentor.channel), now);
      }
    }
  }

  endDownload(): void {
    this.#updated.clear();
  }
}

function elementKey(poolHandle: PoolHandle, peIdentifier: number): string {
  return `${peIdentifier} ${poolHandle.key}`;
}
