import type { Instant } from '../../base/contract.ts';
import { Deque } from '../../base/deque.ts';
import { identityText, type PeerIdentity } from '../access/identity.ts';
import { RSerPoolError } from '../errors.ts';
import type { DataMessage, Outbox } from '../outbox.ts';
import { type ChannelId, type ChannelUp, PPID, type TransportTarget } from '../role.ts';
import type { BusinessCard } from '../wire/asap.ts';
import type { ElementConfig } from './config.ts';
import type { ElementRoleOptions } from './element-options.ts';
import type { ElementEvent, ElementSessionId } from './events.ts';

/** What stands behind a channel that somebody opened. */
interface Incoming {
  readonly channel: ChannelId;
  readonly remote: TransportTarget;
  readonly local: TransportTarget;
  readonly peer: PeerIdentity | undefined;
  /** `registrar`: it sent a keep-alive before anything that users send. */
  kind: 'undecided' | 'session' | 'registrar';
  /** When silence makes it a session. */
  readonly decideAt: Instant;
  /** It has sent what only users send. */
  talked: boolean;
  /** We are closing it: what still arrives is delivered, nothing is sent. */
  closing: boolean;
}

/** Longest cookie that fits into a message. RFC 5352 §2.2.11. */
const MAX_COOKIE_BYTES = 65_527;

/** The channels that others open to an element: users' sessions, and registrars that take over. RFC 5352 §3.8, §5. */
export class ElementSessions {
  readonly #outbox: Outbox<ElementEvent>;
  readonly #config: ElementConfig;
  #isRegistrar: ElementRoleOptions['isRegistrar'];
  /** Cards for a session that begins. */
  readonly #cards: () => readonly BusinessCard[];
  readonly #incoming = new Map<ChannelId, Incoming>();
  /** Channels that may be undecided, in the order of their deadlines. */
  readonly #undecided = new Deque<ChannelId>();
  /** Nobody comes in any more: until the last session has ended, or after that. */
  #draining: 'no' | 'draining' | 'drained' = 'no';

  constructor(
    outbox: Outbox<ElementEvent>,
    config: ElementConfig,
    isRegistrar: ElementRoleOptions['isRegistrar'],
    cards: () => readonly BusinessCard[],
  ) {
    this.#outbox = outbox;
    this.#config = config;
    this.#isRegistrar = isRegistrar;
    this.#cards = cards;
  }

  /** Users that are connected. */
  get count(): number {
    let count = 0;
    for (const incoming of this.#incoming.values()) if (incoming.kind === 'session') count++;
    return count;
  }

  has(channel: ChannelId): boolean {
    return this.#incoming.has(channel);
  }

  /** Who is a registrar, from now on. */
  recognizeRegistrars(isRegistrar: (peer: PeerIdentity) => boolean): void {
    this.#isRegistrar = isRegistrar;
  }

  /** Takes no more channels, and tells by `drained` when the last session has ended. */
  drain(): void {
    if (this.#draining === 'no') this.#draining = 'draining';
    this.#checkDrained();
  }

  handleChannelUp({ channel, remote, local, peer }: ChannelUp, now: Instant): void {
    if (this.#isRegistrar !== undefined && peer === undefined) {
      // RFC 5352 §9.3: nobody who is not secured.
      this.#deny(channel, peer, 'channel', 'this element is secured: TLS is needed');
      return;
    }
    if (this.#draining !== 'no') {
      // An abort: to any user that is a failure, after which it turns to another element.
      this.#outbox.close(channel, 'abort', 'the element is leaving its pool');
      return;
    }
    if (this.#incoming.size >= this.#config.maxIncomingChannels) {
      this.#outbox.close(channel, 'abort', 'too many channels');
      this.#outbox.event({ kind: 'limit-reached', limit: 'maxIncomingChannels' });
      return;
    }
    const decideAt = now + this.#config.sessionDecisionMs;
    const state = { kind: 'undecided', decideAt, talked: false, closing: false } as const;
    this.#incoming.set(channel, { channel, remote, local, peer, ...state });
    this.#undecided.push(channel);
  }

  /** The peer of a session lost its state: that session is over, and another one begins. */
  handleRestart(channel: ChannelId): void {
    const incoming = this.#incoming.get(channel);
    if (incoming?.kind !== 'session') return;
    this.#outbox.event({ kind: 'session-closed', session: channel, reason: 'the user restarted', failed: true });
    this.#open(incoming);
  }

  handleChannelDown(channel: ChannelId, reason: string, failed: boolean): void {
    const incoming = this.#incoming.get(channel);
    this.#incoming.delete(channel);
    if (incoming?.kind === 'session') {
      this.#outbox.event({ kind: 'session-closed', session: channel, reason, failed });
    }
    this.#checkDrained();
  }

  handleData(channel: ChannelId, ppid: number, streamId: number, bytes: Uint8Array): void {
    if (this.#asUser(channel)) this.#outbox.event({ kind: 'data', session: channel, ppid, streamId, bytes });
  }

  handleCookieEcho(channel: ChannelId, cookie: Uint8Array): void {
    if (this.#asUser(channel)) this.#outbox.event({ kind: 'cookie-echo', session: channel, cookie });
  }

  handleBusinessCard(channel: ChannelId, card: BusinessCard): void {
    if (this.#asUser(channel)) this.#outbox.event({ kind: 'business-card', session: channel, card });
  }

  handleSendFailed(channel: ChannelId, ppid: number, bytes: Uint8Array): void {
    if (ppid !== PPID.asap && this.#incoming.get(channel)?.kind === 'session') {
      this.#outbox.event({ kind: 'send-failed', session: channel, ppid, bytes });
    }
  }

  /**
   * A command of registrars came on the channel: may it? Who may not is sent away (RFC 5355 §2.6.3). Without TLS there is
   * nobody to tell apart.
   */
  mayCommand(channel: ChannelId): boolean {
    const incoming = this.#incoming.get(channel);
    if (incoming === undefined) return false;
    const { peer } = incoming;
    if (this.#isRegistrar === undefined || (peer !== undefined && this.#isRegistrar(peer))) return true;
    const why = 'only registrars command this element';
    this.handleChannelDown(channel, why, true);
    this.#deny(channel, peer, 'endpoint-keep-alive', why);
    return false;
  }

  /**
   * A keep-alive came on the channel: is it a registrar's? Not if its peer behaved as a user before, for then anybody
   * who may connect could make itself the element's home.
   */
  handleKeepAlive(channel: ChannelId): Pick<ChannelUp, 'remote' | 'local' | 'peer'> | undefined {
    const incoming = this.#incoming.get(channel);
    if (incoming === undefined || incoming.talked) return undefined;
    if (incoming.kind === 'session') {
      this.#outbox.event({
        kind: 'session-closed',
        session: channel,
        reason: 'the peer is a registrar',
        failed: false,
      });
    }
    incoming.kind = 'registrar';
    return incoming;
  }

  /** Gives the channel away, to one who will look after it. */
  release(channel: ChannelId): void {
    this.#incoming.delete(channel);
  }

  handleTimeout(now: Instant): void {
    for (let next = this.#firstUndecided(); next !== undefined && next.decideAt <= now; next = this.#firstUndecided()) {
      this.#open(next);
    }
  }

  nextTimeoutAt(): Instant | undefined {
    return this.#firstUndecided()?.decideAt;
  }

  sendData(session: ElementSessionId, message: DataMessage): void {
    this.#require(session);
    if (message.ppid === PPID.asap) {
      throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', 'PPID 11 is reserved for ASAP (RFC 5352 §5)', { session });
    }
    this.#outbox.data(session, message);
  }

  setCookie(session: ElementSessionId, cookie: Uint8Array): void {
    this.#require(session);
    if (cookie.length > MAX_COOKIE_BYTES) {
      throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `a cookie has at most ${MAX_COOKIE_BYTES} bytes`, {
        bytes: cookie.length,
      });
    }
    this.#outbox.control(session, { kind: 'cookie', cookie });
  }

  sendBusinessCard(session: ElementSessionId, card: BusinessCard): void {
    this.#require(session);
    this.#outbox.control(session, card);
  }

  close(session: ElementSessionId, how: 'shutdown' | 'abort', reason: string): void {
    this.#require(session).closing = true;
    this.#outbox.close(session, how, reason);
  }

  closeAll(reason: string): void {
    for (const incoming of this.#incoming.values()) {
      if (!incoming.closing) this.#outbox.close(incoming.channel, 'shutdown', reason);
      incoming.closing = true;
    }
  }

  /** Something came that only users send. False if the channel is not a user's. */
  #asUser(channel: ChannelId): boolean {
    const incoming = this.#incoming.get(channel);
    if (incoming === undefined || incoming.kind === 'registrar') return false;
    incoming.talked = true;
    if (incoming.kind === 'undecided') this.#open(incoming);
    return true;
  }

  /** The undecided channel whose deadline comes first; drops those that were decided before. */
  #firstUndecided(): Incoming | undefined {
    for (let channel = this.#undecided.at(0); channel !== undefined; channel = this.#undecided.at(0)) {
      const incoming = this.#incoming.get(channel);
      if (incoming?.kind === 'undecided') return incoming;
      this.#undecided.shift();
    }
    return undefined;
  }

  #checkDrained(): void {
    if (this.#draining !== 'draining') return;
    for (const { kind } of this.#incoming.values()) if (kind !== 'registrar') return;
    this.#draining = 'drained';
    this.#outbox.event({ kind: 'drained' });
  }

  #deny(
    channel: ChannelId,
    peer: PeerIdentity | undefined,
    what: 'channel' | 'endpoint-keep-alive',
    why: string,
  ): void {
    this.#outbox.close(channel, 'abort', why);
    this.#outbox.event({ kind: 'access-denied', who: identityText(peer), what, why, channel });
  }

  #open(incoming: Incoming): void {
    const { channel, remote, peer } = incoming;
    incoming.kind = 'session';
    this.#outbox.event({
      kind: 'session-opened',
      session: channel,
      remote,
      ...(peer !== undefined && { peer }),
    });
    for (const card of this.#cards()) this.#outbox.control(channel, card);
  }

  #require(session: ElementSessionId): Incoming {
    const incoming = this.#incoming.get(session);
    if (incoming?.kind !== 'session' || incoming.closing) {
      throw new RSerPoolError('ERR_RSERPOOL_NO_SESSION', `there is no session ${session}`, { session });
    }
    return incoming;
  }
}
