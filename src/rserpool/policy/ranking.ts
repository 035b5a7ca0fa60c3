import type { PolicyParameter } from '../wire/policy.ts';

/** What a policy sorts by, smallest first. */
export interface Ranking {
  /** The rank of an element that has just registered. */
  rankOf(policy: PolicyParameter): number;
  readonly stepOf?: undefined;
}

/** A ranking in which an element falls behind with every answer that it is in. RFC 5356 §5.2. */
export interface DegradingRanking {
  /** The rank of an element that has just registered. */
  rankOf(policy: PolicyParameter): number;
  /** What each answer adds to the rank. */
  stepOf(policy: PolicyParameter): number;
}
