import type { Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import type { PeerIdentity } from '../access/identity.ts';
import { RSerPoolError } from '../errors.ts';
import type { DataMessage } from '../outbox.ts';
import type { ChannelId } from '../role.ts';
import type { AsapMessage, BusinessCard } from '../wire/asap.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import { BackOff, jittered } from './back-off.ts';
import type { Candidate } from './candidates.ts';
import type { UserContext } from './context.ts';
import type { ResolutionFailure, SessionElement, UserSessionId, WaitReason } from './events.ts';
import { OutgoingQueue } from './outgoing-queue.ts';
import { Search } from './search.ts';
import type { SessionOptions } from './session-options.ts';
import type { Interruption, SessionState } from './session-state.ts';

/**
 * A conversation with a pool rather than with one of its elements. RFC 5352 §3.5, §3.8, §3.9, §6.5.
 *
 * What `sendData` takes while an element is connected goes to that element at once. What it takes meanwhile is queued
 * and follows as soon as there is an element, in order, after the cookie. Whether a request was answered is for the
 * application to know: no reply is awaited here, and nothing is repeated unless the option `resend` says so.
 */
export class UserSession {
  readonly id: UserSessionId;
  readonly poolHandle: PoolHandle;
  readonly #context: UserContext;
  readonly #options: SessionOptions;
  readonly #queue: OutgoingQueue;
  readonly #search: Search;
  readonly #backOff: BackOff;
  #state: SessionState = { kind: 'resolving' };
  /** The latest cookie; opaque (RFC 5352 §3.8). */
  #cookie: Uint8Array | undefined;
  /** The latest one; the element that follows is told as its successor. */
  #interruption: Interruption | undefined;
  /** Since when there has been no element, while there is none. */
  #lonelySince: Instant;
  #retryMs: number;

  constructor(id: UserSessionId, poolHandle: PoolHandle, options: SessionOptions, context: UserContext, now: Instant) {
    this.id = id;
    this.poolHandle = poolHandle;
    this.#context = context;
    this.#options = options;
    this.#queue = new OutgoingQueue(context.config.maxQueuedBytes);
    this.#search = new Search(context, poolHandle, options.peIdentifier);
    const { backOffMs, maxBackOffMs, sessionRetryMs } = context.config;
    this.#backOff = new BackOff({ firstMs: backOffMs, maxMs: maxBackOffMs }, context.entropy);
    this.#lonelySince = now;
    this.#retryMs = sessionRetryMs;
  }

  /** The element that is connected. */
  get element(): SessionElement | undefined {
    return this.#state.kind === 'up' ? named(this.#state.element) : undefined;
  }

  /** The channel to the element that is connected. */
  get channel(): ChannelId | undefined {
    return this.#state.kind === 'up' ? this.#state.channel : undefined;
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** Looks for the first element. */
  open(now: Instant): void {
    this.#look(now);
  }

  /** True if it was sent at once, false if it waits for an element. */
  sendData(message: DataMessage, now: Instant): boolean {
    if (this.#state.kind === 'up' && this.#state.silent !== true) {
      this.#context.outbox.data(this.#state.channel, message);
      this.#context.requests.sent(this.id, now);
      return true;
    }
    if (this.#state.kind === 'closing' || this.#state.kind === 'ended') {
      throw new RSerPoolError('ERR_RSERPOOL_NO_SESSION', `session ${this.id} is being closed`, { session: this.id });
    }
    if (!this.#queue.push(message)) {
      throw new RSerPoolError('ERR_RSERPOOL_QUEUE_FULL', `session ${this.id} has no element, and its queue is full`, {
        session: this.id,
        queuedBytes: this.#queue.bytes,
        bytes: message.bytes.length,
      });
    }
    return false;
  }

  close(how: 'shutdown' | 'abort', reason: string): void {
    switch (this.#state.kind) {
      case 'up':
        if (this.#state.silent !== true) this.#context.outbox.close(this.#state.channel, how, reason);
        this.#become({ kind: 'closing', channel: this.#state.channel, element: this.#state.element });
        break;
      case 'connecting':
        this.#abandon(this.#state.channel, reason);
        this.#end(reason, false);
        break;
      case 'resolving':
      case 'pausing':
      case 'waiting':
        this.#end(reason, false);
        break;
      default:
        break;
    }
  }

  handleChannelUp(peer: PeerIdentity | undefined, now: Instant): void {
    if (this.#state.kind !== 'connecting') return;
    const { channel } = this.#state;
    const element = { ...this.#state.element, peer };
    const { failed, outbox } = this.#context;
    failed.delete(this.poolHandle, element.peIdentifier);
    this.#become({ kind: 'up', channel, element, since: now });
    const from = this.#interruption;
    if (from === undefined) outbox.event({ kind: 'session-up', session: this.id, element: named(element) });
    else this.#announceFailover(from, element, now);
    this.#sendQueued(channel, now);
  }

  /** Finds out whether the element is there. */
  probe(): void {
    if (this.#state.kind === 'up' && this.#state.silent !== true) this.#context.outbox.probe(this.#state.channel);
  }

  /** The element gave no sign of life: the session goes on as soon as the channel is closed. */
  handleSilence(): void {
    if (this.#state.kind !== 'up' || this.#state.silent === true) return;
    this.#context.outbox.close(this.#state.channel, 'abort', 'the element gives no sign of life');
    this.#context.requests.settled(this.id);
    this.#state = { ...this.#state, silent: true };
  }

  handleChannelDown(reason: string, failed: boolean, now: Instant): void {
    const state = this.#state;
    switch (state.kind) {
      case 'connecting':
        this.#unreachable(state.element, now);
        this.#connectNext(now);
        break;
      case 'up':
        this.#interrupted(state.element, state.since, reason, failed || state.silent === true, now);
        break;
      case 'closing':
        this.#end(reason, failed);
        break;
      default:
        break;
    }
  }

  /** The element lost its state: to the session it is another one, which happens to have the same name. */
  handleRestart(now: Instant): void {
    if (this.#state.kind !== 'up' || this.#state.silent === true) return;
    const { channel, element } = this.#state;
    this.#announceFailover({ from: named(element), at: now }, element, now);
    for (const message of this.#greetings(element)) this.#context.outbox.control(channel, message);
    this.#sendQueued(channel, now);
  }

  handleSendFailed(message: DataMessage): void {
    const again = this.#options.resend === true && this.#state.kind === 'up';
    if (!again || !this.#queue.giveBack(message)) this.#reportUnsent(message);
  }

  handleData(ppid: number, streamId: number, bytes: Uint8Array): void {
    if (this.#state.kind !== 'up' && this.#state.kind !== 'closing') return;
    const { peIdentifier } = this.#state.element;
    this.#context.requests.settled(this.id);
    this.#context.outbox.event({ kind: 'data', session: this.id, peIdentifier, ppid, streamId, bytes });
  }

  /** Whether ASAP messages belong on the channel: with DATA ONLY there is no control channel (RFC 5352 §3.8). */
  get hasControl(): boolean {
    return this.#state.kind === 'up' && this.#state.silent !== true && this.#state.element.control;
  }

  handleCookie(cookie: Uint8Array): void {
    this.#cookie = cookie;
    this.#context.outbox.event({ kind: 'cookie', session: this.id, bytes: cookie.length });
  }

  /** BC2 of RFC 5352 §3.9. */
  handleBusinessCard({ poolHandle, elements }: BusinessCard): void {
    const kept = elements.slice(0, this.#context.config.maxPreferredElements);
    if (poolHandle.key === this.poolHandle.key) this.#search.prefer(kept);
    this.#context.outbox.event({ kind: 'business-card', session: this.id, poolHandle, elements: kept });
  }

  /** The registrar answered, or told a change. */
  handleResolution(now: Instant): void {
    // Whoever waits for an element need not wait on when another session hears of one.
    if (this.#state.kind !== 'resolving' && !(this.#state.kind === 'waiting' && this.#search.canTry(now))) return;
    this.#search.resolved();
    this.#connectNext(now);
  }

  handleResolutionFailure(failure: ResolutionFailure, now: Instant): void {
    if (this.#state.kind !== 'resolving') return;
    this.#search.resolved();
    if (this.#search.canTry(now)) this.#connectNext(now);
    else this.#wait(failure, now);
  }

  handleTimeout(now: Instant): void {
    const giveUpAt = this.#giveUpAt();
    if (giveUpAt !== undefined && now >= giveUpAt) {
      if (this.#state.kind === 'connecting') this.#abandon(this.#state.channel, 'the session gives up');
      this.#end('no element was found in time', true);
    } else if (this.#state.kind === 'connecting' && now >= this.#state.timeoutAt) {
      const { channel, element } = this.#state;
      this.#abandon(channel, 'the element does not answer');
      this.#unreachable(element, now);
      this.#connectNext(now);
    } else if (this.#state.kind === 'waiting' && now >= this.#state.retryAt) {
      this.#search.beginAgain();
      this.#resolve(now);
    } else if (this.#state.kind === 'pausing' && now >= this.#state.until) this.#connectNext(now);
  }

  nextTimeoutAt(): Instant | undefined {
    if (this.#state.kind === 'connecting') return earlier(this.#state.timeoutAt, this.#giveUpAt());
    if (this.#state.kind === 'pausing') return earlier(this.#state.until, this.#giveUpAt());
    if (this.#state.kind === 'waiting') return earlier(this.#state.retryAt, this.#giveUpAt());
    return this.#state.kind === 'resolving' ? this.#giveUpAt() : undefined;
  }

  #become(state: SessionState): void {
    this.#state = state;
    if (state.kind !== 'up') this.#context.requests.settled(this.id);
    if (this.nextTimeoutAt() === undefined) this.#context.timed.delete(this.id);
    else this.#context.timed.add(this.id);
  }

  #giveUpAt(): Instant | undefined {
    const { giveUpAfterMs } = this.#options;
    return giveUpAfterMs === undefined ? undefined : this.#lonelySince + giveUpAfterMs;
  }

  /** C1 to C4 of RFC 5352 §3.3. */
  #look(now: Instant): void {
    const cached = this.#search.cached(now);
    if (cached === 'useless' && this.#search.canResolve) {
      this.#resolve(now);
      return;
    }
    // Whatever the refresh brings, this session goes on with what is there.
    if (cached === 'stale') this.#context.resolve(this.poolHandle, now);
    this.#connectNext(now);
  }

  #resolve(now: Instant): void {
    if (this.#search.isJustResolved(now)) {
      this.#search.resolved();
      this.#connectNext(now);
      return;
    }
    this.#become({ kind: 'resolving' });
    if (!this.#context.resolve(this.poolHandle, now)) this.#wait('no-answer', now);
  }

  /** The next element that is worth a try; when the list is exhausted a fresh one; then a pause. */
  #connectNext(now: Instant): void {
    if (now < this.#backOff.nextAt && this.#search.canTry(now)) {
      this.#become({ kind: 'pausing', until: this.#backOff.nextAt });
      return;
    }
    const next = this.#search.next(now);
    if (next !== undefined) this.#connect(next, now);
    else if (this.#search.canResolve) this.#resolve(now);
    else this.#wait(this.#search.emptyReason, now);
  }

  #connect(element: Candidate, now: Instant): void {
    const { outbox, config, channels } = this.#context;
    const channel = outbox.connect(element.target, undefined, this.#greetings(element));
    channels.set(channel, this.id);
    this.#backOff.note(now);
    this.#become({ kind: 'connecting', channel, element, timeoutAt: now + config.connectTimeoutMs });
  }

  #abandon(channel: ChannelId, reason: string): void {
    this.#context.outbox.close(channel, 'abort', reason);
    this.#context.channels.delete(channel);
  }

  #wait(reason: WaitReason, now: Instant): void {
    const { config, entropy, outbox } = this.#context;
    const retryInMs = jittered(this.#retryMs, entropy);
    this.#retryMs = Math.min(2 * this.#retryMs, Math.max(config.retranMaxMs, config.sessionRetryMs));
    this.#become({ kind: 'waiting', retryAt: now + retryInMs });
    outbox.event({ kind: 'session-waiting', session: this.id, reason, retryInMs });
  }

  #interrupted(element: Candidate, since: Instant, reason: string, failed: boolean, now: Instant): void {
    const { failover = 'always' } = this.#options;
    const { sessionRetryMs } = this.#context.config;
    // An element that does not stay counts as one that could not be reached, so that nobody goes round in circles.
    const stayed = now - since >= sessionRetryMs;
    if (failed) this.#unreachable(element, now);
    else if (!stayed) this.#avoid(element, now);
    if (failover === 'never' || (failover === 'on-failure' && !failed)) {
      this.#end(reason, failed);
      return;
    }
    this.#interruption = { from: named(element), at: now };
    this.#lonelySince = now;
    this.#context.outbox.event({ kind: 'session-interrupted', session: this.id, element: named(element), reason });
    if (stayed) {
      this.#retryMs = sessionRetryMs;
      this.#backOff.reset();
      this.#search.begin();
      this.#search.skip(element.peIdentifier);
    }
    this.#look(now);
  }

  /** RFC 5352 §3.5: the registrar is told, once an event. */
  #unreachable(element: Candidate, now: Instant): void {
    this.#avoid(element, now);
    this.#context.reportUnreachable(this.poolHandle, element.peIdentifier, now);
  }

  #avoid(element: Candidate, now: Instant): void {
    this.#search.skip(element.peIdentifier);
    this.#context.failed.add(this.poolHandle, element.peIdentifier, now);
  }

  #announceFailover({ from, at }: Interruption, element: Candidate, now: Instant): void {
    this.#context.outbox.event({
      kind: 'failover',
      session: this.id,
      from,
      to: named(element),
      cookie: this.#cookie !== undefined && element.control,
      afterMs: now - at,
    });
  }

  /** What a new element hears first. RFC 5352 §3.8: the cookie before everything else on the control channel. */
  #greetings(element: Candidate): AsapMessage[] {
    if (!element.control) return [];
    const { businessCard } = this.#options;
    return [
      ...(this.#cookie === undefined ? [] : [{ kind: 'cookie-echo', cookie: this.#cookie } as const]),
      ...(businessCard === undefined ? [] : [{ kind: 'business-card', ...businessCard } as const]),
    ];
  }

  #sendQueued(channel: ChannelId, now: Instant): void {
    const { outbox, requests } = this.#context;
    for (let message = this.#queue.shift(); message !== undefined; message = this.#queue.shift()) {
      outbox.data(channel, message);
      requests.sent(this.id, now);
    }
  }

  #reportUnsent({ bytes, ppid = 0 }: DataMessage): void {
    this.#context.outbox.event({ kind: 'send-failed', session: this.id, ppid, bytes });
  }

  #end(reason: string, failed: boolean): void {
    for (let message = this.#queue.shift(); message !== undefined; message = this.#queue.shift()) {
      this.#reportUnsent(message);
    }
    this.#become({ kind: 'ended' });
    this.#context.forget(this.id);
    this.#context.outbox.event({ kind: 'session-closed', session: this.id, reason, failed });
  }
}

function named({ peIdentifier, target, peer }: Candidate): SessionElement {
  return peer === undefined ? { peIdentifier, target } : { peIdentifier, target, peer };
}
