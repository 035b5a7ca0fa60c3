import type { PolicyParameter } from '../wire/policy.ts';
import { PENALIZED_WEIGHT } from './delay-penalty.ts';
import {
  UNUSED_DEGRADED_LOAD,
  UNUSED_LOAD,
  UNUSED_NEXT_DEGRADED_LOAD,
  UNUSED_NEXT_LOAD,
} from './randomized-least-used.ts';
import { REGISTERED_WEIGHTS, type Weighting } from './weighted-random.ts';

/** What the policies of the weighted random family draw by; other policies are not here. */
export const WEIGHTINGS: { readonly [Kind in PolicyParameter['kind']]?: Weighting } = {
  'weighted-random': REGISTERED_WEIGHTS,
  'randomized-least-used': UNUSED_LOAD,
  'randomized-priority-least-used': UNUSED_NEXT_LOAD,
  'randomized-least-used-with-degradation': UNUSED_DEGRADED_LOAD,
  'randomized-priority-least-used-with-degradation': UNUSED_NEXT_DEGRADED_LOAD,
  'weighted-random-with-delay-penalty': PENALIZED_WEIGHT,
};
