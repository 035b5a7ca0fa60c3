import type { DegradingRanking } from './ranking.ts';

/**
 * Priority Least Used with Degradation, of rsplib: the load with one more user, and the degradation again for every
 * answer that the element was in since it told its load.
 */
export const byNextDegradedLoad: DegradingRanking = {
  rankOf: (policy) => ('degradation' in policy ? policy.load + policy.degradation : 0),
  stepOf: (policy) => ('degradation' in policy ? policy.degradation : 0),
};
