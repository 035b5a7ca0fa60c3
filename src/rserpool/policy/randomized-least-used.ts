import { byDegradedLoad } from './least-used-with-degradation.ts';
import { byNextLoad } from './priority-least-used.ts';
import { byNextDegradedLoad } from './priority-least-used-with-degradation.ts';
import type { DegradingRanking, Ranking } from './ranking.ts';
import type { Weighting } from './weighted-random.ts';

const FULL = 0xffffffff;

/**
 * Randomized Least Used: Weighted Random with the unused part of an element as its weight. RFC 5356 §5.4.
 * Where all elements are fully loaded, each of them is as good as any other.
 */
export const UNUSED_LOAD: Weighting = {
  weightOf: (policy) => FULL - ('load' in policy ? policy.load : 0),
  uniformIfAllZero: true,
};

/** Randomized Priority Least Used, of rsplib: what one more user would leave unused. */
export const UNUSED_NEXT_LOAD: Weighting = unusedPart(byNextLoad);

/** Randomized Least Used with Degradation, of rsplib: what is unused, less the degradation for every answer since then. */
export const UNUSED_DEGRADED_LOAD: Weighting = unusedPart(byDegradedLoad);

/** Randomized Priority Least Used with Degradation, of rsplib. */
export const UNUSED_NEXT_DEGRADED_LOAD: Weighting = unusedPart(byNextDegradedLoad);

/** These keep a weight of 1 however loaded an element is, as in rsplib. */
function unusedPart({ rankOf, stepOf }: Ranking | DegradingRanking): Weighting {
  return {
    weightOf: (policy) => Math.max(1, FULL - rankOf(policy)),
    ...(stepOf && { lossOf: stepOf }),
    uniformIfAllZero: false,
  };
}
