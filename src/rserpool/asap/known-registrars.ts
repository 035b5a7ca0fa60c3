import { isUnicast } from '../../base/address.ts';
import type { Instant } from '../../base/contract.ts';
import type { DialectSetting } from '../dialects.ts';
import { sameEndpoint } from '../endpoint-match.ts';
import { RSerPoolError } from '../errors.ts';
import { type AnnouncementSource, ASAP_PORT, type TransportTarget } from '../role.ts';
import type { ServerAnnounce } from '../wire/asap.ts';
import type { Dialect } from '../wire/dialect.ts';

/** A configured registrar. */
export interface RegistrarChoice extends TransportTarget {
  /** Those with the lowest number are tried first, 0 unless given: the priority of a DNS SRV record (RFC 2782). */
  readonly priority?: number | undefined;
}

/** One transport address of a registrar, and how its hunt went so far. */
interface Known {
  target: TransportTarget;
  /** What has the same rank may be tried at the same time; a lower one comes first. */
  readonly rank: number;
  /** Configured ones never get outdated. */
  readonly announced: Announced | undefined;
  /** Order number of the latest attempt; 0 is none. */
  lastTried: number;
}

interface Announced {
  lastHeardAt: Instant;
  /** Between the latest two announcements, once there were two. */
  intervalMs: number | undefined;
  /** T7-ENRPoutdate ran out: kept only so that the interval can be measured. */
  outdated: boolean;
}

/** Limits and times of {@link KnownRegistrars}; see `asapSettings`. */
export interface KnownRegistrarsConfig {
  readonly dialect: DialectSetting;
  readonly t7EnrpOutdateMs: number;
  readonly retranMaxMs: number;
  readonly maxAnnouncedRegistrars: number;
}

/** A candidate of the hunt. */
export interface KnownRegistrar {
  readonly target: TransportTarget;
  readonly rank: number;
  /** Else it is configured. */
  readonly isAnnounced: boolean;
}

/**
 * Announcements of one registrar that come closer together than this are copies of one: it is heard in several groups
 * and on several interfaces. Ms.
 */
const SAME_ANNOUNCEMENT_MS = 100;

/** Text that is equal for equal targets. Several programs of one host differ in their UDP port only. */
export function targetKey(target: TransportTarget): string {
  const udpPort = target.protocol === 'sctp' ? (target.udpPort ?? 9899) : 0;
  return `${target.protocol} ${[...target.addresses].sort().join(',')} ${target.port} ${udpPort}`;
}

/** The list of registrars that the server hunt chooses from: configured ones, and announced ones. RFC 5352 §3.6. */
export class KnownRegistrars {
  readonly #protocols: readonly TransportTarget['protocol'][];
  readonly #config: KnownRegistrarsConfig;
  #known = new Map<string, Known>();
  #announcedCount = 0;
  #attempts = 0;

  /**
   * @param protocols what may be spoken with a registrar, the preferred one first: elements use SCTP only, users SCTP or
   *   TCP (RFC 5352 §2.1)
   * @throws RSerPoolError for a target without an address or of another protocol
   */
  constructor(
    configured: readonly RegistrarChoice[],
    protocols: readonly TransportTarget['protocol'][],
    config: KnownRegistrarsConfig,
  ) {
    this.#protocols = protocols;
    this.#config = config;
    this.configure(configured);
  }

  /**
   * Replaces the configured registrars; those that were configured before are tried in their turn.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` for a target without an address or of another protocol
   */
  configure(configured: readonly RegistrarChoice[]): void {
    for (const target of configured) this.#check(target);
    const before = this.#known;
    this.#known = new Map();
    for (const { priority = 0, ...target } of configured) {
      const key = targetKey(target);
      const lastTried = before.get(key)?.lastTried ?? 0;
      this.#known.set(key, { target, rank: this.#rankOf(target, priority), announced: undefined, lastTried });
    }
    for (const [key, known] of before) {
      if (known.announced !== undefined && !this.#known.has(key)) this.#known.set(key, known);
    }
    this.#announcedCount = [...this.#known.values()].filter(({ announced }) => announced !== undefined).length;
  }

  /**
   * Those that can be tried now: least recently tried first, then by rank, else in the order in which they became known.
   */
  candidates(): readonly KnownRegistrar[] {
    return [...this.#known.values()]
      .filter((known) => known.announced?.outdated !== true)
      .sort((a, b) => a.lastTried - b.lastTried || a.rank - b.rank)
      .map(({ target, rank, announced }) => ({ target, rank, isAnnounced: announced !== undefined }));
  }

  /** Notes an attempt, so that others come first next time. */
  markTried(target: TransportTarget): void {
    const known = this.#known.get(targetKey(target));
    if (known !== undefined) known.lastTried = ++this.#attempts;
  }

  /** The home is gone: whatever leads to it comes last. It may be known by one of its addresses, or by each of them. */
  markLost(home: TransportTarget): void {
    for (const known of this.#known.values()) {
      if (sameEndpoint(known.target, home)) known.lastTried = ++this.#attempts;
    }
  }

  /** Notes what the home speaks. */
  setDialect(home: TransportTarget, dialect: Dialect): void {
    for (const known of this.#known.values()) {
      if (sameEndpoint(known.target, home)) known.target = { ...known.target, dialect };
    }
  }

  /** Adds or refreshes what a registrar announces; true if something new can be tried. */
  handleAnnouncement(from: AnnouncementSource, message: ServerAnnounce, now: Instant): boolean {
    let news = false;
    const targets = message.transports.length === 0 ? this.#bareTargets(from, message) : announcedTargets(message);
    for (const target of targets) {
      if (this.#protocols.includes(target.protocol) && this.#hear(target, now)) news = true;
    }
    return news;
  }

  /** T7-ENRPoutdate. RFC 5352 §3.6. */
  handleTimeout(now: Instant): void {
    for (const { announced } of this.#known.values()) {
      if (announced !== undefined && !announced.outdated && this.#outdatedAt(announced) <= now) {
        announced.outdated = true;
      }
    }
  }

  nextTimeoutAt(): Instant | undefined {
    let next: Instant | undefined;
    for (const { announced } of this.#known.values()) {
      if (announced === undefined || announced.outdated) continue;
      const at = this.#outdatedAt(announced);
      if (next === undefined || at < next) next = at;
    }
    return next;
  }

  /**
   * An announcement without a transport. RFC 5352 §3.6: its source address and the well-known port. rsplib means the
   * number of its UDP source port: both are worth a call, unless our own parameter is there.
   */
  #bareTargets({ address, udpPort }: AnnouncementSource, message: ServerAnnounce): TransportTarget[] {
    if (!isUnicast(address)) return [];
    const byRfc: TransportTarget = {
      protocol: 'sctp',
      addresses: [address],
      port: ASAP_PORT,
      udpPort: message.udpPort,
    };
    const byRsplib: TransportTarget = { protocol: 'sctp', addresses: [address], port: udpPort, dialect: 'rsplib' };
    const { dialect } = this.#config;
    if (dialect === 'rsplib') return [byRsplib];
    if (dialect === 'rfc' || udpPort === ASAP_PORT || message.udpPort !== undefined) return [byRfc];
    return [byRfc, byRsplib];
  }

  #hear(target: TransportTarget, now: Instant): boolean {
    const key = targetKey(target);
    const known = this.#known.get(key);
    if (known !== undefined) {
      const { announced } = known;
      if (announced === undefined) return false;
      const intervalMs = now - announced.lastHeardAt;
      if (intervalMs >= SAME_ANNOUNCEMENT_MS) announced.intervalMs = intervalMs;
      announced.lastHeardAt = now;
      const back = announced.outdated;
      announced.outdated = false;
      return back;
    }
    if (this.#announcedCount >= this.#config.maxAnnouncedRegistrars && !this.#evictOutdated()) return false;
    this.#announcedCount++;
    this.#known.set(key, {
      target,
      rank: this.#rankOf(target, 0),
      announced: { lastHeardAt: now, intervalMs: undefined, outdated: false },
      lastTried: 0,
    });
    return true;
  }

  #check(target: TransportTarget): void {
    if (target.addresses.length > 0 && this.#protocols.includes(target.protocol)) return;
    throw new RSerPoolError(
      'ERR_RSERPOOL_BAD_ARGUMENT',
      `a registrar needs an address and is reached by ${this.#protocols.join(' or ')}, not ${target.protocol}`,
      { target },
    );
  }

  /** By priority, and within one by protocol: SCTP watches its paths, so it is the better home. */
  #rankOf({ protocol }: TransportTarget, priority: number): number {
    return priority * this.#protocols.length + this.#protocols.indexOf(protocol);
  }

  /** Makes room. Those still announced stay, so that a flood of forged ones cannot push out true ones. */
  #evictOutdated(): boolean {
    let oldest: { readonly key: string; readonly heardAt: Instant } | undefined;
    for (const [key, { announced }] of this.#known) {
      if (announced?.outdated !== true) continue;
      if (oldest === undefined || announced.lastHeardAt < oldest.heardAt)
        oldest = { key, heardAt: announced.lastHeardAt };
    }
    if (oldest === undefined) return false;
    this.#known.delete(oldest.key);
    this.#announcedCount--;
    return true;
  }

  /**
   * With N other registrars an announcement comes every (N+1) × T6 only (RFC 5352 §3.6), which may be longer than T7:
   * so T7 grows with the interval that was measured. RETRAN-MAX bounds it, for a pause is no interval.
   */
  #outdatedAt({ lastHeardAt, intervalMs = 0 }: Announced): Instant {
    const { t7EnrpOutdateMs, retranMaxMs } = this.#config;
    return lastHeardAt + Math.max(t7EnrpOutdateMs, 3 * Math.min(intervalMs, retranMaxMs));
  }
}

/** The endpoints that an announcement lists. */
function announcedTargets({ transports, udpPort }: ServerAnnounce): TransportTarget[] {
  const targets: TransportTarget[] = [];
  for (const { protocol, port, addresses } of transports) {
    const usable = addresses.filter(isUnicast);
    if (usable.length === 0 || port === 0) continue;
    targets.push(
      protocol === 'sctp' ? { protocol, addresses: usable, port, udpPort } : { protocol, addresses: usable, port },
    );
  }
  return targets;
}
