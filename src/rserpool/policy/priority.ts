import type { Ranking } from './ranking.ts';

/** Priority: the highest first. RFC 5356 §4.5. */
export const byPriority: Ranking = { rankOf: (policy) => -('priority' in policy ? policy.priority : 0) };
