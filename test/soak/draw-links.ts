import { burstLoss } from '../harness/links/burst-loss.ts';
import { corruption } from '../harness/links/corruption.ts';
import { delay } from '../harness/links/delay.ts';
import { duplication } from '../harness/links/duplication.ts';
import { jitter } from '../harness/links/jitter.ts';
import { loss } from '../harness/links/loss.ts';
import { rate } from '../harness/links/rate.ts';
import { reordering } from '../harness/links/reordering.ts';
import type { StageFactory } from '../harness/links/stage.ts';
import type { SeededRandom } from '../harness/random.ts';
import { between, magnitude } from './draw.ts';

/** One direction between two addresses: from ideal to hardly usable, 20 % loss at worst. */
export function drawLink(random: SeededRandom): StageFactory[] {
  const stages: StageFactory[] = [];
  const sometimes = (probability: number, make: () => StageFactory): void => {
    if (random.chance(probability)) stages.push(make());
  };
  sometimes(0.2, () =>
    rate({ bitsPerSecond: magnitude(random, 200_000, 50_000_000), queueBytes: magnitude(random, 10_000, 200_000) }),
  );
  stages.push(delay(magnitude(random, 1, 100)));
  sometimes(0.3, () => jitter(magnitude(random, 1, 50)));
  sometimes(0.6, () => loss(0.2 * random.float()));
  sometimes(0.15, () => burstLoss({ goodToBad: 0.02, badToGood: 0.1 + random.float() / 2 }));
  sometimes(0.5, () => reordering(random.float() / 2, magnitude(random, 1, 300)));
  sometimes(0.4, () => duplication(random.float() / 5, magnitude(random, 1, 500)));
  sometimes(0.3, () => corruption(random.float() / 20, between(random, 1, 3)));
  return stages;
}
