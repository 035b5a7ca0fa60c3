import { describe, expect, it } from 'vitest';
import { type BulkPath, bulkModel } from '../../harness/bulk-model/bulk-model.ts';
import { bulkTransfer } from '../../harness/bulk-model/bulk-transfer.ts';
import { mathis, pftk } from '../../harness/bulk-model/formulas.ts';
import { SeededRandom } from '../../harness/random.ts';

const MINUTE_MS = 60_000;

/** Packets a second that the model delivers. */
function modelled(path: BulkPath, minutes: number): number {
  const random = new SeededRandom(7);
  const { delivered } = bulkModel({ ...path, durationMs: minutes * MINUTE_MS, random: () => random.float() });
  return delivered / minutes / 60;
}

describe('bulk transfers over a path with random losses (RFC 9260 §7.2)', () => {
  it('the model agrees with the formulas for TCP: about Mathis while time-outs are rare, between Mathis and PFTK after that', () => {
    for (const lossRate of [0.001, 0.01]) {
      const path = { roundTripMs: 50, lossRate };
      const ratio = modelled(path, 20) / mathis(path);
      expect([lossRate, ratio > 0.9, ratio < 1.15]).toEqual([lossRate, true, true]);
    }
    const lossy = { roundTripMs: 50, lossRate: 0.05 };
    expect(modelled(lossy, 20)).toBeLessThan(mathis(lossy));
    expect(modelled(lossy, 20)).toBeGreaterThan(pftk(lossy, 1000));
  });

  it('the model knows no loss without losses: a window that doubles, then nothing but the delay', () => {
    const random = new SeededRandom(7);
    const path = { roundTripMs: 50, lossRate: 0 };
    const result = bulkModel({ ...path, durationMs: 600, random: () => random.float() });
    expect(result).toMatchObject({ retransmissions: 0, fastRecoveries: 0, timeouts: 0 });
    // §6.1 D, §7.2.1: slow start by one packet for each SACK of two packets.
    expect(result.delivered).toBeGreaterThan(3 * (1.5 ** 11 - 1));
    expect(result.delivered).toBeLessThan(6 * (1.5 ** 12 - 1));
  });

  it('[PLPMTU-0006] carry at least nine tenths of what the RFC allows, with 0.1, 1 and 3 % of loss each way, and never stall', () => {
    for (const [percent, minutes] of [
      [0.1, 3],
      [1, 5],
      [3, 20],
    ] as const) {
      const path = { roundTripMs: 50, lossRate: percent / 100 };
      const { delivered, longestGapMs, pmtuChanges } = bulkTransfer({
        ...path,
        durationMs: minutes * MINUTE_MS,
        seed: 3,
      });
      const ratio = delivered / (minutes * 60) / modelled(path, 20);
      expect([percent, ratio >= 0.9, ratio]).toEqual([percent, true, ratio]);
      // A packet that is lost again and again is no black hole of the path (RFC 8899 §3 (4)).
      expect(pmtuChanges).toBe(0);
      // Far below RTO.Max: time-outs of 1, 2, 4 and 8 s in a row.
      expect(longestGapMs).toBeLessThan(16_000);
    }
  });
});
