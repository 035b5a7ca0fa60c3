import type { StageFactory } from './stage.ts';

/** Every datagram takes `delayMs` longer. */
export function delay(delayMs: number): StageFactory {
  return () => {
    const counters = { passed: 0 };
    return {
      name: 'delay',
      counters,
      pass(datagram, at, out) {
        counters.passed++;
        out.forward(datagram, at + delayMs);
      },
    };
  };
}
