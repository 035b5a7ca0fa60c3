import type { Weighting } from './weighted-random.ts';

/**
 * Randomized Least Used: Weighted Random with the unused part of an element as its weight. RFC 5356 §5.4.
 * Where all elements are fully loaded, each of them is as good as any other.
 */
export const UNUSED_LOAD: Weighting = {
  weightOf: (policy) => 0xffffffff - ('load' in policy ? policy.load : 0),
  uniformIfAllZero: true,
};
