import type { Instant } from '../../base/contract.ts';
import { RecentMap } from '../../base/recent-map.ts';
import { targetKey } from '../asap/known-registrars.ts';
import type { ChannelId, TransportTarget } from '../role.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import type { PoolHandle, PoolHandleKey } from '../wire/pool-handle.ts';
import { candidateOf } from './candidates.ts';

/** What a registrar told about a pool. */
export interface Resolution {
  readonly poolHandle: PoolHandle;
  /** The pool's policy; those inside the elements do not count (RFC 5352 §2.2.6). */
  readonly policy: PolicyParameter;
  /** At least one, in the order in which they should be used. */
  readonly elements: readonly PoolElementParameter[];
  readonly at: Instant;
  /** The channel on which the registrar promised to send changes. */
  readonly updatedOn: ChannelId | undefined;
  /** Index of the element that was picked last. */
  last: number | undefined;
}

/** Resolutions by pool handle, least recently used ones go first. RFC 5352 §3.3, rules C1 to C4. */
export class HandleCache {
  readonly #staleMs: number;
  readonly #entries: RecentMap<PoolHandleKey, Resolution>;

  constructor(staleMs: number, maxEntries: number) {
    this.#staleMs = staleMs;
    this.#entries = new RecentMap(maxEntries);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The resolution, fresh or stale. */
  get({ key }: PoolHandle): Resolution | undefined {
    return this.#entries.get(key);
  }

  /** Young enough, or kept up to date by the registrar that is home. */
  isFresh(entry: Resolution, home: ChannelId | undefined, now: Instant): boolean {
    if (entry.updatedOn !== undefined && entry.updatedOn === home) return true;
    return now - entry.at < this.#staleMs;
  }

  put(entry: Resolution): void {
    this.#entries.set(entry.poolHandle.key, entry);
  }

  /** The element that users reach at this address. RFC 5352 §6.6 A. */
  elementAt(
    target: TransportTarget,
    protocols: readonly TransportTarget['protocol'][],
  ): { readonly poolHandle: PoolHandle; readonly peIdentifier: number } | undefined {
    const key = targetKey(target);
    for (const { poolHandle, elements } of this.#entries.values()) {
      for (const element of elements) {
        const candidate = candidateOf(element, protocols);
        if (candidate !== undefined && targetKey(candidate.target) === key) {
          return { poolHandle, peIdentifier: candidate.peIdentifier };
        }
      }
    }
    return undefined;
  }

  /** CACHE.PURGE.REQUEST. RFC 5352 §6.4. */
  purge({ key }: PoolHandle): void {
    this.#entries.delete(key);
  }

  /** Pools that a registrar promised to keep up to date. */
  subscribed(): PoolHandle[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.updatedOn !== undefined)
      .map((entry) => entry.poolHandle);
  }
}
