import type { ElementConfig, RegistrarConfig, UserConfig } from '../../rserpool/index.ts';
import type { EndpointConfig } from '../../sctp/index.ts';

/**
 * Times of the demo. The RFCs' defaults are made for the Internet: there a dead peer is noticed after half a minute
 * to several minutes. On one host a round trip takes less than a millisecond, so everything is scaled down until
 * failures are handled within a second or two. What bounds it from below is the scheduler: nine processes start and
 * work on perhaps two cores that others use as well, so a process that is fine may be silent for a few hundred
 * milliseconds. That must not be taken for death.
 */

/** A message without acknowledgement ends its association after 100 + 200 + 400 + 500 ms. */
export const DEMO_SCTP: Partial<EndpointConfig> = {
  rtoInitialMs: 200,
  /** The round trip is far below; what counts are pauses of a busy machine. */
  rtoMinMs: 100,
  rtoMaxMs: 500,
  pathMaxRetrans: 2,
  associationMaxRetrans: 3,
  /** An INIT to a process that is not there fails after 200 + 400 + 500 + 500 ms. */
  maxInitRetransmits: 3,
  /** An idle association (an element with its registrar) notices a dead peer by this. */
  heartbeatIntervalMs: 300,
  /** Below RTO.Min by a wide margin: or else a delayed SACK would look like a loss. */
  sackDelayMs: 20,
};

export const DEMO_REGISTRAR: Partial<RegistrarConfig> = {
  peerHeartbeatCycleMs: 400,
  /** More than three heartbeats. */
  maxTimeLastHeardMs: 1400,
  maxTimeNoResponseMs: 500,
  /** The three start at the same time: nobody has anything to tell, so nobody has to wait long for it. */
  mentorDiscoveryTimeoutMs: 600,
  mentorRetryMinMs: 100,
  mentorRetryMaxMs: 300,
  peerRetryMinMs: 100,
  /** One that was restarted is found again within a second. */
  peerRetryMaxMs: 1000,
  tableSessionTimeoutMs: 2000,
  takeoverRetryMaxMs: 300,
  takeoverGuardMs: 2000,
  /** A dead element leaves the handlespace within two seconds or so. */
  keepAlivePeriodMs: 500,
  keepAliveAckTimeoutMs: 1000,
};

const REGISTRAR_SEARCH = {
  t5ServerhuntMs: 700,
  retranMaxMs: 2000,
} as const;

export const DEMO_ELEMENT: Partial<ElementConfig> = {
  ...REGISTRAR_SEARCH,
  t2RegistrationMs: 1000,
  t3DeregistrationMs: 500,
  t4ReregistrationMs: 5000,
  registrationLifeS: 30,
  /** Elements may be up before any registrar is. */
  maxRegAttempt: 20,
};

export const DEMO_USER: Partial<UserConfig> = {
  ...REGISTRAR_SEARCH,
  t1EnrpRequestMs: 700,
  staleCacheMs: 2000,
  connectTimeoutMs: 2000,
  failedElementHoldMs: 3000,
  sessionRetryMs: 200,
};

/** Pause between an answer and the next request of the user. */
export const REQUEST_PAUSE_MS = 20;
/** How long everything runs undisturbed before something is killed. */
export const STEADY_MS = 1500;
/** How long each step of the story may take. */
export const STEP_LIMIT_MS = 15_000;
/** How long the whole story may take. */
export const STORY_LIMIT_MS = 60_000;
/** How long processes may take to leave in good order. */
export const LEAVE_LIMIT_MS = 8000;
