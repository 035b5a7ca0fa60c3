import type { PolicyParameter } from '../wire/policy.ts';
import { byPenalizedDegradedLoad, byPenalizedLoad } from './delay-penalty.ts';
import { byLoad } from './least-used.ts';
import { byDegradedLoad } from './least-used-with-degradation.ts';
import { byPriority } from './priority.ts';
import { byNextLoad } from './priority-least-used.ts';
import { byNextDegradedLoad } from './priority-least-used-with-degradation.ts';
import type { DegradingRanking, Ranking } from './ranking.ts';

/** What the policies that sort go by; other policies are not here. */
export const RANKINGS: { readonly [Kind in PolicyParameter['kind']]?: Ranking | DegradingRanking } = {
  priority: byPriority,
  'least-used': byLoad,
  'least-used-with-degradation': byDegradedLoad,
  'priority-least-used': byNextLoad,
  'priority-least-used-with-degradation': byNextDegradedLoad,
  'least-used-with-delay-penalty': byPenalizedLoad,
  'least-used-with-degradation-and-delay-penalty': byPenalizedDegradedLoad,
};
