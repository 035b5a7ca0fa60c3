import type { Ranking } from './ranked.ts';

/**
 * Least Used with Degradation: the load that the element told, and its load degradation for every answer that it was
 * in since then. RFC 5356 §5.2. The sum may exceed 32 bits; it is exact up to 2^53.
 */
export const byDegradedLoad: Ranking = (policy, uses) =>
  'degradation' in policy ? policy.load + uses * policy.degradation : 0;
