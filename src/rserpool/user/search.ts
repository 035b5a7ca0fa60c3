import type { Instant } from '../../base/contract.ts';
import { pickForUser } from '../policy/pick-for-user.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import { type Candidate, candidateOf } from './candidates.ts';
import type { UserContext } from './context.ts';
import type { WaitReason } from './events.ts';

/**
 * The search of one session for an element. It goes in rounds: what failed within a round is not tried again in it, and
 * a registrar is asked once a round.
 *
 * The order: the latest business card (RFC 5352 §3.9 BC2), then the pool's policy (RFC 5356); elements that failed
 * lately, for whichever session, come only in a round after a pause, longest ago first.
 */
export class Search {
  readonly #context: UserContext;
  readonly #poolHandle: PoolHandle;
  /** The only element that is wanted. */
  readonly #only: number | undefined;
  readonly #skipped = new Set<number>();
  #preferred: readonly PoolElementParameter[] = [];
  #canResolve = true;
  #lastResort = false;

  constructor(context: UserContext, poolHandle: PoolHandle, only: number | undefined) {
    this.#context = context;
    this.#poolHandle = poolHandle;
    this.#only = only;
  }

  /** Whether the registrar was not asked yet in this round. */
  get canResolve(): boolean {
    return this.#canResolve;
  }

  /** Why the round found nothing. */
  get emptyReason(): WaitReason {
    const entry = this.#context.cache.get(this.#poolHandle);
    const usable = entry?.elements.some((element) => this.#candidate(element) !== undefined) ?? true;
    return usable ? 'no-element-reachable' : 'no-usable-transport';
  }

  /** A new round. */
  begin(): void {
    this.#skipped.clear();
    this.#canResolve = true;
    this.#lastResort = false;
  }

  /** A round after a pause. */
  beginAgain(): void {
    this.begin();
    this.#lastResort = true;
  }

  /** The registrar answered, or did not. */
  resolved(): void {
    this.#canResolve = false;
  }

  /** Not again in this round. */
  skip(peIdentifier: number): void {
    this.#skipped.add(peIdentifier);
  }

  prefer(elements: readonly PoolElementParameter[]): void {
    this.#preferred = elements;
  }

  /** Whether the registrar has just answered somebody: asking again would bring nothing new. */
  isJustResolved(now: Instant): boolean {
    const { cache, config } = this.#context;
    const entry = cache.get(this.#poolHandle);
    return entry !== undefined && now - entry.at < config.backOffMs;
  }

  /** How much the cache is worth. RFC 5352 §3.3 C1 to C4. */
  cached(now: Instant): 'fresh' | 'stale' | 'useless' {
    const { cache, config } = this.#context;
    const entry = cache.get(this.#poolHandle);
    if (entry === undefined) return 'useless';
    if (cache.isFresh(entry, this.#context.homeChannel(), now)) return 'fresh';
    return config.useStaleCache ? 'stale' : 'useless';
  }

  /** The next element to try. */
  next(now: Instant): Candidate | undefined {
    return this.#fromCard(now) ?? this.#byPolicy(now) ?? (this.#lastResort ? this.#longestAgo() : undefined);
  }

  /** Whether there is an element to try. */
  canTry(now: Instant): boolean {
    const known = this.#context.cache.get(this.#poolHandle)?.elements ?? [];
    const isUsable = (element: PoolElementParameter): boolean => this.#candidate(element) !== undefined;
    return (
      [...this.#preferred, ...known].some((element) => isUsable(element) && this.#isPromising(element, now)) ||
      (this.#lastResort && known.some((element) => isUsable(element) && !this.#skipped.has(element.identifier)))
    );
  }

  #fromCard(now: Instant): Candidate | undefined {
    for (const element of this.#preferred) {
      const candidate = this.#candidate(element);
      if (candidate !== undefined && this.#isPromising(element, now)) return candidate;
    }
    return undefined;
  }

  #byPolicy(now: Instant): Candidate | undefined {
    const { cache, entropy } = this.#context;
    const entry = cache.get(this.#poolHandle);
    if (entry === undefined) return undefined;
    const { policy, elements, last } = entry;
    const isUsable = (element: PoolElementParameter): boolean =>
      this.#candidate(element) !== undefined && this.#isPromising(element, now);
    const index = pickForUser({ policy, elements, last, isUsable }, entropy);
    const element = index === undefined ? undefined : elements[index];
    if (element === undefined) return undefined;
    entry.last = index;
    return this.#candidate(element);
  }

  #longestAgo(): Candidate | undefined {
    const { cache, failed } = this.#context;
    let best: { readonly candidate: Candidate; readonly at: Instant } | undefined;
    for (const element of cache.get(this.#poolHandle)?.elements ?? []) {
      const candidate = this.#candidate(element);
      if (candidate === undefined || this.#skipped.has(element.identifier)) continue;
      const at = failed.failedAt(this.#poolHandle, element.identifier) ?? Number.NEGATIVE_INFINITY;
      if (best === undefined || at < best.at) best = { candidate, at };
    }
    return best?.candidate;
  }

  #candidate(element: PoolElementParameter): Candidate | undefined {
    if (this.#only !== undefined && this.#only !== element.identifier) return undefined;
    return candidateOf(element, this.#context.protocols);
  }

  #isPromising({ identifier }: PoolElementParameter, now: Instant): boolean {
    return !this.#skipped.has(identifier) && !this.#context.failed.isHeld(this.#poolHandle, identifier, now);
  }
}
