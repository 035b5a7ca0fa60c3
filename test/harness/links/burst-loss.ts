import type { StageFactory } from './stage.ts';

/** The Gilbert-Elliott model: a link that is good or bad, and changes with these probabilities at each datagram. */
export interface BurstLossOptions {
  readonly goodToBad: number;
  readonly badToGood: number;
  /** Loss while the link is good; default 0. */
  readonly lossWhileGood?: number;
  /** Loss while it is bad; default 1. */
  readonly lossWhileBad?: number;
}

/** Losses that come in bursts of 1 / `badToGood` datagrams on average. */
export function burstLoss(options: BurstLossOptions): StageFactory {
  const { goodToBad, badToGood, lossWhileGood = 0, lossWhileBad = 1 } = options;
  return (random) => {
    const counters = { passed: 0, dropped: 0, bursts: 0 };
    let bad = false;
    return {
      name: 'burst-loss',
      counters,
      pass(datagram, at, out) {
        if (random.chance(bad ? badToGood : goodToBad)) {
          bad = !bad;
          if (bad) counters.bursts++;
        }
        if (random.chance(bad ? lossWhileBad : lossWhileGood)) {
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
