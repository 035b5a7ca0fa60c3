import type { IpAddress } from '../../base/address.ts';
import type { Instant } from '../../base/contract.ts';
import { RateLimit } from '../../base/rate-limit.ts';
import { RecentMap } from '../../base/recent-map.ts';
import type { ChannelId } from '../role.ts';
import type { RegistrarConfig } from './config.ts';
import type { RegistrarEvent } from './events.ts';

/** Addresses whose handshakes were complained of, and how long that is not done again, ms. */
const MAX_ADDRESSES = 1024;
const ADDRESS_PAUSE_MS = 60_000;

/** Warnings that others can bring about as often as they like. */
const CAUSED_BY_OTHERS: ReadonlySet<string> = new Set([
  'bad-message',
  'wrong-receiver',
  'identifier-collision',
  'identifier-changed',
  'identifier-conflict',
  'foreign-update',
  'error-received',
  'limit-reached',
]);

/**
 * Events that tell what others do wrong: each once a channel, and not too many of all channels together, so that nobody
 * fills the operator's log. All of them are counted.
 */
export class Complaints {
  readonly #limit: RateLimit;
  /** What was told of a channel. */
  readonly #told = new Map<ChannelId, Set<string>>();
  readonly #toldOf = new RecentMap<IpAddress, Instant>(MAX_ADDRESSES);

  constructor({ complaintsPerSecond, complaintBurst }: RegistrarConfig) {
    this.#limit = new RateLimit(complaintsPerSecond, complaintBurst);
  }

  /** Whether the event goes to the operator; all that are no complaints do. */
  tells(event: RegistrarEvent, now: Instant): boolean {
    switch (event.kind) {
      case 'access-denied':
        return this.#tells(event.channel, `${event.kind} ${event.what}`, now);
      case 'registration-rejected':
      case 'deregistration-rejected':
        return this.#tells(event.channel, event.kind, now);
      case 'warning':
        return !CAUSED_BY_OTHERS.has(event.code) || this.#tells(event.channel, event.code, now);
      case 'handshake-refused':
        return this.#tellsOf(event.address, now);
      default:
        return true;
    }
  }

  /** The channel is gone. */
  forget(channel: ChannelId): void {
    this.#told.delete(channel);
  }

  /** @param cause one of a few, whatever others send */
  #tells(channel: ChannelId | undefined, cause: string, now: Instant): boolean {
    const told = channel === undefined ? undefined : this.#told.get(channel);
    if (told?.has(cause) || !this.#limit.take(now)) return false;
    if (told !== undefined) told.add(cause);
    else if (channel !== undefined) this.#told.set(channel, new Set([cause]));
    return true;
  }

  #tellsOf(address: IpAddress, now: Instant): boolean {
    const at = this.#toldOf.get(address);
    if ((at !== undefined && now - at < ADDRESS_PAUSE_MS) || !this.#limit.take(now)) return false;
    this.#toldOf.set(address, now);
    return true;
  }
}
