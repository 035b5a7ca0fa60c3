import { describe, expect, it } from 'vitest';
import { RtoEstimator } from '../../../src/sctp/path/rto.ts';

const LIMITS = { rtoInitialMs: 1000, rtoMinMs: 1, rtoMaxMs: 60_000 };

describe('retransmission time-out (RFC 9260 §6.3.1)', () => {
  it('[SCTP-0641] C1: RTO.Initial before any measurement', () => {
    const rto = new RtoEstimator({ ...LIMITS, rtoInitialMs: 777 });
    expect([rto.rtoMs, rto.srttMs]).toEqual([777, undefined]);
  });

  it('[SCTP-0642] C2: the first one', () => {
    const rto = new RtoEstimator(LIMITS);
    rto.measured(300);
    // SRTT = 300, RTTVAR = 150.
    expect([rto.srttMs, rto.rtoMs]).toEqual([300, 300 + 4 * 150]);
  });

  it('[SCTP-0643, SCTP-1070, SCTP-1071] C3: later ones, RTTVAR first', () => {
    const rto = new RtoEstimator(LIMITS);
    rto.measured(300);
    rto.measured(500);
    // RTTVAR = 3/4 * 150 + 1/4 * |300 - 500| = 162.5; SRTT = 7/8 * 300 + 1/8 * 500 = 325.
    expect([rto.srttMs, rto.rtoMs]).toEqual([325, 325 + 4 * 162.5]);
    rto.measured(325);
    // RTTVAR = 121.875; SRTT = 325.
    expect([rto.srttMs, rto.rtoMs]).toEqual([325, 812.5]);
  });

  it('[SCTP-0649] C6: not below RTO.Min', () => {
    const rto = new RtoEstimator({ ...LIMITS, rtoMinMs: 1000 });
    rto.measured(10);
    expect(rto.rtoMs).toBe(1000);
  });

  it('[SCTP-0650, SCTP-0658, SCTP-0659] C7, E2: doubles, up to RTO.Max', () => {
    const rto = new RtoEstimator(LIMITS);
    const values = Array.from({ length: 8 }, () => {
      rto.backOff();
      return rto.rtoMs;
    });
    expect(values).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    rto.measured(100_000);
    expect(rto.rtoMs).toBe(60_000);
  });

  it('[SCTP-0663] a measurement ends the back-off', () => {
    const rto = new RtoEstimator(LIMITS);
    rto.measured(100);
    rto.backOff();
    rto.backOff();
    rto.measured(100);
    // RTTVAR = 3/4 * 50.
    expect(rto.rtoMs).toBe(100 + 4 * 37.5);
  });

  it('[SCTP-0651] G1: a variance of 0 counts as the granularity of the clock', () => {
    const rto = new RtoEstimator({ ...LIMITS, rtoMinMs: 0 });
    rto.measured(0);
    expect(rto.rtoMs).toBe(4);
  });
});
