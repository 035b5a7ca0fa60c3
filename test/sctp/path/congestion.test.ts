import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CongestionControl } from '../../../src/sctp/path/congestion.ts';

const PMDCS = 1460;
const HIGH = 1_000_000;

/** A window in congestion avoidance: cwnd above ssthresh. */
function avoiding(): CongestionControl {
  const control = new CongestionControl(PMDCS, false, HIGH);
  for (let i = 0; i < 60; i++) control.acknowledged(PMDCS, HIGH, false);
  control.lostBySack();
  // One more full window in slow start takes it above.
  control.acknowledged(PMDCS, HIGH, false);
  return control;
}

describe('congestion window (RFC 9260 §7.2)', () => {
  it('[SCTP-0771, SCTP-0772, ERR-0046] begins with min(4 PMDCS, max(2 PMDCS, 4404 or 4344))', () => {
    const initial = (pmdcs: number, ipv6: boolean): number => new CongestionControl(pmdcs, ipv6, HIGH).cwndBytes;
    expect([initial(1460, false), initial(1460, true)]).toEqual([4404, 4344]);
    expect([initial(1000, false), initial(1000, true)]).toEqual([4000, 4000]);
    expect([initial(8948, false), initial(8948, true)]).toEqual([17_896, 17_896]);
  });

  it('[SCTP-0776, SCTP-0777, SCTP-0778, SCTP-0779] slow start: by what was acknowledged, at most PMDCS, if it was used to the full', () => {
    const control = new CongestionControl(PMDCS, false, HIGH);
    control.acknowledged(500, 4404, false);
    expect(control.cwndBytes).toBe(4904);
    control.acknowledged(3 * PMDCS, 4904, false);
    expect(control.cwndBytes).toBe(4904 + PMDCS);
    control.acknowledged(PMDCS, 4904 + PMDCS - 1, false);
    expect(control.cwndBytes).toBe(4904 + PMDCS);
  });

  it('[SCTP-0776] slow start: not in fast recovery', () => {
    const control = new CongestionControl(PMDCS, false, HIGH);
    control.acknowledged(PMDCS, 4404, true);
    expect(control.cwndBytes).toBe(4404);
  });

  it('[SCTP-0784, SCTP-0785, SCTP-0787, SCTP-0788, SCTP-0790, ERR-0010] congestion avoidance: PMDCS for each window acknowledged', () => {
    const control = avoiding();
    const before = control.cwndBytes;
    expect(before).toBeGreaterThan(control.ssthreshBytes);
    expect(control.partialBytesAcked).toBe(0);
    control.acknowledged(before - 1, before, false);
    expect([control.cwndBytes, control.partialBytesAcked]).toEqual([before, before - 1]);
    control.acknowledged(11, before, false);
    expect([control.cwndBytes, control.partialBytesAcked]).toEqual([before + PMDCS, 10]);
  });

  it('[SCTP-0789, ERR-0024] congestion avoidance: what is not used to the full does not pile up', () => {
    const control = avoiding();
    const before = control.cwndBytes;
    control.acknowledged(5 * before, before - 1, false);
    expect([control.cwndBytes, control.partialBytesAcked]).toEqual([before, before]);
  });

  it('[SCTP-0792] nothing outstanding: begins to count anew', () => {
    const control = avoiding();
    control.acknowledged(100, 1, false);
    control.allAcknowledged();
    expect(control.partialBytesAcked).toBe(0);
  });

  it('[SCTP-0793] a loss that SACKs tell of: half, but not below 4 PMDCS', () => {
    const control = avoiding();
    const before = control.cwndBytes;
    control.acknowledged(500, before, false);
    expect(control.partialBytesAcked).toBe(500);
    control.lostBySack();
    expect([control.cwndBytes, control.ssthreshBytes, control.partialBytesAcked]).toEqual([
      Math.floor(before / 2),
      Math.floor(before / 2),
      0,
    ]);
    for (let i = 0; i < 10; i++) control.lostBySack();
    expect([control.cwndBytes, control.ssthreshBytes]).toEqual([4 * PMDCS, 4 * PMDCS]);
  });

  it('[SCTP-0794, SCTP-0787, SCTP-0773, SCTP-0657, ERR-0009] a time-out: one packet, until something is acknowledged', () => {
    const control = avoiding();
    const before = control.cwndBytes;
    control.acknowledged(500, before, false);
    control.timedOut();
    expect([control.cwndBytes, control.ssthreshBytes, control.partialBytesAcked]).toEqual([
      PMDCS,
      Math.floor(before / 2),
      0,
    ]);
    expect([control.onePacketInFlight, control.roomBytes(0, 4), control.roomBytes(1, 4)]).toEqual([true, PMDCS, 0]);
    control.acknowledged(1, 1, false);
    expect([control.onePacketInFlight, control.roomBytes(100, 4)]).toEqual([false, PMDCS - 100]);
    control.timedOut();
    control.timedOut();
    expect([control.cwndBytes, control.ssthreshBytes]).toEqual([PMDCS, 4 * PMDCS]);
  });

  it('[SCTP-0782, SCTP-0783, SCTP-0791] a pause: half for each RTO, not below 4 PMDCS; ssthresh remembers', () => {
    const control = avoiding();
    const before = control.cwndBytes;
    control.idle(1);
    expect([control.cwndBytes, control.ssthreshBytes]).toEqual([Math.floor(before / 2), before]);
    control.idle(1);
    expect([control.cwndBytes, control.ssthreshBytes]).toEqual([Math.floor(before / 4), before]);
    control.idle(30);
    expect(control.cwndBytes).toBe(4 * PMDCS);
    // Used again, then another pause: nothing is left to lose.
    control.used();
    control.idle(3);
    expect([control.cwndBytes, control.ssthreshBytes]).toEqual([4 * PMDCS, before]);
  });

  it('a pause does not raise what is below 4 PMDCS', () => {
    const control = new CongestionControl(PMDCS, false, HIGH);
    control.idle(5);
    expect(control.cwndBytes).toBe(4404);
  });

  it('[SCTP-0556, SCTP-0555] no more at once than Max.Burst packets', () => {
    const control = avoiding();
    expect(control.roomBytes(0, 4)).toBe(4 * PMDCS);
    expect(control.roomBytes(control.cwndBytes - 10, 4)).toBe(10);
    expect(control.roomBytes(control.cwndBytes + 10, 4)).toBeLessThanOrEqual(0);
  });

  it('[PLPMTU-0016] a larger path MTU does not enlarge cwnd', () => {
    const control = new CongestionControl(PMDCS, false, HIGH);
    control.setPmdcs(9000);
    expect(control.cwndBytes).toBe(4404);
  });

  it('[SCTP-0786, SCTP-0767] stays in its bounds whatever happens', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('ack'), acked: fc.nat(20_000), flight: fc.nat(60_000), recovering: fc.boolean() }),
      fc.record({ kind: fc.constantFrom('loss', 'timeout', 'idle', 'all', 'used') }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const control = new CongestionControl(PMDCS, false, HIGH);
        for (const each of steps) {
          const before = control.cwndBytes;
          if ('acked' in each) control.acknowledged(each.acked, each.flight, each.recovering);
          else if (each.kind === 'loss') control.lostBySack();
          else if (each.kind === 'timeout') control.timedOut();
          else if (each.kind === 'idle') control.idle(2);
          else if (each.kind === 'all') control.allAcknowledged();
          else control.used();
          expect(control.cwndBytes).toBeGreaterThanOrEqual(PMDCS);
          if (each.kind !== 'loss') expect(control.cwndBytes).toBeLessThanOrEqual(before + PMDCS);
          expect(control.partialBytesAcked).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
