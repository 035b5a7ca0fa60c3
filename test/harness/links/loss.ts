import type { StageFactory } from './stage.ts';

/** Loses each datagram with the same probability, independently of the others. */
export function loss(probability: number): StageFactory {
  return (random) => {
    const counters = { passed: 0, dropped: 0 };
    return {
      name: 'loss',
      counters,
      pass(datagram, at, out) {
        if (random.chance(probability)) {
          counters.dropped++;
          out.drop(datagram, at, 'lost');
        } else {
          counters.passed++;
          out.forward(datagram, at);
        }
      },
    };
  };
}
