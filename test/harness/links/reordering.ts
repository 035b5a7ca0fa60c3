import type { StageFactory } from './stage.ts';

/** Holds some datagrams back for up to `maxDelayMs`, so that later ones overtake them. */
export function reordering(probability: number, maxDelayMs: number): StageFactory {
  return (random) => {
    const counters = { passed: 0, heldBack: 0 };
    return {
      name: 'reordering',
      counters,
      pass(datagram, at, out) {
        const late = random.chance(probability);
        counters[late ? 'heldBack' : 'passed']++;
        out.forward(datagram, late ? at + random.float() * maxDelayMs : at);
      },
    };
  };
}
