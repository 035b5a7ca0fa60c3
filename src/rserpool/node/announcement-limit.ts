import type { IpAddress } from '../../base/address.ts';
import type { Instant } from '../../base/contract.ts';
import { RateLimit } from '../../base/rate-limit.ts';

/** Announcements that are read per second, from one address and in all: anybody can forge them (RFC 5352 §9.2). */
const PER_SOURCE = 20;
const PER_SECOND = 1000;
/** Addresses that are told apart; with one more the list begins anew. */
const MAX_SOURCES = 1024;

/** Brakes a flood of announcements before they are looked at; one source does not drown the others. */
export class AnnouncementLimit {
  readonly #all = new RateLimit(PER_SECOND, PER_SECOND);
  readonly #bySource = new Map<IpAddress, RateLimit>();

  /** Whether one more from this address is read. */
  take(from: IpAddress, now: Instant): boolean {
    return this.#limitOf(from).take(now) && this.#all.take(now);
  }

  #limitOf(from: IpAddress): RateLimit {
    const known = this.#bySource.get(from);
    if (known !== undefined) return known;
    if (this.#bySource.size >= MAX_SOURCES) this.#bySource.clear();
    const limit = new RateLimit(PER_SOURCE, PER_SOURCE);
    this.#bySource.set(from, limit);
    return limit;
  }
}
