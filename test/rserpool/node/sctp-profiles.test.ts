import { describe, expect, it } from 'vitest';
import { sctpConfigOf } from '../../../src/rserpool/node/sctp-profiles.ts';
import { userConfig } from '../../../src/rserpool/user/config.ts';
import { endpointConfig } from '../../../src/sctp/index.ts';

/** The longest time that the set-up loses with so many packets of it: each one doubles the RTO. RFC 9260 §6.3.3. */
function lostMs(packets: number, rtoInitialMs: number): number {
  return rtoInitialMs * (2 ** packets - 1);
}

describe('SCTP below a role', () => {
  it('has short times unless a profile or the program says otherwise', () => {
    expect(sctpConfigOf({}, 'user')).toMatchObject({ rtoMinMs: 300, rtoInitialMs: 300, rtoMaxMs: 5000 });
    expect(sctpConfigOf({ sctp: { rtoMinMs: 400, sackDelayMs: 0 } }, 'user')).toMatchObject({
      rtoMinMs: 400,
      rtoInitialMs: 300,
      sackDelayMs: 0,
    });
    expect(sctpConfigOf({ sctp: { probeHeartbeats: 3 } }, 'registrar').probeHeartbeats).toBe(3);
  });

  it('waits longer than peers may delay a SACK, and so does its doubt', () => {
    const { rtoMinMs, unansweredAfterMs } = endpointConfig(sctpConfigOf({}, 'user'));
    const { sackDelayMs } = endpointConfig();
    expect(rtoMinMs).toBeGreaterThan(sackDelayMs);
    expect(unansweredAfterMs).toBeGreaterThan(sackDelayMs);
  });

  it('follows a lower RTO.Max with the other two', () => {
    const config = sctpConfigOf({ sctp: { rtoMaxMs: 100 } }, 'element');
    expect(config).toMatchObject({ rtoMinMs: 100, rtoInitialMs: 100, rtoMaxMs: 100 });
    expect(() => endpointConfig(config)).not.toThrow();
  });

  it('is that of RFC 9260 with the profile rfc', () => {
    const { probeHeartbeats: _, ...times } = endpointConfig(sctpConfigOf({ profile: 'rfc' }, 'element'));
    expect(times).toEqual((({ probeHeartbeats: __, ...rest }) => rest)(endpointConfig()));
  });

  it('any three packets of a set-up may be lost before a user takes an element for unreachable', () => {
    const { rtoInitialMs } = endpointConfig(sctpConfigOf({}, 'user'));
    const roundTripsMs = 2 * 2 * 55;
    expect(lostMs(3, rtoInitialMs) + roundTripsMs).toBeLessThan(userConfig().connectTimeoutMs);
  });
});
