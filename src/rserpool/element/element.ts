import type { Entropy, Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import type { PeerIdentity } from '../access/identity.ts';
import { describeCauses } from '../asap/cause-text.ts';
import { receiveAnnouncement, receiveControl } from '../asap/control.ts';
import type { RegistrarChoice } from '../asap/known-registrars.ts';
import { type HomeRegistrar, ServerHunt } from '../asap/server-hunt.ts';
import { Dialects } from '../dialects.ts';
import { RSerPoolError } from '../errors.ts';
import { type DataMessage, Outbox } from '../outbox.ts';
import { type ChannelId, type ChannelUp, PPID, type Role, type RoleInput, type RoleOutput } from '../role.ts';
import type { EndpointKeepAlive } from '../wire/asap.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import { type ElementConfig, elementConfig } from './config.ts';
import type { ElementRoleOptions } from './element-options.ts';
import type { ElementEvent, ElementSessionId } from './events.ts';
import { HomeWatch } from './home-watch.ts';
import { KeepAliveLimit } from './keep-alive-limit.ts';
import { newProfile, type RegistrationRequest, type RegistrationUpdate } from './profile.ts';
import { Registrations } from './registrations.ts';
import { ElementSessions } from './sessions.ts';

/**
 * Pool element: registers with a home registrar and stays registered, answers keep-alives, and serves users' sessions.
 * RFC 5352 §3.1, §3.2, §3.4, §3.6 to §3.9.
 *
 * One role may register any number of elements in any number of pools; all of them share the home registrar and the
 * endpoint that users connect to. Primitives of RFC 5352 §6: `register` and `update` are REGISTRATION.REQUEST,
 * `deregister` is DEREGISTRATION.REQUEST, `sendData` is DATA.SEND.REQUEST to an association, the event `data` is
 * DATA.RECEIVED, the events `send-failed`, `registration-failed` and `registration-rejected` are ERROR.REPORT.
 */
export class ElementRole implements Role<ElementEvent> {
  readonly #config: ElementConfig;
  readonly #entropy: Entropy;
  readonly #outbox: Outbox<ElementEvent>;
  readonly #hunt: ServerHunt<ElementEvent>;
  readonly #sessions: ElementSessions;
  readonly #homeWatch: HomeWatch;
  readonly #registrations: Registrations;
  readonly #keepAlives: KeepAliveLimit;

  /** @throws ConfigError, or RSerPoolError `ERR_RSERPOOL_NO_REGISTRARS`, `ERR_RSERPOOL_BAD_ARGUMENT` */
  constructor({ registrars, announcements = false, isRegistrar, profile, config, entropy }: ElementRoleOptions) {
    if (registrars.length === 0 && !announcements) {
      throw new RSerPoolError(
        'ERR_RSERPOOL_NO_REGISTRARS',
        'an element needs configured registrars, or announcements of registrars',
      );
    }
    this.#config = elementConfig(config, profile);
    this.#outbox = new Outbox(new Dialects(this.#config.dialect));
    this.#entropy = entropy;
    this.#hunt = new ServerHunt(this.#outbox, registrars, ['sctp'], this.#config);
    this.#registrations = new Registrations(this.#outbox, this.#config);
    this.#homeWatch = new HomeWatch(this.#config.homeSilenceMs);
    this.#keepAlives = new KeepAliveLimit(this.#config.keepAlivesPerSecond);
    this.#sessions = new ElementSessions(this.#outbox, this.#config, isRegistrar, () =>
      this.#registrations.cards(this.#hunt.home),
    );
  }

  /** The home registrar, if there is one. */
  get home(): Readonly<HomeRegistrar> | undefined {
    return this.#hunt.home;
  }

  /** Whether there is a registration, or one is asked for. */
  get isRegistered(): boolean {
    return !this.#registrations.isEmpty;
  }

  /**
   * Replaces the configured registrars. A home stays.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  configureRegistrars(registrars: readonly RegistrarChoice[]): void {
    this.#hunt.configure(registrars);
  }

  /** Others count as registrars from now on, for an element whose channels are secured. See {@link ElementRoleOptions}. */
  recognizeRegistrars(isRegistrar: (peer: PeerIdentity) => boolean): void {
    this.#sessions.recognizeRegistrars(isRegistrar);
  }

  /** Users that are connected. */
  get sessionCount(): number {
    return this.#sessions.count;
  }

  /**
   * Enters a pool, and stays in it until `deregister`. Answered by `registered`, `registration-rejected` or
   * `registration-failed`.
   *
   * @returns the PE identifier
   * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`, `ERR_RSERPOOL_LIMIT`
   */
  register(request: RegistrationRequest, now: Instant): number {
    const profile = newProfile(request, {
      peIdentifier: 1 + (this.#entropy.u32() % 0xffffffff),
      registrationLifeS: this.#config.registrationLifeS,
    });
    const registration = this.#registrations.add(profile);
    const { home } = this.#hunt;
    if (home === undefined) this.#hunt.start(now);
    else registration.handleHome(home, now);
    this.#sweep();
    return profile.peIdentifier;
  }

  /**
   * Changes policy values (the load, say), life or business card by registering again. RFC 5352 §3.1.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_NOT_REGISTERED`, `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  update(poolHandle: PoolHandle, peIdentifier: number, change: RegistrationUpdate, now: Instant): void {
    this.#registrations.update(poolHandle, peIdentifier, change, this.#hunt.home, now);
    this.#sweep();
  }

  /**
   * Leaves the pool; sessions go on (RFC 5352 §3.2). Answered by `deregistered` or `deregistration-rejected`.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_NOT_REGISTERED`
   */
  deregister(poolHandle: PoolHandle, peIdentifier: number, now: Instant): void {
    this.#registrations.require(poolHandle, peIdentifier).deregister(this.#hunt.home, now);
    this.#sweep();
  }

  /** Leaves all pools. */
  deregisterAll(now: Instant): void {
    this.#registrations.deregisterAll(this.#hunt.home, now);
    this.#sweep();
  }

  /**
   * Leaves all pools and takes no more users; those that are there stay. Answered by `drained` when the last one is gone,
   * beside what `deregister` is answered by.
   */
  drain(now: Instant): void {
    this.deregisterAll(now);
    this.#sessions.drain();
  }

  /**
   * Sends data to a user.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_NO_SESSION`, `ERR_RSERPOOL_BAD_ARGUMENT` (PPID 11)
   */
  sendData(session: ElementSessionId, message: DataMessage): void {
    this.#sessions.sendData(session, message);
  }

  /**
   * Gives the user a cookie: what the next element needs to go on with the session. It replaces the one before.
   * RFC 5352 §3.8.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_NO_SESSION`, `ERR_RSERPOOL_NO_CONTROL_CHANNEL`, `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  setCookie(session: ElementSessionId, cookie: Uint8Array): void {
    this.#requireControl();
    this.#sessions.setCookie(session, cookie);
  }

  /**
   * Tells the user which elements to turn to when this one fails. RFC 5352 §3.9.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_NO_SESSION`, `ERR_RSERPOOL_NO_CONTROL_CHANNEL`
   */
  sendBusinessCard(session: ElementSessionId, poolHandle: PoolHandle, elements: readonly PoolElementParameter[]): void {
    this.#requireControl();
    this.#sessions.sendBusinessCard(session, { kind: 'business-card', poolHandle, elements });
  }

  /** @throws RSerPoolError `ERR_RSERPOOL_NO_SESSION` */
  closeSession(session: ElementSessionId, how: 'shutdown' | 'abort', reason: string): void {
    this.#sessions.close(session, how, reason);
  }

  /** Closes all channels, to users and to the registrar. To leave in good order, `deregister` first. */
  stop(reason: string): void {
    this.#registrations.clear();
    this.#hunt.stop(reason);
    this.#sessions.closeAll(reason);
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
        if (input.ppid === PPID.asap) this.#onControl(input.channel, input.bytes, now);
        else this.#sessions.handleData(input.channel, input.ppid, input.streamId, input.bytes);
        break;
      case 'channel-down':
        this.#outbox.forget(input.channel);
        this.#keepAlives.forget(input.channel);
        if (this.#hunt.handleChannelDown(input.channel, now) === 'home-lost') this.#onHomeLost(input.reason);
        else this.#sessions.handleChannelDown(input.channel, input.reason, input.failed);
        break;
      case 'send-failed':
        this.#onSendFailed(input.channel, input.ppid, input.bytes, now);
        break;
      case 'announcement': {
        const announce = receiveAnnouncement(input.bytes);
        if (announce !== undefined) this.#hunt.handleAnnouncement(input.from, announce, now);
        break;
      }
      case 'channel-suspect':
        // A user that is gone is SCTP's business.
        if (this.#hunt.home?.channel === input.channel) this.#outbox.probe(input.channel);
        break;
      case 'probe-result':
        this.#onProbeResult(input.channel, input.alive, now);
        break;
      case 'channel-closing':
        // Nothing to do before it is down.
        break;
    }
    this.#sweep();
    this.#homeWatch.follow(this.#hunt.home?.channel, now);
  }

  handleTimeout(now: Instant): void {
    this.#hunt.handleTimeout(now);
    this.#sessions.handleTimeout(now);
    const unanswered = this.#registrations.handleTimeout(this.#hunt.home, now);
    this.#sweep();
    if (unanswered && !this.#registrations.isEmpty) this.#dropHome('the registrar does not answer', now);
    this.#sweep();
    const { home } = this.#hunt;
    if (this.#homeWatch.handleTimeout(now) && home !== undefined) this.#outbox.probe(home.channel);
    this.#homeWatch.follow(home?.channel, now);
  }

  pollOutput(): RoleOutput<ElementEvent> | undefined {
    return this.#outbox.poll();
  }

  nextTimeoutAt(): Instant | undefined {
    let next = earlier(this.#hunt.nextTimeoutAt(), this.#sessions.nextTimeoutAt());
    next = earlier(next, this.#registrations.nextTimeoutAt());
    return earlier(next, this.#homeWatch.nextTimeoutAt());
  }

  #onChannelUp(input: ChannelUp, now: Instant): void {
    if (input.initiator === 'remote') {
      this.#sessions.handleChannelUp(input, now);
    } else if (this.#hunt.handleChannelUp(input) === 'home-found') {
      this.#onHome('found by server hunt', now);
    }
  }

  /** The peer forgot everything: a registrar has lost our registrations, a user begins anew. */
  #onRestart(channel: ChannelId, now: Instant): void {
    const { home } = this.#hunt;
    if (home?.channel === channel) this.#registrations.handleHome(home, now);
    else this.#sessions.handleRestart(channel);
  }

  #onHome(reason: string, now: Instant): void {
    const { home } = this.#hunt;
    if (home === undefined) return;
    this.#outbox.event({ kind: 'home-changed', home: home.target, peer: home.peer, reason });
    this.#registrations.handleHome(home, now);
  }

  #onHomeLost(reason: string): void {
    this.#outbox.event({ kind: 'home-changed', home: undefined, reason });
    this.#registrations.handleHomeLost();
  }

  #dropHome(reason: string, now: Instant): void {
    const hadHome = this.#hunt.home !== undefined;
    this.#hunt.dropHome(reason, now);
    if (hadHome) this.#onHomeLost(reason);
  }

  /** A registrar that answers to nothing is given up as one to which nothing can be sent. RFC 5352 §3.7.1. */
  #onProbeResult(channel: ChannelId, alive: boolean, now: Instant): void {
    if (this.#hunt.home?.channel !== channel) return;
    if (alive) this.#homeWatch.heard(now);
    else this.#dropHome('the registrar gives no sign of life', now);
  }

  #onSendFailed(channel: ChannelId, ppid: number, bytes: Uint8Array, now: Instant): void {
    // RFC 5352 §3.7.1: not to the same registrar again; what was asked is asked anew after the hunt.
    if (this.#hunt.home?.channel === channel) this.#dropHome('a message could not be sent to the registrar', now);
    else this.#sessions.handleSendFailed(channel, ppid, bytes);
  }

  #onControl(channel: ChannelId, bytes: Uint8Array, now: Instant): void {
    const { home } = this.#hunt;
    const fromHome = home?.channel === channel;
    if (!fromHome && !this.#sessions.has(channel)) return;
    const message = receiveControl(this.#outbox, channel, bytes);
    if (fromHome && message !== undefined) {
      this.#hunt.heard();
      this.#homeWatch.heard(now);
    }
    if (fromHome) this.#noteDialect(home, now);
    switch (message?.kind) {
      case 'registration-response':
        // Only the home registrar was asked.
        if (fromHome) {
          const { poolHandle, peIdentifier } = message;
          this.#registrations.find(poolHandle, peIdentifier)?.handleRegistrationResponse(message, home, now);
        }
        break;
      case 'deregistration-response':
        if (fromHome) {
          const { poolHandle, peIdentifier } = message;
          this.#registrations.find(poolHandle, peIdentifier)?.handleDeregistrationResponse(message, home, now);
        }
        break;
      case 'endpoint-keep-alive':
        if (fromHome || this.#sessions.mayCommand(channel)) this.#onKeepAlive(channel, message, now);
        break;
      case 'cookie-echo':
        if (this.#registrations.haveControl) this.#sessions.handleCookieEcho(channel, message.cookie);
        break;
      case 'business-card':
        if (this.#registrations.haveControl) this.#sessions.handleBusinessCard(channel, message);
        break;
      case 'error':
        this.#outbox.event({ kind: 'peer-error', channel, reason: describeCauses(message.causes) });
        break;
      default:
        // Refused, unknown, or meant for another role (RFC 5352 §4): no change of state.
        break;
    }
  }

  /** A registrar that turns out to be one of rsplib took our lives for milliseconds: it gets them at once as it wants. */
  #noteDialect(home: HomeRegistrar, now: Instant): void {
    const { dialects } = this.#outbox;
    if (home.dialect !== undefined || !dialects.isDecided(home.channel)) return;
    home.dialect = dialects.of(home.channel);
    this.#hunt.noteDialect(home.dialect);
    if (home.dialect === 'rsplib') this.#registrations.handleRsplibHome(home, now);
  }

  /** KA1 and KA2 of RFC 5352 §3.4. */
  #onKeepAlive(channel: ChannelId, message: EndpointKeepAlive, now: Instant): void {
    const asked = this.#registrations.askedBy(message);
    if (asked.length === 0) return;
    for (const { profile } of asked) {
      if (!this.#keepAlives.take(channel, now)) break;
      const { poolHandle, peIdentifier } = profile;
      this.#outbox.control(channel, { kind: 'endpoint-keep-alive-ack', poolHandle, peIdentifier });
    }
    const { home } = this.#hunt;
    if (home?.channel === channel) {
      home.identifier = message.registrarIdentifier;
      this.#homeWatch.keepAlive(now);
      return;
    }
    const registrar = this.#sessions.handleKeepAlive(channel);
    // Without a home, whoever asks is as good as any that a hunt may find. It would not find this one: there is never more
    // than one association between two endpoints (RFC 9260 §1.3).
    if (registrar === undefined || (!message.home && home !== undefined)) return;
    if (home !== undefined && home.identifier === message.registrarIdentifier) return;
    // KA2.4: the sender is home from now on.
    this.#sessions.release(channel);
    const { remote: target, local, peer } = registrar;
    const adopted: HomeRegistrar = { channel, target, local, peer, identifier: message.registrarIdentifier };
    this.#hunt.adopt(adopted);
    const reason = message.home ? 'a registrar took over' : 'a registrar asked that owns an element here';
    this.#outbox.event({ kind: 'home-changed', home: target, peer, reason });
    this.#registrations.handleHome(adopted, now);
  }

  /** Without any registration there is nothing to say to a registrar. */
  #sweep(): void {
    if (this.#registrations.sweep()) this.#hunt.stop('no registration is left');
  }

  #requireControl(): void {
    if (!this.#registrations.haveControl) {
      throw new RSerPoolError('ERR_RSERPOOL_NO_CONTROL_CHANNEL', 'the pool carries data only (RFC 5352 §3.8)');
    }
  }
}
