import { describe, expect, it } from 'vitest';
import type { EndpointConfig } from '../../../src/sctp/core/config.ts';
import { SCHEDULERS } from '../../../src/sctp/tx/scheduling.ts';
import { delay } from '../../harness/links/delay.ts';
import { duplication } from '../../harness/links/duplication.ts';
import { loss } from '../../harness/links/loss.ts';
import { reordering } from '../../harness/links/reordering.ts';
import { SeededRandom } from '../../harness/random.ts';
import { forEachSeed } from '../../harness/seeds.ts';
import { Transfer } from './transfer.ts';

const BYTES = 700_000;
const SEEDS = 6;

/** Loss, duplicates and reordering that depend on the seed; every second seed with messages in parts. */
function transfer(seed: number, config: Partial<EndpointConfig>): Transfer {
  const random = new SeededRandom(seed).fork('link');
  const link = [
    delay(1 + random.below(40)),
    loss(0.02 + 0.08 * random.float()),
    duplication(0.05),
    reordering(0.3 * random.float(), 1 + random.below(60)),
  ];
  const partialDeliveryBytes = seed % 2 === 0 ? 1 + random.below(20_000) : 0;
  const common = { rtoMinMs: 200, sackDelayMs: 50, sendBufferBytes: 300_000, ...config };
  return new Transfer(BYTES, { seed, link, a: { config: common }, b: { config: { ...common, partialDeliveryBytes } } });
}

describe('transfers with loss, duplicates and reordering', () => {
  it.each(SCHEDULERS.flatMap((scheduler) => [false, true].map((interleaving) => ({ scheduler, interleaving }))))(
    '[IDATA-0022] [IDATA-0027] [IDATA-0032] [IDATA-0053] $scheduler, interleaving $interleaving: every message once, in order per stream, with the invariants kept after every event',
    { timeout: 120_000 },
    ({ scheduler, interleaving }) => {
      let joined = 0;
      forEachSeed(SEEDS, (seed) => {
        const run = transfer(seed, { scheduler, interleaving });
        run.run();
        joined += run.parts.joined;
        expect(run.parts.unfinished).toBe(0);
      });
      expect(joined).toBeGreaterThan(0);
    },
  );

  it('[SCTP-0724] messages of three times the receive buffer, interleaved and not', { timeout: 120_000 }, () => {
    forEachSeed(6, (seed) => {
      const config = { receiveBufferBytes: 20_000, interleaving: seed % 2 === 0, scheduler: 'round-robin' as const };
      const random = new SeededRandom(seed).fork('link');
      const link = [delay(5), loss(0.05 * random.float()), reordering(0.1, 20)];
      const common = { rtoMinMs: 200, sackDelayMs: 50, sendBufferBytes: 300_000, ...config };
      const run = new Transfer(BYTES, {
        seed,
        link,
        a: { config: common },
        b: { config: { ...common, partialDeliveryBytes: 1 << 20 } },
      });
      run.run();
      expect(run.parts.joined).toBeGreaterThan(5);
    });
  });
});
