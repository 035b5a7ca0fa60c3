import type { Instant } from '../../../src/base/contract.ts';
import type { StageFactory } from './stage.ts';

/**
 * Adds a delay drawn evenly from 0 to `maxMs`. Order is kept, as queues do: a datagram never overtakes the one before
 * it; for overtaking see `reordering`.
 */
export function jitter(maxMs: number): StageFactory {
  return (random) => {
    const counters = { passed: 0 };
    let lastAt: Instant = Number.NEGATIVE_INFINITY;
    return {
      name: 'jitter',
      counters,
      pass(datagram, at, out) {
        counters.passed++;
        lastAt = Math.max(lastAt, at + random.float() * maxMs);
        out.forward(datagram, lastAt);
      },
    };
  };
}
