import { describe, expect, it } from 'vitest';
import { elementConfig } from '../../../src/rserpool/element/config.ts';
import { registrarConfig } from '../../../src/rserpool/registrar/config.ts';
import { userConfig } from '../../../src/rserpool/user/config.ts';

describe('profiles', () => {
  it('rsplib: the times of rspregistrar, and of its library for elements and users', () => {
    expect(registrarConfig({}, 'rsplib')).toMatchObject({
      keepAlivePeriodMs: 5000,
      keepAliveAckTimeoutMs: 5000,
      maxMissedKeepAlives: 0,
      announceCycleMs: 1000,
      peerHeartbeatCycleMs: 2444,
      maxTimeLastHeardMs: 5000,
      maxTimeNoResponseMs: 5000,
      mentorDiscoveryTimeoutMs: 5000,
      takeoverGuardMs: 5000,
      takeoverArbitration: 'smallest-id',
      maxBadPeReports: 3,
    });
    expect(elementConfig({}, 'rsplib')).toMatchObject({
      t2RegistrationMs: 3000,
      t3DeregistrationMs: 3000,
      t4ReregistrationMs: 30_000,
      registrationLifeS: 90,
    });
    expect(userConfig({}, 'rsplib')).toMatchObject({ t1EnrpRequestMs: 3000, connectTimeoutMs: 5000 });
  });

  it('rfc: what RFC 5353 leaves to us is slow and careful', () => {
    expect(registrarConfig({}, 'rfc')).toMatchObject({
      // "A few seconds" (§3.2.2.2).
      mentorRetryMinMs: 2000,
      mentorRetryMaxMs: 5000,
      // A takeover that does not come is noticed as late as a registrar that is silent.
      takeoverGuardMs: 61_000,
      takeoverArbitration: 'largest-id',
      maxMissedKeepAlives: 0,
    });
  });

  it('give way to what is set, but not to what is left open', () => {
    // As plain JavaScript gives it.
    const given: object = { peerHeartbeatCycleMs: 7, maxTimeLastHeardMs: undefined };
    expect(registrarConfig(given, 'rfc')).toMatchObject({ peerHeartbeatCycleMs: 7, maxTimeLastHeardMs: 61_000 });
    expect(registrarConfig(given).maxTimeLastHeardMs).toBe(5000);
  });

  it('default: one that is cut off for a moment is not given up: heartbeats and keep-alives may be lost several times', () => {
    const { peerHeartbeatCycleMs, maxTimeLastHeardMs } = registrarConfig();
    expect(maxTimeLastHeardMs).toBeGreaterThan(2 * peerHeartbeatCycleMs);
    const { keepAliveAckTimeoutMs, maxMissedKeepAlives } = registrarConfig();
    expect(keepAliveAckTimeoutMs * (maxMissedKeepAlives + 1)).toBeGreaterThan(15_000);
  });
});
