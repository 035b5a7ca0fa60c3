import type { Instant } from '../../base/contract.ts';
import { LastingMap } from '../../base/lasting-map.ts';
import { earlier } from '../../base/timers.ts';
import type { HomeRegistrar } from '../asap/server-hunt.ts';
import type { Outbox } from '../outbox.ts';
import type { PoolHandle, PoolHandleKey } from '../wire/pool-handle.ts';
import type { UserConfig } from './config.ts';
import type { UserEvent } from './events.ts';

interface Request {
  readonly poolHandle: PoolHandle;
  /** When it may go out, if not at once. */
  notBefore: Instant | undefined;
  /** When it turned out that the home registrar must not be asked this, if it did. */
  unfitAt: Instant | undefined;
  t1At: Instant;
  expiries: number;
}

/** What T1-ENRPrequest did. */
export interface Expiry {
  /** Requests that are given up. */
  readonly dropped: readonly PoolHandle[];
  /** A registrar was asked and did not answer. */
  readonly unanswered: boolean;
  /** Requests that the home registrar could not bear, for it is one of rsplib: their handles are too long. */
  readonly unfit: readonly PoolHandle[];
}

/** Handle resolutions under way, one a pool. RFC 5352 §3.3 NR1 to NR4, §3.7.2. */
export class Resolver {
  readonly #outbox: Outbox<UserEvent>;
  readonly #config: UserConfig;
  readonly #requests = new LastingMap<PoolHandleKey, Request>();
  /** No request waits for anything before that; worked out anew when it has come, and not at every answer. */
  #nextAt: Instant | undefined;

  constructor(outbox: Outbox<UserEvent>, config: UserConfig) {
    this.#outbox = outbox;
    this.#config = config;
  }

  /**
   * Asks, unless the same question is out already. False if too many questions are out.
   *
   * @param at when the question may go out: `now`, or later for a pool that lately did not exist
   */
  request(poolHandle: PoolHandle, home: HomeRegistrar | undefined, now: Instant, at: Instant): boolean {
    if (this.#requests.has(poolHandle.key)) return true;
    if (this.#requests.size >= this.#config.maxCacheEntries) return false;
    const t1At = at + this.#config.t1EnrpRequestMs;
    const notBefore = at > now ? at : undefined;
    const request: Request = { poolHandle, notBefore, unfitAt: undefined, t1At, expiries: 0 };
    this.#requests.set(poolHandle.key, request);
    this.#expect(notBefore ?? t1At);
    if (home !== undefined && notBefore === undefined) this.#send(request, home, now);
    return true;
  }

  /**
   * A registrar is home now: everything goes to it. T1 goes on, so that registrars that come and go cannot keep a
   * question open for ever.
   */
  handleHome(home: HomeRegistrar, now: Instant): void {
    for (const request of this.#requests.values()) if (request.notBefore === undefined) this.#send(request, home, now);
  }

  /** The home registrar answered: true if that was waited for. */
  settle({ key }: PoolHandle): boolean {
    const request = this.#requests.get(key);
    // Not asked yet: what came is an update, and the question still stands.
    if (request === undefined || request.notBefore !== undefined) return false;
    this.#requests.delete(key);
    if (this.#requests.size === 0) this.#nextAt = undefined;
    return true;
  }

  /** §3.7.2: again to the same registrar, up to MAX-REQUEST-RETRANSMIT times. */
  handleTimeout(home: HomeRegistrar | undefined, now: Instant): Expiry {
    const dropped: PoolHandle[] = [];
    const unfit: PoolHandle[] = [];
    let unanswered = false;
    if (this.#nextAt === undefined || now < this.#nextAt) return { dropped, unanswered, unfit };
    for (const request of this.#requests.values()) {
      if (request.notBefore !== undefined && now >= request.notBefore) {
        request.notBefore = undefined;
        if (home !== undefined) this.#send(request, home, now);
      }
      if (request.unfitAt !== undefined) {
        this.#requests.delete(request.poolHandle.key);
        unfit.push(request.poolHandle);
        continue;
      }
      if (now < request.t1At) continue;
      if (home !== undefined) unanswered = true;
      request.expiries++;
      if (request.expiries > this.#config.maxRequestRetransmit) {
        this.#requests.delete(request.poolHandle.key);
        dropped.push(request.poolHandle);
        continue;
      }
      request.t1At = now + this.#config.t1EnrpRequestMs;
      if (home !== undefined) this.#send(request, home, now);
    }
    this.#nextAt = undefined;
    for (const { unfitAt, notBefore, t1At } of this.#requests.values()) this.#expect(unfitAt ?? notBefore ?? t1At);
    return { dropped, unanswered, unfit };
  }

  /** May be too early. */
  nextTimeoutAt(): Instant | undefined {
    return this.#requests.size === 0 ? undefined : this.#nextAt;
  }

  #expect(at: Instant): void {
    this.#nextAt = earlier(this.#nextAt, at);
  }

  #send(request: Request, home: HomeRegistrar, now: Instant): void {
    const { subscribe, resolutionItems } = this.#config;
    const sent = this.#outbox.control(home.channel, {
      kind: 'handle-resolution',
      subscribe,
      poolHandle: request.poolHandle,
      // rsplib asks for a number of elements too: our own parameter tells us apart.
      ...(resolutionItems !== 0 && { itemCount: resolutionItems, isOurs: true }),
    });
    // Told by the timeout that is due at once, and not in the middle of whatever led here.
    request.unfitAt = sent ? undefined : now;
    if (!sent) this.#expect(now);
  }
}
