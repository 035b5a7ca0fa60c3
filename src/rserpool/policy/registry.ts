import type { PolicyParameter } from '../wire/policy.ts';
import { DegradingSelector } from './degrading.ts';
import { RandomSelector } from './random.ts';
import { RankedSelector } from './ranked.ts';
import { RANKINGS } from './rankings.ts';
import { RoundRobinSelector } from './round-robin.ts';
import type { PolicySelector } from './selector.ts';
import { WeightedRandomSelector } from './weighted-random.ts';
import { WeightedRoundRobinSelector } from './weighted-round-robin.ts';
import { WEIGHTINGS } from './weightings.ts';

/** An empty selector for a pool with this kind of policy. */
export function createSelector<Member>(kind: PolicyParameter['kind']): PolicySelector<Member> {
  const ranking = RANKINGS[kind];
  if (ranking !== undefined) return ranking.stepOf ? new DegradingSelector(ranking) : new RankedSelector(ranking);
  const weighting = WEIGHTINGS[kind];
  if (weighting !== undefined) return new WeightedRandomSelector(weighting);
  if (kind === 'random') return new RandomSelector();
  if (kind === 'weighted-round-robin') return new WeightedRoundRobinSelector();
  // Peers may know policies that we do not: round robin is what every component supports (RFC 5356 §4.1.1).
  return new RoundRobinSelector();
}
