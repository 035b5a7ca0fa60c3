import { describe, expect, it } from 'vitest';
import { forEachSeed } from '../harness/seeds.ts';
import { SMALL } from './options.ts';
import { runCluster } from './run.ts';
import { drawScenario } from './scenario.ts';

describe('cluster: registrars, elements and users in virtual time', () => {
  const counts: Record<string, number> = {};

  it('agrees after crashes, restarts, cuts and loss; every element has one home; nobody waits; nothing is left', {
    timeout: 600_000,
  }, () => {
    forEachSeed(20, (seed) => {
      const result = runCluster(drawScenario({ ...SMALL, hours: 0.15, seed }));
      for (const [what, count] of Object.entries(result.counts)) counts[what] = (counts[what] ?? 0) + count;
    });
  });

  // With a single seed there is not something of everything.
  it.skipIf(process.env.SEED)('there was something of everything', () => {
    for (const what of [
      'registrar crash',
      'registrar end',
      'registrar restart',
      'element crash',
      'element leaves',
      'element restart',
      'user crash',
      'islands',
      'isolation',
      'pair cut',
      'loss',
      'slow host',
    ]) {
      expect([what, (counts[`fault: ${what}`] ?? 0) > 0]).toEqual([what, true]);
    }
    expect(counts['registrar: takeover-started']).toBeGreaterThan(0);
    expect(counts['registrar: resynchronized']).toBeGreaterThan(0);
    expect(counts.failovers).toBeGreaterThan(0);
  });

  it('declares nobody dead who lives, where a packet in fifty is lost and others are late', () => {
    const { counts: calm } = runCluster(drawScenario({ ...SMALL, faults: false, loss: 0.02, jitterMs: 50, seed: 1 }));
    expect(Object.keys(calm).filter((what) => what.startsWith('false:'))).toEqual([]);
  });
});
