import type { DegradingRanking } from './ranking.ts';

/**
 * Least Used with Degradation: the load that the element told, and its load degradation for every answer that it was
 * in since then. RFC 5356 §5.2. The sum may exceed 32 bits; it is exact up to 2^53.
 */
export const byDegradedLoad: DegradingRanking = {
  rankOf: (policy) => ('degradation' in policy ? policy.load : 0),
  stepOf: (policy) => ('degradation' in policy ? policy.degradation : 0),
};
