import type { Entropy, Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
import { randomBetween } from '../registrar/random.ts';
import type { HandleTableResponse, ListResponse, PoolEntry } from '../wire/enrp.ts';
import type { Peer, Peers } from './peers.ts';
import type { Speaker } from './speaker.ts';

/** Where a registrar is on its way into service. RFC 5353 §3.2. */
export type StartupState =
  /** No mentor at hand: waiting for one to be reached, or to be ready. */
  | { readonly kind: 'discovering' }
  /** LIST_REQUEST sent. */
  | { readonly kind: 'listing'; readonly mentorId: number; readonly deadlineAt: Instant }
  /** HANDLE_TABLE_REQUEST sent. */
  | { readonly kind: 'downloading'; readonly mentorId: number; readonly deadlineAt: Instant }
  | { readonly kind: 'serving'; readonly mentorId: number | undefined };

/** What start-up asks the registrar to do. */
export type StartupAction =
  | { readonly kind: 'none' }
  | { readonly kind: 'serve'; readonly mentorId: number | undefined }
  | { readonly kind: 'mentor-failed'; readonly mentorId: number; readonly why: 'rejected' | 'silent' | 'unreachable' };

const NONE: StartupAction = { kind: 'none' };

/** Start-up: find a mentor, learn the peers from it, download the handlespace. RFC 5353 §3.2. */
export class Mentor {
  readonly #config: RegistrarConfig;
  readonly #entropy: Entropy;
  readonly #peers: Peers;
  readonly #speaker: Speaker;
  readonly #hasPeers: boolean;
  /** Mentors that failed, and when they may be asked again. */
  readonly #resting = new Map<number, Instant>();
  #state: StartupState = { kind: 'discovering' };
  /** When the search for a mentor may end in serving alone. */
  #aloneAt: Instant;

  /** @param hasPeers whether any peer is configured; without one a registrar is alone (RFC 5353 §3.2.2.1) */
  constructor(
    config: RegistrarConfig,
    entropy: Entropy,
    peers: Peers,
    speaker: Speaker,
    hasPeers: boolean,
    now: Instant,
  ) {
    this.#config = config;
    this.#entropy = entropy;
    this.#peers = peers;
    this.#speaker = speaker;
    this.#aloneAt = hasPeers ? now + config.mentorDiscoveryTimeoutMs : now;
    this.#hasPeers = hasPeers;
  }

  get state(): StartupState {
    return this.#state;
  }

  get serving(): boolean {
    return this.#state.kind === 'serving';
  }

  /** Begins anew, after a collision of identifiers. */
  restart(now: Instant): void {
    this.#state = { kind: 'discovering' };
    this.#aloneAt = now + this.#config.mentorDiscoveryTimeoutMs;
  }

  /** A peer can be asked: it has spoken, and there is a channel to it. */
  offer(peer: Peer, now: Instant): void {
    if (this.#state.kind !== 'discovering' || (this.#resting.get(peer.id) ?? now) > now) return;
    // §3.2.2.2: the complete list of registrars first.
    if (!this.#speaker.send(peer, { kind: 'list-request' })) return;
    this.#state = { kind: 'listing', mentorId: peer.id, deadlineAt: now + this.#config.maxTimeNoResponseMs };
  }

  /**
   * A LIST_RESPONSE came.
   * @returns whether it answers our request, so that its contents count
   */
  handleList(
    peer: Peer,
    message: ListResponse,
    now: Instant,
  ): { readonly wanted: boolean; readonly action: StartupAction } {
    if (this.#state.kind !== 'listing' || this.#state.mentorId !== peer.id) return { wanted: false, action: NONE };
    if (message.rejected) return { wanted: false, action: this.#fail('rejected', now) };
    return { wanted: true, action: this.#requestTable(peer, now) };
  }

  /**
   * A HANDLE_TABLE_RESPONSE of the mentor came.
   * @returns the entries to store, if it answers our request
   */
  handleTable(
    peer: Peer,
    message: HandleTableResponse,
    now: Instant,
  ): { readonly pools: readonly PoolEntry[]; readonly action: StartupAction } {
    if (this.#state.kind !== 'downloading') return { pools: [], action: NONE };
    if (message.rejected) return { pools: [], action: this.#fail('rejected', now) };
    // §3.2.3 (3): the next part has to be asked for, (5): the last one completes the initialisation.
    const action = message.more ? this.#requestTable(peer, now) : this.#serve(peer.id);
    return { pools: message.pools, action };
  }

  /** Whether a message of this peer is an answer in the download. */
  isMentor(peerId: number): boolean {
    return (this.#state.kind === 'listing' || this.#state.kind === 'downloading') && this.#state.mentorId === peerId;
  }

  handleUnreachable(peerId: number, now: Instant): StartupAction {
    return this.isMentor(peerId) ? this.#fail('unreachable', now) : NONE;
  }

  /** @returns what to do, in order */
  handleTimeout(now: Instant): readonly StartupAction[] {
    const state = this.#state;
    if (state.kind === 'serving') return [];
    const actions: StartupAction[] = [];
    if (state.kind !== 'discovering' && state.deadlineAt <= now) actions.push(this.#fail('silent', now));
    actions.push(this.#discover(now));
    return actions;
  }

  nextTimeoutAt(): Instant | undefined {
    const state = this.#state;
    if (state.kind === 'serving') return undefined;
    if (state.kind !== 'discovering') return state.deadlineAt;
    let next: Instant | undefined = this.#aloneAt;
    for (const at of this.#resting.values()) next = earlier(next, at);
    return next;
  }

  /** Asks the next possible mentor; without one, service begins as soon as that was tried for long enough. */
  #discover(now: Instant): StartupAction {
    for (const [id, at] of this.#resting) if (at <= now) this.#resting.delete(id);
    this.#askNext(now);
    if (this.#state.kind !== 'discovering' || now < this.#aloneAt) return NONE;
    // §3.2.2.1: none configured means alone. All mentors lost means so too, unless the operator forbids it.
    if (!this.#hasPeers || this.#config.serveWithoutMentor) return this.#serve(undefined);
    this.#aloneAt = now + this.#config.mentorDiscoveryTimeoutMs;
    return NONE;
  }

  #askNext(now: Instant): void {
    for (const peer of this.#peers.values()) if (peer.heard) this.offer(peer, now);
  }

  #requestTable(peer: Peer, now: Instant): StartupAction {
    // §3.2.3 (1): W=0, the whole handlespace; continuations have the same flag.
    if (!this.#speaker.send(peer, { kind: 'handle-table-request', ownChildrenOnly: false })) {
      return this.#fail('unreachable', now);
    }
    this.#state = { kind: 'downloading', mentorId: peer.id, deadlineAt: now + this.#config.maxTimeNoResponseMs };
    return NONE;
  }

  #serve(mentorId: number | undefined): StartupAction {
    this.#state = { kind: 'serving', mentorId };
    this.#resting.clear();
    return { kind: 'serve', mentorId };
  }

  #fail(why: 'rejected' | 'silent' | 'unreachable', now: Instant): StartupAction {
    if (this.#state.kind !== 'listing' && this.#state.kind !== 'downloading') return NONE;
    const { mentorId } = this.#state;
    // "A few seconds", and for the same mentor not before its record of our download is gone.
    const { mentorRetryMinMs, mentorRetryMaxMs, tableSessionTimeoutMs } = this.#config;
    const pause =
      why === 'silent' ? tableSessionTimeoutMs : randomBetween(this.#entropy, mentorRetryMinMs, mentorRetryMaxMs);
    this.#resting.set(mentorId, now + pause);
    this.#state = { kind: 'discovering' };
    this.#askNext(now);
    return { kind: 'mentor-failed', mentorId, why };
  }
}
