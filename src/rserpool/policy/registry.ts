import type { PolicyParameter } from '../wire/policy.ts';
import { byLoad } from './least-used.ts';
import { byDegradedLoad } from './least-used-with-degradation.ts';
import { byPriority } from './priority.ts';
import { byNextLoad } from './priority-least-used.ts';
import { RandomSelector } from './random.ts';
import { UNUSED_LOAD } from './randomized-least-used.ts';
import { RankedSelector } from './ranked.ts';
import { RoundRobinSelector } from './round-robin.ts';
import type { PolicySelector } from './selector.ts';
import { WeightedRandomSelector } from './weighted-random.ts';
import { WeightedRoundRobinSelector } from './weighted-round-robin.ts';

const SELECTORS: { readonly [Kind in PolicyParameter['kind']]: <Member>() => PolicySelector<Member> } = {
  'round-robin': () => new RoundRobinSelector(),
  'weighted-round-robin': () => new WeightedRoundRobinSelector(),
  random: () => new RandomSelector(),
  'weighted-random': () => new WeightedRandomSelector(),
  priority: () => new RankedSelector(byPriority),
  'least-used': () => new RankedSelector(byLoad),
  'least-used-with-degradation': () => new RankedSelector(byDegradedLoad),
  'priority-least-used': () => new RankedSelector(byNextLoad),
  'randomized-least-used': () => new WeightedRandomSelector(UNUSED_LOAD),
  // Peers may know policies that we do not: round robin is what every component supports (RFC 5356 §4.1.1).
  unknown: () => new RoundRobinSelector(),
};

/** An empty selector for a pool with this kind of policy. */
export function createSelector<Member>(kind: PolicyParameter['kind']): PolicySelector<Member> {
  return SELECTORS[kind]<Member>();
}
