import type { StageFactory } from './stage.ts';

/** Delivers some datagrams twice, the copy `copyDelayMs` later. */
export function duplication(probability: number, copyDelayMs = 0): StageFactory {
  return (random) => {
    const counters = { passed: 0, duplicated: 0 };
    return {
      name: 'duplication',
      counters,
      pass(datagram, at, out) {
        counters.passed++;
        out.forward(datagram, at);
        if (!random.chance(probability)) return;
        counters.duplicated++;
        out.forward(datagram, at + copyDelayMs);
      },
    };
  };
}
