import type { DegradingRanking, Ranking } from './ranking.ts';
import type { Weighting } from './weighted-random.ts';

// Policies of rsplib that prefer what is near. The delay penalty factor (DPF) says how much worse an element is for each
// millisecond of distance; its home registrar measures the distance.

const FULL = 0xffffffff;

/** Least Used with a delay penalty: an element at a distance counts as more loaded, but never as more than full. */
export const byPenalizedLoad: Ranking = {
  rankOf: (policy) => ('loadDpf' in policy ? Math.min(FULL, policy.load + policy.distanceMs * policy.loadDpf) : 0),
};

/** Least Used with Degradation and a delay penalty. */
export const byPenalizedDegradedLoad: DegradingRanking = {
  rankOf: (policy) => ('loadDpf' in policy ? policy.load + policy.distanceMs * policy.loadDpf : 0),
  stepOf: (policy) => ('degradation' in policy ? policy.degradation : 0),
};

/** Weighted Random with a delay penalty: an element at a distance counts as lighter, but never as nothing. */
export const PENALIZED_WEIGHT: Weighting = {
  weightOf: (policy) => {
    if (!('weightDpf' in policy) || policy.weight === 0) return 0;
    const { weight, weightDpf, distanceMs } = policy;
    return Math.max(1, weight - Math.round(weight * distanceMs * (weightDpf / FULL)));
  },
  uniformIfAllZero: false,
};
