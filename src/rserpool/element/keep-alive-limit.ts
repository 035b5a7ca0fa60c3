import type { Instant } from '../../base/contract.ts';
import { RateLimit } from '../../base/rate-limit.ts';
import type { ChannelId } from '../role.ts';

/** How many keep-alives are answered, channel by channel. RFC 5355 §2.14. */
export class KeepAliveLimit {
  readonly #perSecond: number;
  readonly #limits = new Map<ChannelId, RateLimit>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Whether one more is answered. */
  take(channel: ChannelId, now: Instant): boolean {
    let limit = this.#limits.get(channel);
    if (limit === undefined) {
      limit = new RateLimit(this.#perSecond, this.#perSecond);
      this.#limits.set(channel, limit);
    }
    return limit.take(now);
  }

  forget(channel: ChannelId): void {
    this.#limits.delete(channel);
  }
}
