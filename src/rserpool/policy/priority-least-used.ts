import type { Ranking } from './ranking.ts';

/** Priority Least Used: the load that the element would have with one more user. RFC 5356 §5.3. */
export const byNextLoad: Ranking = {
  rankOf: (policy) => ('degradation' in policy ? policy.load + policy.degradation : 0),
};
