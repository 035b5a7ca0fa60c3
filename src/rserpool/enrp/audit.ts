import type { Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import type { Channels } from '../registrar/channels.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
import type { Distances } from '../registrar/distances.ts';
import type { ElementStore } from '../registrar/element-store.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import type { ChannelId } from '../role.ts';
import type { HandleTableResponse } from '../wire/enrp.ts';
import type { Peer } from './peers.ts';
import type { Speaker } from './speaker.ts';

interface Resynchronization {
  /** The handlespace's revision at the beginning: elements that are older than that are the marked ones. */
  readonly revision: number;
  deadlineAt: Instant;
  learnt: number;
}

/** Compares checksums and repairs our copy of what a peer owns. RFC 5353 §3.6. */
export class Audit {
  readonly #config: RegistrarConfig;
  readonly #channels: Channels;
  readonly #store: ElementStore;
  readonly #distances: Distances;
  readonly #speaker: Speaker;
  readonly #outbox: RegistrarOutbox;
  readonly #running = new Map<number, Resynchronization>();
  /** By peer: before this, a mismatch starts nothing. */
  readonly #notBefore = new Map<number, Instant>();

  constructor(
    config: RegistrarConfig,
    channels: Channels,
    store: ElementStore,
    distances: Distances,
    speaker: Speaker,
    outbox: RegistrarOutbox,
  ) {
    this.#config = config;
    this.#channels = channels;
    this.#store = store;
    this.#distances = distances;
    this.#speaker = speaker;
    this.#outbox = outbox;
  }

  /** A checksum came in a PRESENCE. */
  handleChecksum(peer: Peer, received: number, now: Instant): void {
    const expected = this.#store.checksumOf(peer.id);
    if (expected === received || this.#running.has(peer.id)) return;
    if (now < (this.#notBefore.get(peer.id) ?? now)) return;
    if (!this.#speaker.send(peer, { kind: 'handle-table-request', ownChildrenOnly: true })) return;
    this.#outbox.event({ kind: 'audit-mismatch', registrarId: peer.id, expected, received });
    const { revision } = this.#store.handlespace;
    this.#running.set(peer.id, { revision, deadlineAt: now + this.#config.maxTimeNoResponseMs, learnt: 0 });
    // At most one a heartbeat, so that a difference that cannot be mended does not keep both busy.
    this.#notBefore.set(peer.id, now + this.#config.peerHeartbeatCycleMs / 2);
  }

  /** A HANDLE_TABLE_RESPONSE came that is not part of start-up. */
  handleTable(peer: Peer, message: HandleTableResponse, now: Instant): void {
    const running = this.#running.get(peer.id);
    if (running === undefined) return;
    if (message.rejected) {
      this.#running.delete(peer.id);
      return;
    }
    for (const { poolHandle, elements } of message.pools) {
      for (const element of elements) {
        const seenFromHere = this.#distances.viaPeer(element, peer.channel);
        if (this.#store.learnFromOwner(peer.id, poolHandle, seenFromHere, now) === 'added') running.learnt++;
      }
    }
    if (message.more) {
      const asked = this.#speaker.send(peer, { kind: 'handle-table-request', ownChildrenOnly: true });
      if (asked) running.deadlineAt = now + this.#config.maxTimeNoResponseMs;
      else this.#running.delete(peer.id);
      return;
    }
    this.#running.delete(peer.id);
    // §3.6.3 (5): only after the last part, and silently.
    const isOpen = (channel: ChannelId): boolean => this.#channels.usable(channel) !== undefined;
    const removed = this.#store.purge(peer.id, running.revision, isOpen, now);
    this.#outbox.event({ kind: 'resynchronized', registrarId: peer.id, learnt: running.learnt, removed });
  }

  forget(peerId: number): void {
    this.#running.delete(peerId);
    this.#notBefore.delete(peerId);
  }

  /** Resynchronisations that got no answer are given up; nothing is purged. */
  handleTimeout(now: Instant): void {
    for (const [peerId, running] of this.#running) {
      if (running.deadlineAt > now) continue;
      this.#running.delete(peerId);
      // Not before the peer has forgotten this download: its record would continue in the middle.
      this.#notBefore.set(peerId, now + this.#config.tableSessionTimeoutMs);
    }
  }

  nextTimeoutAt(): Instant | undefined {
    let next: Instant | undefined;
    for (const { deadlineAt } of this.#running.values()) next = earlier(next, deadlineAt);
    return next;
  }
}
