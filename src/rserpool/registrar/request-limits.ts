import type { Instant } from '../../base/contract.ts';
import { RateLimit } from '../../base/rate-limit.ts';
import type { RegistrarConfig } from './config.ts';

/** What somebody asks for that is limited by itself. */
export type RequestKind = 'registration' | 'resolution' | 'table';

/**
 * How much of what is costly one channel may ask for. What is too much is done all the same, and the channel is not read
 * for as long as that takes at the permitted rate: nothing that was sent is lost, and who is honest only waits.
 */
export class RequestLimits {
  readonly #config: RegistrarConfig;
  readonly #limits = new Map<RequestKind, RateLimit>();

  constructor(config: RegistrarConfig) {
    this.#config = config;
  }

  /** One more. @returns when the channel may be read again; undefined: now */
  spend(kind: RequestKind, now: Instant): Instant | undefined {
    if (kind === 'resolution' && this.#config.resolutionsPerSecond === 0) return undefined;
    let limit = this.#limits.get(kind);
    if (limit === undefined) {
      limit = this.#limitOf(kind);
      this.#limits.set(kind, limit);
    }
    const at = limit.spend(now);
    return at > now ? at : undefined;
  }

  #limitOf(kind: RequestKind): RateLimit {
    const { registrationBurst, registrationsPerSecond, resolutionsPerSecond } = this.#config;
    const { tableRequestBurst, tableRequestsPerSecond } = this.#config;
    if (kind === 'registration') return new RateLimit(registrationsPerSecond, registrationBurst);
    if (kind === 'table') return new RateLimit(tableRequestsPerSecond, tableRequestBurst);
    return new RateLimit(resolutionsPerSecond, Math.max(1, resolutionsPerSecond));
  }
}
