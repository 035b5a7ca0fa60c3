import type { Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import type { PeerIdentity } from '../access/identity.ts';
import { sameEndpoint } from '../endpoint-match.ts';
import type { Outbox } from '../outbox.ts';
import { type AnnouncementSource, type ChannelId, type ChannelUp, PPID, type TransportTarget } from '../role.ts';
import type { ServerAnnounce } from '../wire/asap.ts';
import type { Dialect } from '../wire/dialect.ts';
import {
  type KnownRegistrar,
  KnownRegistrars,
  type KnownRegistrarsConfig,
  type RegistrarChoice,
  targetKey,
} from './known-registrars.ts';

/** Times and limits of {@link ServerHunt}; see `asapSettings`. */
export interface ServerHuntConfig extends KnownRegistrarsConfig {
  readonly t5ServerhuntMs: number;
  readonly maxRegistrarAssociations: number;
}

/** The registrar that gets all requests. RFC 5352 §1.1. */
export interface HomeRegistrar {
  readonly channel: ChannelId;
  /** Where the registrar is, as seen from here. */
  readonly target: TransportTarget;
  /** Our own side of the channel. */
  readonly local: TransportTarget;
  /** Who it has proven to be; undefined without TLS. */
  readonly peer?: PeerIdentity | undefined;
  /** Server Identifier, once a message told it. */
  identifier: number | undefined;
  /** What it speaks, once that is known. */
  dialect?: Dialect | undefined;
}

/** What an input meant to the hunt. `undefined`: the channel is none of its own. */
export type HuntResult =
  /** `home` is a new one: outstanding requests go there. */
  | 'home-found'
  /** `home` is gone and a hunt runs. */
  | 'home-lost'
  /** An attempt failed, or a surplus channel came or went. */
  | 'attempt-over'
  | undefined;

/**
 * Server hunt: finds a home registrar and keeps it. RFC 5352 §3.6, rules SH1 to SH6.
 *
 * Up to three registrars are tried at once, the first one that comes up wins, the others are closed. A hunt may run
 * beside a home that is silent but connected (§3.7.2); then the home counts among the three.
 */
export class ServerHunt<Event> {
  readonly #outbox: Outbox<Event>;
  readonly #config: ServerHuntConfig;
  readonly #known: KnownRegistrars;
  /** The channels that are being set up, and to whom. */
  readonly #attempts = new Map<ChannelId, KnownRegistrar>();
  /** Whether the latest attempt was one with an announced registrar. */
  #triedAnnounced = false;
  /** What was tried in the current round. */
  readonly #tried = new Set<string>();
  /** Until when not to call registrars that ended an association without an answer. */
  readonly #avoided = new Map<string, { readonly target: TransportTarget; readonly until: Instant }>();
  #home: HomeRegistrar | undefined;
  /** The home has answered something: it is not only there, it works. */
  #homeWorks = false;
  #t5At: Instant | undefined;
  #t5Ms: number;

  constructor(
    outbox: Outbox<Event>,
    registrars: readonly RegistrarChoice[],
    protocols: readonly TransportTarget['protocol'][],
    config: ServerHuntConfig,
  ) {
    this.#outbox = outbox;
    this.#config = config;
    this.#known = new KnownRegistrars(registrars, protocols, config);
    this.#t5Ms = config.t5ServerhuntMs;
  }

  get home(): HomeRegistrar | undefined {
    return this.#home;
  }

  get hunting(): boolean {
    return this.#t5At !== undefined;
  }

  /** Begins a hunt, or goes on with the one that runs. A home that is there stays until another registrar comes up. */
  start(now: Instant): void {
    if (this.hunting) {
      // The home is gone while a hunt ran beside it: there is room for one more, and it may be called again itself.
      this.#fill();
      return;
    }
    this.#t5Ms = this.#config.t5ServerhuntMs;
    this.#beginRound(now);
  }

  /**
   * Replaces the configured registrars, where names have other addresses now. A home stays.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`
   */
  configure(registrars: readonly RegistrarChoice[]): void {
    this.#known.configure(registrars);
    if (this.hunting) this.#fill();
  }

  /** The home registrar has answered. */
  heard(): void {
    this.#homeWorks = true;
  }

  /** The home registrar turned out to speak this: it will be spoken from the beginning when it is called again. */
  noteDialect(dialect: Dialect): void {
    if (this.#home !== undefined) this.#known.setDialect(this.#home.target, dialect);
  }

  /** Ends a hunt that is no longer needed, because the home answered after all. */
  settle(): void {
    if (!this.hunting) return;
    this.#endRound('the home registrar answers again');
    this.#t5Ms = this.#config.t5ServerhuntMs;
  }

  /** Gives up a home that does not answer, and hunts; it is the last one to be tried again. */
  dropHome(reason: string, now: Instant): void {
    if (this.#home !== undefined) {
      this.#outbox.close(this.#home.channel, 'abort', reason);
      this.#forgetHome();
    }
    this.start(now);
  }

  /** A registrar made itself our home over a channel that it opened. RFC 5352 §3.4 KA2.4. */
  adopt(home: HomeRegistrar): void {
    this.#endRound('another registrar became home');
    this.#install(home);
    this.heard();
  }

  /** Closes everything. */
  stop(reason: string): void {
    this.#endRound(reason);
    if (this.#home !== undefined) this.#outbox.close(this.#home.channel, 'shutdown', reason);
    this.#home = undefined;
  }

  handleChannelUp({ channel, remote, local, peer }: ChannelUp): HuntResult {
    if (!this.#attempts.delete(channel)) return undefined;
    this.#endRound('another registrar was faster');
    this.#install({ channel, target: remote, local, peer, identifier: undefined });
    return 'home-found';
  }

  handleChannelDown(channel: ChannelId, now: Instant): HuntResult {
    if (this.#home?.channel === channel) {
      if (!this.#homeWorks) this.#avoid(this.#home.target, now);
      this.#forgetHome();
      this.start(now);
      return 'home-lost';
    }
    if (!this.#attempts.delete(channel)) return undefined;
    // SH4: the next address at once. When all were tried, T5 ends the round.
    this.#fill();
    return 'attempt-over';
  }

  handleAnnouncement(from: AnnouncementSource, message: ServerAnnounce, now: Instant): void {
    if (this.#known.handleAnnouncement(from, message, now) && this.hunting) this.#fill();
  }

  handleTimeout(now: Instant): void {
    this.#known.handleTimeout(now);
    if (this.#t5At === undefined || now < this.#t5At) return;
    // SH5: twice as long, give up what hangs, and other addresses first.
    this.#endRound('no answer within T5-Serverhunt');
    this.#t5Ms = Math.min(2 * this.#t5Ms, this.#config.retranMaxMs);
    this.#beginRound(now);
  }

  nextTimeoutAt(): Instant | undefined {
    return earlier(this.#t5At, this.#known.nextTimeoutAt());
  }

  /**
   * A registrar that takes an association and ends it without an answer, as one that is still starting does, is left
   * alone for T5. Calling it at once would be a loop without a pause.
   */
  #avoid(target: TransportTarget, now: Instant): void {
    this.#avoided.set(targetKey(target), { target, until: now + this.#config.t5ServerhuntMs });
  }

  #beginRound(now: Instant): void {
    this.#tried.clear();
    for (const [key, { until }] of this.#avoided) if (until <= now) this.#avoided.delete(key);
    this.#t5At = now + this.#t5Ms;
    this.#fill();
  }

  #endRound(reason: string): void {
    for (const channel of this.#attempts.keys()) this.#outbox.close(channel, 'abort', reason);
    this.#attempts.clear();
    this.#t5At = undefined;
  }

  /** SH1: as many attempts as may run at once. */
  #fill(): void {
    const free = this.#config.maxRegistrarAssociations - (this.#home === undefined ? 0 : 1);
    const open = this.#known.candidates().filter((each) => this.#isOpen(each));
    for (const each of open) {
      if (this.#attempts.size >= free) return;
      if (this.#mustWait(each, open, free)) continue;
      const { target, isAnnounced } = each;
      this.#tried.add(targetKey(target));
      this.#known.markTried(target);
      this.#attempts.set(this.#outbox.connect(target, PPID.asap), each);
      this.#triedAnnounced = isAnnounced;
    }
  }

  #isOpen({ target }: KnownRegistrar): boolean {
    return !this.#tried.has(targetKey(target)) && !this.#isHome(target) && !this.#isAvoided(target);
  }

  /**
   * Those of a lower rank wait until the ones before have failed, or have used up their round. Announcements can be forged:
   * for who is announced nobody waits who is configured, and there is always a place left for one of those, or every second
   * one if there is a single place (RFC 5355 §2.12).
   */
  #mustWait({ rank, isAnnounced }: KnownRegistrar, open: readonly KnownRegistrar[], free: number): boolean {
    const underWay = [...this.#attempts.values()];
    const before = isAnnounced ? underWay : underWay.filter((each) => !each.isAnnounced);
    if (before.length > 0 && rank !== Math.min(...before.map((each) => each.rank))) return true;
    const hasConfigured =
      underWay.some((each) => !each.isAnnounced) || open.some((each) => !each.isAnnounced && this.#isOpen(each));
    if (!isAnnounced || !hasConfigured) return false;
    const places = free > 1 ? free - 1 : Number(!this.#triedAnnounced);
    return underWay.filter((each) => each.isAnnounced).length >= places;
  }

  /** Known by any of its addresses: a registrar that is called twice takes the second call for a restart. */
  #isHome(target: TransportTarget): boolean {
    return this.#home !== undefined && sameEndpoint(this.#home.target, target);
  }

  #isAvoided(target: TransportTarget): boolean {
    for (const avoided of this.#avoided.values()) if (sameEndpoint(avoided.target, target)) return true;
    return false;
  }

  #install(home: HomeRegistrar): void {
    const former = this.#home;
    // At most one home at a time (RFC 5352 §1.1).
    if (former !== undefined && former.channel !== home.channel) {
      this.#outbox.close(former.channel, 'shutdown', 'another registrar is home now');
    }
    const { dialects } = this.#outbox;
    if (dialects.isDecided(home.channel)) home.dialect = dialects.of(home.channel);
    this.#home = home;
    this.#homeWorks = false;
    this.#t5Ms = this.#config.t5ServerhuntMs;
  }

  #forgetHome(): void {
    if (this.#home !== undefined) this.#known.markLost(this.#home.target);
    this.#home = undefined;
  }
}
