import type { Ranking } from './ranking.ts';

/** Least Used: the lowest load first. RFC 5356 §5.1. */
export const byLoad: Ranking = { rankOf: (policy) => ('load' in policy ? policy.load : 0) };
