import { describe, expect, it } from 'vitest';
import { forEachSeed } from '../harness/seeds.ts';
import { runCalm } from './calm.ts';
import { DEATHS } from './deaths.ts';
import { DEFAULTS } from './options.ts';

const SMALL = { ...DEFAULTS, elements: 4, users: 2 };

describe('whole nodes on SCTP over a bad network, in virtual time', () => {
  it('nobody is declared dead who lives, where a packet in twenty is lost and others overtake it', async () => {
    const { alarms, counts, samples } = await runCalm({ ...SMALL, loss: 0.05 }, 0.03);
    expect(alarms).toEqual([]);
    // There were reasons for doubt, and answers.
    expect(counts['packets lost']).toBeGreaterThan(50);
    expect(counts['registrar: doubts']).toBeGreaterThan(10);
    expect(counts['registrar: probes answered']).toBeGreaterThan(10);
    expect(samples.figures().request!.count).toBeGreaterThan(10);
  });

  it.each(DEATHS)('$name within $barMs ms, where packets overtake each other', async ({ measure, barMs }) => {
    await forEachSeed(2, async (seed) => {
      const tookMs = await measure({ ...SMALL, loss: 0, seed });
      expect(tookMs).toBeLessThanOrEqual(barMs);
      expect(tookMs).toBeGreaterThan(100);
    });
  });
});
