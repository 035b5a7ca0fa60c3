import { isUnicast } from '../../base/address.ts';
import type { Instant } from '../../base/contract.ts';
import { RSerPoolError } from '../errors.ts';
import { ASAP_PORT, type TransportTarget } from '../role.ts';
import type { ServerAnnounce } from '../wire/asap.ts';

/** One transport address of a registrar, and how its hunt went so far. */
interface Known {
  readonly target: TransportTarget;
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
  readonly t7EnrpOutdateMs: number;
  readonly retranMaxMs: number;
  readonly maxAnnouncedRegistrars: number;
}

/** Text that is equal for equal targets. Several programs of one host differ in their UDP port only. */
export function targetKey(target: TransportTarget): string {
  const udpPort = target.protocol === 'sctp' ? (target.udpPort ?? 9899) : 0;
  return `${target.protocol} ${[...target.addresses].sort().join(',')} ${target.port} ${udpPort}`;
}

/** The list of registrars that the server hunt chooses from: configured ones, and announced ones. RFC 5352 §3.6. */
export class KnownRegistrars {
  readonly #protocols: readonly TransportTarget['protocol'][];
  readonly #config: KnownRegistrarsConfig;
  readonly #known = new Map<string, Known>();
  #announcedCount = 0;
  #attempts = 0;

  /**
   * @param protocols what may be spoken with a registrar: elements use SCTP only, users SCTP or TCP (RFC 5352 §2.1)
   * @throws RSerPoolError for a target without an address or of another protocol
   */
  constructor(
    configured: readonly TransportTarget[],
    protocols: readonly TransportTarget['protocol'][],
    config: KnownRegistrarsConfig,
  ) {
    this.#protocols = protocols;
    this.#config = config;
    for (const target of configured) {
      if (target.addresses.length === 0 || !protocols.includes(target.protocol)) {
        throw new RSerPoolError(
          'ERR_RSERPOOL_BAD_ARGUMENT',
          `a registrar needs an address and is reached by ${protocols.join(' or ')}, not ${target.protocol}`,
          { target },
        );
      }
      this.#known.set(targetKey(target), { target, announced: undefined, lastTried: 0 });
    }
  }

  /** Those that can be tried now, least recently tried first, else in the order in which they became known. */
  candidates(): TransportTarget[] {
    return [...this.#known.values()]
      .filter((known) => known.announced?.outdated !== true)
      .sort((a, b) => a.lastTried - b.lastTried)
      .map((known) => known.target);
  }

  /** Notes an attempt, so that others come first next time. */
  markTried(target: TransportTarget): void {
    const known = this.#known.get(targetKey(target));
    if (known !== undefined) known.lastTried = ++this.#attempts;
  }

  /** Adds or refreshes what a registrar announces; true if something new can be tried. */
  handleAnnouncement(
    from: { readonly address: string; readonly udpPort: number },
    message: ServerAnnounce,
    now: Instant,
  ): boolean {
    let news = false;
    for (const target of announcedTargets(from.address, message)) {
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

  #hear(target: TransportTarget, now: Instant): boolean {
    const key = targetKey(target);
    const known = this.#known.get(key);
    if (known !== undefined) {
      const { announced } = known;
      if (announced === undefined) return false;
      announced.intervalMs = now - announced.lastHeardAt;
      announced.lastHeardAt = now;
      const back = announced.outdated;
      announced.outdated = false;
      return back;
    }
    if (this.#announcedCount >= this.#config.maxAnnouncedRegistrars && !this.#evictOutdated()) return false;
    this.#announcedCount++;
    this.#known.set(key, {
      target,
      announced: { lastHeardAt: now, intervalMs: undefined, outdated: false },
      lastTried: 0,
    });
    return true;
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

/** RFC 5352 §3.6: without a transport parameter it is the source address and the well-known port. */
function announcedTargets(source: string, { transports, udpPort }: ServerAnnounce): TransportTarget[] {
  if (transports.length === 0) {
    return isUnicast(source) ? [{ protocol: 'sctp', addresses: [source], port: ASAP_PORT, udpPort }] : [];
  }
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
