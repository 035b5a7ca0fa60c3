import type { Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import { describeCauses } from '../asap/cause-text.ts';
import { receiveAnnouncement, receiveControl } from '../asap/control.ts';
import { type HomeRegistrar, ServerHunt } from '../asap/server-hunt.ts';
import { RSerPoolError } from '../errors.ts';
import { type DataMessage, Outbox } from '../outbox.ts';
import { type ChannelId, PPID, type Role, type RoleInput, type RoleOutput } from '../role.ts';
import type { HandleResolutionResponse } from '../wire/asap.ts';
import type { ErrorCause } from '../wire/cause.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import { type UserConfig, userConfig } from './config.ts';
import type { UserContext } from './context.ts';
import type { ResolutionFailure, SessionElement, UserEvent, UserSessionId } from './events.ts';
import { FailedElements } from './failed-elements.ts';
import { HandleCache, type Resolution } from './handle-cache.ts';
import { Resolver } from './resolver.ts';
import { Search } from './search.ts';
import { UserSession } from './session.ts';
import { checkHandle, checkSessionOptions, type SessionOptions } from './session-options.ts';
import type { UserRoleOptions } from './user-options.ts';

/**
 * Pool user: resolves pool handles, and holds sessions with pools that go on when an element fails. RFC 5352 §3.3, §3.5
 * to §3.9.
 *
 * Primitives of RFC 5352 §6: `resolve` is TRANSLATION.REQUEST, `populate` CACHE.POPULATE.REQUEST, `purge`
 * CACHE.PURGE.REQUEST, `transportFailure` TRANSPORT.FAILURE, `openSession` and `sendData` are DATA.SEND.REQUEST to a
 * pool handle (or, with `peIdentifier`, to a PE handle), the event `data` is DATA.RECEIVED, the events `send-failed`
 * and `resolution-failed` are ERROR.REPORT. Data to a transport address bypasses ASAP (§6.5.4): that is SCTP's business.
 * `pick` and `transportFailure` are GETPRIMARYSERVER and GETNEXTSERVER of RFC 5351 §4.1.
 */
export class UserRole implements Role<UserEvent> {
  readonly #config: UserConfig;
  readonly #outbox = new Outbox<UserEvent>();
  readonly #hunt: ServerHunt<UserEvent>;
  readonly #cache: HandleCache;
  readonly #failed: FailedElements;
  readonly #resolver: Resolver;
  readonly #sessions = new Map<UserSessionId, UserSession>();
  readonly #channels = new Map<ChannelId, UserSessionId>();
  readonly #timed = new Set<UserSessionId>();
  readonly #context: UserContext;
  #lastSessionId = 0;

  /** @throws ConfigError, or RSerPoolError `ERR_RSERPOOL_NO_REGISTRARS`, `ERR_RSERPOOL_BAD_ARGUMENT` */
  constructor(options: UserRoleOptions) {
    const { registrars, announcements = false, registrarProtocols = ['sctp'], elementProtocols = ['sctp'] } = options;
    if (registrars.length === 0 && !announcements) {
      throw new RSerPoolError(
        'ERR_RSERPOOL_NO_REGISTRARS',
        'a user needs configured registrars, or announcements of registrars',
      );
    }
    this.#config = userConfig(options.config);
    const { staleCacheMs, maxCacheEntries, failedElementHoldMs, maxFailedElements } = this.#config;
    this.#hunt = new ServerHunt(this.#outbox, registrars, registrarProtocols, this.#config);
    this.#cache = new HandleCache(staleCacheMs, maxCacheEntries);
    this.#failed = new FailedElements(failedElementHoldMs, maxFailedElements);
    this.#resolver = new Resolver(this.#outbox, this.#config);
    this.#context = {
      config: this.#config,
      entropy: options.entropy,
      outbox: this.#outbox,
      cache: this.#cache,
      failed: this.#failed,
      protocols: elementProtocols,
      channels: this.#channels,
      timed: this.#timed,
      forget: (session) => this.#sessions.delete(session),
      homeChannel: () => this.#hunt.home?.channel,
      resolve: (poolHandle, now) => this.#request(poolHandle, now),
      reportUnreachable: (poolHandle, peIdentifier) => this.#reportUnreachable(poolHandle, peIdentifier),
    };
  }

  /** The home registrar, if there is one. */
  get home(): Readonly<HomeRegistrar> | undefined {
    return this.#hunt.home;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Pools whose resolution is kept. */
  get cacheSize(): number {
    return this.#cache.size;
  }

  /** Looks for a home registrar before there is anything to ask it. RFC 5352 §3.6. */
  start(now: Instant): void {
    if (this.#hunt.home === undefined) this.#hunt.start(now);
  }

  /**
   * TRANSLATION.REQUEST: the elements of a pool, from the cache if it has them. RFC 5352 §6.9.1. Answered by `resolved`
   * or `resolution-failed`; after a stale answer a fresh one follows.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_LIMIT`, `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  resolve(poolHandle: PoolHandle, now: Instant): void {
    const entry = this.#cache.get(poolHandle);
    const fresh = entry !== undefined && this.#cache.isFresh(entry, this.#hunt.home?.channel, now);
    if (entry !== undefined && (fresh || this.#config.useStaleCache)) {
      this.#outbox.event(resolvedEvent(entry, fresh ? 'fresh-cache' : 'stale-cache'));
    }
    if (!fresh) this.populate(poolHandle, now);
  }

  /**
   * CACHE.POPULATE.REQUEST: asks a registrar, whatever the cache has. RFC 5352 §6.3. Answered as `resolve`.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_LIMIT`, `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  populate(poolHandle: PoolHandle, now: Instant): void {
    checkHandle(poolHandle);
    if (!this.#request(poolHandle, now)) {
      throw new RSerPoolError('ERR_RSERPOOL_LIMIT', `${this.#config.maxCacheEntries} resolutions are under way`);
    }
  }

  /** CACHE.PURGE.REQUEST: forgets what is known about a pool. RFC 5352 §6.4. */
  purge(poolHandle: PoolHandle): void {
    this.#cache.purge(poolHandle);
  }

  /** The element of a resolved pool to use now, by the pool's policy; `undefined` if none is known or all failed. */
  pick(poolHandle: PoolHandle, now: Instant): SessionElement | undefined {
    const candidate = new Search(this.#context, poolHandle, undefined).next(now);
    return candidate && { peIdentifier: candidate.peIdentifier, target: candidate.target };
  }

  /**
   * TRANSPORT.FAILURE: an element that `resolve` or `pick` named does not work for a user who talks to it without a
   * session. RFC 5352 §6.9.2. It is reported once, and avoided for a while; elements never named are not reported.
   */
  transportFailure(poolHandle: PoolHandle, peIdentifier: number, now: Instant): void {
    const named = this.#cache.get(poolHandle)?.elements.some(({ identifier }) => identifier === peIdentifier);
    if (named !== true || this.#failed.isHeld(poolHandle, peIdentifier, now)) return;
    this.#failed.add(poolHandle, peIdentifier, now);
    this.#reportUnreachable(poolHandle, peIdentifier);
  }

  /**
   * Begins a session with a pool. `session-up` tells of the first element, `session-waiting` that there is none yet; the
   * session goes on until `closeSession`, or until its options end it.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_LIMIT`, `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  openSession(poolHandle: PoolHandle, options: SessionOptions, now: Instant): UserSessionId {
    checkHandle(poolHandle);
    checkSessionOptions(options);
    if (this.#sessions.size >= this.#config.maxSessions) {
      throw new RSerPoolError('ERR_RSERPOOL_LIMIT', `at most ${this.#config.maxSessions} sessions`);
    }
    const session = new UserSession(++this.#lastSessionId, poolHandle, options, this.#context, now);
    this.#sessions.set(session.id, session);
    session.open(now);
    return session.id;
  }

  /**
   * Sends data to the session's element, or queues it until there is one.
   *
   * @returns true if it was sent, false if it was queued
   * @throws RSerPoolError `ERR_RSERPOOL_NO_SESSION`, `ERR_RSERPOOL_QUEUE_FULL`, `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  sendData(session: UserSessionId, message: DataMessage): boolean {
    if (message.ppid === PPID.asap) {
      throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', 'PPID 11 is reserved for ASAP (RFC 5352 §5)', { session });
    }
    if (message.bytes.length === 0) {
      throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', 'SCTP has no empty messages', { session });
    }
    return this.#require(session).sendData(message);
  }

  /**
   * Ends a session. What still waits for an element is reported by `send-failed`.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_NO_SESSION`
   */
  closeSession(session: UserSessionId, how: 'shutdown' | 'abort', reason: string): void {
    this.#require(session).close(how, reason);
  }

  /** The element that a session is connected to. */
  elementOf(session: UserSessionId): SessionElement | undefined {
    return this.#sessions.get(session)?.element;
  }

  /** The channel to that element, for flow control; another one after each failover. */
  channelOf(session: UserSessionId): ChannelId | undefined {
    return this.#sessions.get(session)?.channel;
  }

  /** Bytes of a session that wait for an element. */
  queuedBytesOf(session: UserSessionId): number {
    return this.#sessions.get(session)?.queuedBytes ?? 0;
  }

  /** Ends all sessions, and the association with the registrar. */
  stop(reason: string): void {
    for (const session of this.#sessions.values()) session.close('shutdown', reason);
    this.#hunt.stop(reason);
  }

  handleInput(input: RoleInput, now: Instant): void {
    switch (input.kind) {
      case 'channel-up':
        this.#onChannelUp(input, now);
        break;
      case 'channel-changed':
        if (input.restarted) this.#onRestart(input.channel, now);
        break;
      case 'message':
        this.#onMessage(input, now);
        break;
      case 'channel-down':
        this.#onChannelDown(input, now);
        break;
      case 'send-failed':
        this.#onSendFailed(input, now);
        break;
      case 'announcement': {
        const announce = receiveAnnouncement(input.bytes);
        if (announce !== undefined) this.#hunt.handleAnnouncement(input.from, announce, now);
        break;
      }
    }
  }

  handleTimeout(now: Instant): void {
    this.#hunt.handleTimeout(now);
    const { dropped, unanswered } = this.#resolver.handleTimeout(this.#hunt.home, now);
    for (const poolHandle of dropped) {
      const failure = this.#hunt.home === undefined ? 'no-registrar' : 'no-answer';
      this.#resolutionFailed(poolHandle, failure, [], now);
    }
    // RFC 5352 §3.7.2: hunt beside the registrar that is silent; when it has used up its chances, without it.
    if (unanswered && dropped.length > 0) this.#dropHome('the registrar does not answer', now);
    else if (unanswered) this.#hunt.start(now);
    for (const id of [...this.#timed]) this.#sessions.get(id)?.handleTimeout(now);
  }

  pollOutput(): RoleOutput<UserEvent> | undefined {
    return this.#outbox.poll();
  }

  nextTimeoutAt(): Instant | undefined {
    let next = earlier(this.#hunt.nextTimeoutAt(), this.#resolver.nextTimeoutAt());
    for (const id of this.#timed) next = earlier(next, this.#sessions.get(id)?.nextTimeoutAt());
    return next;
  }

  #onChannelUp(input: Extract<RoleInput, { readonly kind: 'channel-up' }>, now: Instant): void {
    const { channel, initiator, remote, local } = input;
    if (initiator === 'remote') {
      this.#outbox.close(channel, 'abort', 'a pool user takes no channels');
    } else if (this.#hunt.handleChannelUp(channel, remote, local) === 'home-found') {
      this.#onHome(now);
    } else this.#sessionOn(channel)?.handleChannelUp(now);
  }

  #onChannelDown(input: Extract<RoleInput, { readonly kind: 'channel-down' }>, now: Instant): void {
    const { channel, reason, failed } = input;
    if (this.#hunt.handleChannelDown(channel, now) === 'home-lost') {
      this.#outbox.event({ kind: 'home-changed', home: undefined, reason });
      return;
    }
    const session = this.#sessionOn(channel);
    this.#channels.delete(channel);
    session?.handleChannelDown(reason, failed, now);
  }

  #onSendFailed(input: Extract<RoleInput, { readonly kind: 'send-failed' }>, now: Instant): void {
    const { channel, ppid, bytes, streamId, unordered } = input;
    // RFC 5352 §3.7.1: not to the same registrar again; what was asked is asked anew after the hunt.
    if (this.#hunt.home?.channel === channel) this.#dropHome('a message could not be sent to the registrar', now);
    else if (ppid !== PPID.asap) this.#sessionOn(channel)?.handleSendFailed({ bytes, ppid, streamId, unordered });
  }

  /** The peer forgot everything: a registrar our questions, an element the session. */
  #onRestart(channel: ChannelId, now: Instant): void {
    if (this.#hunt.home?.channel === channel) this.#askHome(now);
    else this.#sessionOn(channel)?.handleRestart(now);
  }

  #onMessage(input: Extract<RoleInput, { readonly kind: 'message' }>, now: Instant): void {
    const { channel, ppid, streamId, bytes } = input;
    const session = this.#sessionOn(channel);
    if (session === undefined) {
      if (this.#hunt.home?.channel === channel && ppid === PPID.asap) this.#onRegistrarMessage(channel, bytes, now);
    } else if (ppid !== PPID.asap) session.handleData(ppid, streamId, bytes);
    else if (session.hasControl) this.#onElementMessage(channel, session, bytes, now);
  }

  #onRegistrarMessage(channel: ChannelId, bytes: Uint8Array, now: Instant): void {
    const message = receiveControl(this.#outbox, channel, bytes);
    if (message !== undefined) this.#hunt.heard();
    if (message?.kind === 'handle-resolution-response') this.#onResolution(channel, message, now);
    else if (message?.kind === 'error') {
      this.#outbox.event({ kind: 'peer-error', channel, reason: describeCauses(message.causes) });
    }
  }

  #onElementMessage(channel: ChannelId, session: UserSession, bytes: Uint8Array, now: Instant): void {
    const message = receiveControl(this.#outbox, channel, bytes);
    switch (message?.kind) {
      case 'cookie':
        session.handleCookie(message.cookie);
        break;
      case 'business-card':
        session.handleBusinessCard(message);
        // BC1 of RFC 5352 §3.9.
        if (this.#cache.get(message.poolHandle) === undefined) this.#request(message.poolHandle, now);
        break;
      case 'error':
        this.#outbox.event({ kind: 'peer-error', channel, reason: describeCauses(message.causes) });
        break;
      default:
        // Refused, unknown, or meant for another role (RFC 5352 §4): no change of state.
        break;
    }
  }

  #onResolution(channel: ChannelId, message: HandleResolutionResponse, now: Instant): void {
    const { poolHandle, elements, causes, acceptedSubscription } = message;
    const asked = this.#resolver.settle(poolHandle);
    if (asked) this.#hunt.settle();
    // Unasked: an update, if one was promised here (RFC 5352 §2.2.5).
    else if (this.#cache.get(poolHandle)?.updatedOn !== channel) return;
    if (causes.length > 0 || elements.length === 0) {
      const unknown = causes.some(({ kind }) => kind === 'unknown-pool-handle');
      this.#resolutionFailed(poolHandle, unknown ? 'unknown-pool' : 'refused', causes, now);
      return;
    }
    const entry: Resolution = {
      poolHandle,
      // Absent means round robin (RFC 5352 §2.2.6).
      policy: message.policy ?? { kind: 'round-robin' },
      elements,
      at: now,
      updatedOn: asked && !acceptedSubscription ? undefined : channel,
      last: undefined,
    };
    this.#cache.put(entry);
    this.#outbox.event(resolvedEvent(entry, asked ? 'registrar' : 'update'));
    for (const session of this.#sessionsOf(poolHandle)) session.handleResolution(now);
  }

  #resolutionFailed(
    poolHandle: PoolHandle,
    failure: ResolutionFailure,
    causes: readonly ErrorCause[],
    now: Instant,
  ): void {
    if (failure === 'unknown-pool') this.#cache.purge(poolHandle);
    const reason = causes.length > 0 ? describeCauses(causes) : FAILURE_TEXT[failure];
    this.#outbox.event({ kind: 'resolution-failed', poolHandle, failure, reason, causes });
    for (const session of this.#sessionsOf(poolHandle)) session.handleResolutionFailure(failure, now);
  }

  #onHome(now: Instant): void {
    this.#outbox.event({ kind: 'home-changed', home: this.#hunt.home?.target, reason: 'found by server hunt' });
    this.#askHome(now);
  }

  /** A registrar that knows nothing of us yet. */
  #askHome(now: Instant): void {
    const { home } = this.#hunt;
    if (home === undefined) return;
    this.#resolver.handleHome(home);
    // Registrars do not share subscriptions (RFC 5352 §2.2.5).
    for (const poolHandle of this.#cache.subscribed()) this.#resolver.request(poolHandle, home, now);
  }

  #dropHome(reason: string, now: Instant): void {
    const hadHome = this.#hunt.home !== undefined;
    this.#hunt.dropHome(reason, now);
    if (hadHome) this.#outbox.event({ kind: 'home-changed', home: undefined, reason });
  }

  #request(poolHandle: PoolHandle, now: Instant): boolean {
    this.start(now);
    return this.#resolver.request(poolHandle, this.#hunt.home, now);
  }

  #reportUnreachable(poolHandle: PoolHandle, peIdentifier: number): void {
    const { home } = this.#hunt;
    if (home !== undefined)
      this.#outbox.control(home.channel, { kind: 'endpoint-unreachable', poolHandle, peIdentifier });
  }

  #sessionsOf({ key }: PoolHandle): UserSession[] {
    return [...this.#sessions.values()].filter((session) => session.poolHandle.key === key);
  }

  #sessionOn(channel: ChannelId): UserSession | undefined {
    const id = this.#channels.get(channel);
    return id === undefined ? undefined : this.#sessions.get(id);
  }

  #require(id: UserSessionId): UserSession {
    const session = this.#sessions.get(id);
    if (session === undefined) {
      throw new RSerPoolError('ERR_RSERPOOL_NO_SESSION', `there is no session ${id}`, { session: id });
    }
    return session;
  }
}

const FAILURE_TEXT: Readonly<Record<ResolutionFailure, string>> = {
  'unknown-pool': 'there is no such pool',
  refused: 'the registrar gave neither elements nor a reason',
  'no-answer': 'the registrar does not answer',
  'no-registrar': 'no registrar can be reached',
};

function resolvedEvent(
  { poolHandle, policy, elements }: Resolution,
  source: Extract<UserEvent, { readonly kind: 'resolved' }>['source'],
): UserEvent {
  return { kind: 'resolved', poolHandle, policy, elements, source };
}
