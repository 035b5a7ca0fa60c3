/** What both of them leave to the implementer, and what was customary before there was anything faster. */
const CUSTOMARY = {
  mentorDiscoveryTimeoutMs: 5000,
  mentorRetryMinMs: 2000,
  mentorRetryMaxMs: 5000,
  peerRetryMaxMs: 60_000,
  takeoverPausePerPeerMs: 0,
  takeoverRetryMaxMs: 5000,
  keepAlivePeriodMs: 5000,
  keepAliveAckTimeoutMs: 5000,
  maxMissedKeepAlives: 0,
  maxMissedPresences: 0,
} as const;

/** What the profiles `rfc` and `rsplib` say of a registrar. RFC 5353 §4.2. */
export const registrarProfiles = {
  rfc: {
    ...CUSTOMARY,
    peerHeartbeatCycleMs: 30_000,
    maxTimeLastHeardMs: 61_000,
    maxTimeNoResponseMs: 5000,
    takeoverGuardMs: 61_000,
  },
  rsplib: {
    ...CUSTOMARY,
    peerHeartbeatCycleMs: 2444,
    maxTimeLastHeardMs: 5000,
    maxTimeNoResponseMs: 5000,
    takeoverGuardMs: 5000,
    takeoverArbitration: 'smallest-id',
  },
} as const;
