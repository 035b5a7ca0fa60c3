import type { Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import { receiveAnnouncement } from '../asap/control.ts';
import type { RegistrarChoice } from '../asap/known-registrars.ts';
import type { HomeRegistrar } from '../asap/server-hunt.ts';
import { Dialects } from '../dialects.ts';
import { RSerPoolError } from '../errors.ts';
import { type DataMessage, Outbox } from '../outbox.ts';
import { type ChannelId, type ChannelUp, PPID, type Role, type RoleInput, type RoleOutput } from '../role.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import { type UserConfig, userConfig } from './config.ts';
import type { UserContext } from './context.ts';
import type { DeliveryOptions } from './delivery-options.ts';
import { checkDelivery, type Destination } from './destination.ts';
import { Directory } from './directory.ts';
import type { SessionElement, UserEvent, UserSessionId } from './events.ts';
import { FailedElements } from './failed-elements.ts';
import { PoolSends } from './pool-sends.ts';
import { RequestWatch } from './request-watch.ts';
import { Search } from './search.ts';
import type { Sending } from './sending.ts';
import { checkHandle, checkMessage, checkSessionOptions, type SessionOptions } from './session-options.ts';
import { UserSessions } from './sessions.ts';
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
  readonly #outbox: Outbox<UserEvent>;
  readonly #directory: Directory;
  readonly #failed: FailedElements;
  readonly #context: UserContext;
  readonly #sessions: UserSessions;
  readonly #sends: PoolSends;

  /** @throws ConfigError, or RSerPoolError `ERR_RSERPOOL_NO_REGISTRARS`, `ERR_RSERPOOL_BAD_ARGUMENT` */
  constructor(options: UserRoleOptions) {
    const { registrars, announcements = false, registrarProtocols = ['sctp'], elementProtocols = ['sctp'] } = options;
    if (registrars.length === 0 && !announcements) {
      throw new RSerPoolError(
        'ERR_RSERPOOL_NO_REGISTRARS',
        'a user needs configured registrars, or announcements of registrars',
      );
    }
    this.#config = userConfig(options.config, options.profile);
    this.#outbox = new Outbox(new Dialects(this.#config.dialect));
    const { failedElementHoldMs, maxFailedElements } = this.#config;
    this.#failed = new FailedElements(failedElementHoldMs, maxFailedElements);
    this.#directory = new Directory(this.#outbox, this.#config, registrars, registrarProtocols, options.entropy, {
      resolved: (poolHandle, now) => {
        this.#sessions.resolved(poolHandle, now);
        this.#sends.resolved(poolHandle, now);
      },
      resolutionFailed: (poolHandle, failure, now) => {
        this.#sessions.resolutionFailed(poolHandle, failure, now);
        this.#sends.resolutionFailed(poolHandle, failure, now);
      },
    });
    this.#context = {
      config: this.#config,
      entropy: options.entropy,
      outbox: this.#outbox,
      cache: this.#directory.cache,
      failed: this.#failed,
      protocols: elementProtocols,
      channels: new Map(),
      timed: new Set(),
      isSelf: options.isSelf ?? (() => false),
      requests: new RequestWatch(this.#config.requestProbeMs),
      forget: (session) => this.#sessions.forget(session),
      homeChannel: () => this.#directory.home?.channel,
      resolve: (poolHandle, now) => this.#directory.request(poolHandle, now),
      reportUnreachable: (poolHandle, peIdentifier, now) =>
        this.#directory.reportUnreachable(poolHandle, peIdentifier, now),
    };
    this.#sessions = new UserSessions(this.#context);
    this.#sends = new PoolSends(this.#context);
  }

  /** The home registrar, if there is one. */
  get home(): Readonly<HomeRegistrar> | undefined {
    return this.#directory.home;
  }

  get sessionCount(): number {
    return this.#sessions.count;
  }

  /** Pools whose resolution is kept. */
  get cacheSize(): number {
    return this.#directory.cache.size;
  }

  /**
   * Replaces the configured registrars. A home stays.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  configureRegistrars(registrars: readonly RegistrarChoice[]): void {
    this.#directory.configureRegistrars(registrars);
  }

  /** Looks for a home registrar before there is anything to ask it. RFC 5352 §3.6. */
  start(now: Instant): void {
    this.#directory.start(now);
  }

  /**
   * TRANSLATION.REQUEST: the elements of a pool, from the cache if it has them. RFC 5352 §6.9.1. Answered by `resolved`
   * or `resolution-failed`; after a stale answer a fresh one follows.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_LIMIT`, `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  resolve(poolHandle: PoolHandle, now: Instant): void {
    checkHandle(poolHandle);
    if (!this.#directory.translate(poolHandle, now)) throw this.#tooManyQuestions();
  }

  /**
   * CACHE.POPULATE.REQUEST: asks a registrar, whatever the cache has. RFC 5352 §6.3. Answered as `resolve`.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_LIMIT`, `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  populate(poolHandle: PoolHandle, now: Instant): void {
    checkHandle(poolHandle);
    if (!this.#directory.request(poolHandle, now)) throw this.#tooManyQuestions();
  }

  /** CACHE.PURGE.REQUEST: forgets what is known about a pool. RFC 5352 §6.4. */
  purge(poolHandle: PoolHandle): void {
    this.#directory.cache.purge(poolHandle);
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
    const named = this.#directory.cache.get(poolHandle)?.elements.some(({ identifier }) => identifier === peIdentifier);
    if (named !== true || this.#failed.isHeld(poolHandle, peIdentifier, now)) return;
    this.#failed.add(poolHandle, peIdentifier, now);
    this.#directory.reportUnreachable(poolHandle, peIdentifier, now);
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
    return this.#sessions.open(poolHandle, options, now);
  }

  /**
   * Sends data to the session's element, or queues it until there is one.
   *
   * @returns true if it was sent, false if it was queued
   * @throws RSerPoolError `ERR_RSERPOOL_NO_SESSION`, `ERR_RSERPOOL_QUEUE_FULL`, `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  sendData(session: UserSessionId, message: DataMessage, now: Instant): boolean {
    checkMessage(message);
    return this.#sessions.require(session).sendData(message, now);
  }

  /**
   * DATA.SEND.REQUEST to a pool, to an element, or to a transport address, without a session. RFC 5352 §6.5. Answered by
   * `sent` with the elements, and by `error-report` for every copy that is given up, also later.
   *
   * @returns the number of the message in these events
   * @throws RSerPoolError `ERR_RSERPOOL_QUEUE_FULL`, `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  send(destination: Destination, message: DataMessage, options: DeliveryOptions, now: Instant): number {
    checkMessage(message);
    checkDelivery(destination, options);
    if (destination.poolHandle !== undefined) checkHandle(destination.poolHandle);
    return this.#sends.send(destination, message, options, now);
  }

  /** Channels for messages without a session, for flow control. */
  sendChannels(): ChannelId[] {
    return this.#sends.channels();
  }

  /**
   * Ends a session. What still waits for an element is reported by `send-failed`.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_NO_SESSION`
   */
  closeSession(session: UserSessionId, how: 'shutdown' | 'abort', reason: string): void {
    this.#sessions.require(session).close(how, reason);
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
  stop(reason: string, now: Instant): void {
    this.#sessions.closeAll(reason);
    this.#sends.stop(reason, now);
    this.#directory.stop(reason);
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
        this.#outbox.forget(input.channel);
        this.#onChannelDown(input, now);
        break;
      case 'channel-closing':
        // A registrar that ends is replaced when it has ended.
        this.#onElementGone(input.channel, input.reason, false, now);
        break;
      case 'send-failed':
        this.#onSendFailed(input, now);
        break;
      case 'announcement': {
        const announce = receiveAnnouncement(input.bytes);
        if (announce !== undefined) this.#directory.handleAnnouncement(input.from, announce, now);
        break;
      }
      case 'channel-suspect':
        this.#onSuspect(input.channel);
        break;
      case 'probe-result':
        if (!input.alive) this.#onSilence(input.channel, now);
        break;
    }
  }

  handleTimeout(now: Instant): void {
    this.#directory.handleTimeout(now);
    this.#sessions.handleTimeout(now);
    this.#sends.handleTimeout(now);
  }

  pollOutput(): RoleOutput<UserEvent> | undefined {
    return this.#outbox.poll();
  }

  nextTimeoutAt(): Instant | undefined {
    const sessions = earlier(this.#sessions.nextTimeoutAt(), this.#sends.nextTimeoutAt());
    return earlier(this.#directory.nextTimeoutAt(), sessions);
  }

  #onChannelUp(input: ChannelUp, now: Instant): void {
    const { channel, initiator, peer } = input;
    if (initiator === 'remote') {
      this.#outbox.close(channel, 'abort', 'a pool user takes no channels');
    } else if (this.#directory.handleChannelUp(input, now) === undefined) {
      const conduit = this.#sends.on(channel);
      if (conduit === undefined) this.#sessions.on(channel)?.handleChannelUp(peer, now);
      else this.#sends.handleChannelUp(conduit, peer, now);
    }
  }

  #onChannelDown(input: Extract<RoleInput, { readonly kind: 'channel-down' }>, now: Instant): void {
    const { channel, reason, failed } = input;
    if (this.#directory.handleChannelDown(channel, reason, now) !== undefined) return;
    this.#onElementGone(channel, reason, failed, now);
  }

  /** For a session or a conduit the channel is over, and forgotten: what follows on it concerns nobody. */
  #onElementGone(channel: ChannelId, reason: string, failed: boolean, now: Instant): void {
    const conduit = this.#sends.on(channel);
    if (conduit === undefined) this.#sessions.handleChannelDown(channel, reason, failed, now);
    else this.#sends.handleChannelDown(conduit, reason, failed, now);
  }

  #onSendFailed(input: Extract<RoleInput, { readonly kind: 'send-failed' }>, now: Instant): void {
    const { channel, ppid, bytes, streamId, unordered, context } = input;
    const conduit = this.#sends.on(channel);
    if (this.#directory.isHome(channel)) this.#directory.handleSendFailed(now);
    else if (conduit !== undefined && context !== undefined) {
      this.#sends.handleSendFailed(conduit, context as Sending, now);
    } else if (ppid !== PPID.asap) this.#sessions.on(channel)?.handleSendFailed({ bytes, ppid, streamId, unordered });
  }

  #onSuspect(channel: ChannelId): void {
    const conduit = this.#sends.on(channel);
    if (this.#directory.isHome(channel)) this.#directory.handleSuspect(channel);
    else if (conduit !== undefined) this.#sends.handleSuspect(conduit);
    else this.#sessions.handleSuspect(channel);
  }

  #onSilence(channel: ChannelId, now: Instant): void {
    const conduit = this.#sends.on(channel);
    if (this.#directory.isHome(channel)) this.#directory.handleSilence(now);
    else if (conduit !== undefined) this.#sends.handleSilence(conduit, now);
    else this.#sessions.handleSilence(channel);
  }

  /** The peer forgot everything: a registrar our questions, an element the session. */
  #onRestart(channel: ChannelId, now: Instant): void {
    if (this.#directory.isHome(channel)) this.#directory.askHome(now);
    else this.#sessions.on(channel)?.handleRestart(now);
  }

  #onMessage(input: Extract<RoleInput, { readonly kind: 'message' }>, now: Instant): void {
    const { channel, ppid, bytes } = input;
    const session = this.#sessions.on(channel);
    const conduit = this.#sends.on(channel);
    if (conduit !== undefined) {
      // Cookies and business cards belong to sessions.
      if (ppid !== PPID.asap) this.#sends.handleData(conduit, input, now);
    } else if (session !== undefined) this.#sessions.handleMessage(session, input, now);
    else if (ppid === PPID.asap && this.#directory.isHome(channel)) {
      this.#directory.handleMessage(channel, bytes, now);
    }
  }

  #tooManyQuestions(): RSerPoolError {
    return new RSerPoolError('ERR_RSERPOOL_LIMIT', `${this.#config.maxCacheEntries} resolutions are under way`);
  }
}
