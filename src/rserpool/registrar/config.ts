import { type ConfigOf, completeConfig } from '../../base/config.ts';
import { DIALECT_SETTING } from '../dialects.ts';
import { type Profile, withProfile } from '../profile.ts';
import { registrarProfiles } from './profiles.ts';

const milliseconds = (value: number, max = 86_400_000) => ({ default: value, min: 1, max, integer: false }) as const;

/** Settings of a registrar. The profile `rfc` has the values of RFC 5353 §4.2 where the default is another one. */
export const registrarSettings = {
  /** What is spoken with elements, users and peers: what each of them turns out to speak (`auto`), or always the same. */
  dialect: DIALECT_SETTING,
  /** PEER-HEARTBEAT-CYCLE: a PRESENCE goes to every peer this often. RFC 5353 §4.2: 30 s. */
  peerHeartbeatCycleMs: milliseconds(500),
  /** PRESENCEs that are sent per second at most: with many peers the cycle is longer. */
  presencesPerSecond: { default: 200, min: 1, max: 1_000_000, integer: false },
  /** The same while a peer is one of rsplib, whose MAX-TIME-LAST-HEARD is 5 s and counts nothing but PRESENCE. */
  rsplibHeartbeatCycleMs: milliseconds(2000),
  /**
   * MAX-TIME-LAST-HEARD: a peer that is silent for longer is asked, or one that does not acknowledge a PRESENCE. More than
   * twice the peers' heartbeat. RFC 5353 §4.2: 61 s.
   */
  maxTimeLastHeardMs: milliseconds(5000),
  /** MAX-TIME-NO-RESPONSE: how long any answer of a peer that is there is waited for. RFC 5353 §4.2: 5 s. */
  maxTimeNoResponseMs: milliseconds(5000),
  /**
   * How often a peer may let this time pass while its association answers probes: then it is asked again. What is lost
   * several times in a row takes SCTP that long. A peer whose association does not answer a probe is dead at once.
   */
  maxMissedPresences: { default: 2, min: 0, max: 1000 },

  /** How long a starting registrar looks for a mentor among the configured peers. */
  mentorDiscoveryTimeoutMs: milliseconds(1500),
  /** Whether it serves an empty handlespace if there is no mentor after that time; otherwise it goes on looking. */
  serveWithoutMentor: { default: true },
  /** "A few seconds" of RFC 5353 §3.2.2.2: a mentor that rejected is asked again after a random time from here … */
  mentorRetryMinMs: milliseconds(500),
  /** … to here. */
  mentorRetryMaxMs: milliseconds(1500),
  /** First pause before a peer that cannot be reached is tried again; it doubles … */
  peerRetryMinMs: milliseconds(500),
  /** … up to this. */
  peerRetryMaxMs: milliseconds(10_000),
  /** How long the endpoint of a registrar that was taken over is still called: it may only have been cut off. */
  formerPeerMemoryMs: milliseconds(3_600_000),
  /** Life of the record about a peer that downloads the handlespace in parts. RFC 5353 §3.2.3. */
  tableSessionTimeoutMs: milliseconds(15_000),

  /** Which of two registrars that want the same target wins: RFC 5353 §3.5.1 says the larger id, rsplib the smaller. */
  takeoverArbitration: { default: 'largest-id', oneOf: ['largest-id', 'smallest-id'] },
  /**
   * Random pause before INIT_TAKEOVER: up to this for each peer that may find out as well that the target is dead. The
   * first one spares all others their own INIT_TAKEOVERs; a registrar with one peer never waits.
   */
  takeoverPausePerPeerMs: { default: 2, min: 0, max: 10_000, integer: false },
  /** Upper end of the random pause before a failed arbitration is repeated. */
  takeoverRetryMaxMs: milliseconds(2000),
  /** Arbitrations without all acknowledgements, after which the takeover is carried out all the same. */
  takeoverMaxAttempts: { default: 3, min: 1, max: 1000 },
  /** After an acknowledged INIT_TAKEOVER the target is watched again if nobody took it over in this time. */
  takeoverGuardMs: milliseconds(10_000),
  /** Pause between the first keep-alives to elements that were taken over: no bursts (RFC 5352 §3.5), 500 a second. */
  adoptionSpacingMs: { default: 2, min: 0, max: 60_000, integer: false },

  /** Mean pause between periodic keep-alives to an element; 0 switches them off. RFC 5352 §3.5. */
  keepAlivePeriodMs: { default: 400, min: 0, max: 86_400_000, integer: false },
  /** Each pause is varied by up to this fraction of the mean. RFC 5352 §3.5 proposes one half. */
  keepAliveJitter: { default: 0.5, min: 0, max: 0.9, integer: false },
  /** Keep-alives that are sent per second at most: with many elements the pauses are longer. */
  keepAlivesPerSecond: { default: 500, min: 0.1, max: 1_000_000, integer: false },
  /** A keep-alive that is not acknowledged for so long has failed. */
  keepAliveAckTimeoutMs: milliseconds(2000),
  /**
   * Keep-alives in a row that an element may fail to answer while its association works: the next one that fails removes
   * it. A few, since what is lost several times in a row takes SCTP that long, and 1 s is the least RTO of many peers. An
   * element whose association does not answer a probe is removed at once, one whose association has ended or begun anew
   * after the first of them.
   */
  maxMissedKeepAlives: { default: 7, min: 0, max: 1000 },
  /** Keep-alives that reports can cause, per element and second. RFC 5355 §2.14. */
  probesPerSecond: { default: 1, min: 0.001, max: 1000, integer: false },
  /** The same in a burst. */
  probeBurst: { default: 3, min: 1, max: 1000 },
  /** MAX-BAD-PE-REPORT: reports of more users than this remove an element. RFC 5352 §3.5, RFC 5355 §2.13. */
  maxBadPeReports: { default: 3, min: 0, max: 1_000_000 },
  /** ENDPOINT_UNREACHABLE messages of one channel that are read per second; others are dropped. RFC 5352 §9.1 T8. */
  reportsPerSecond: { default: 10, min: 0.001, max: 100_000, integer: false },

  /**
   * Messages of one channel that are read before those of others get their turn; the rest waits in its receive window, and
   * then its peer. RFC 5355 §2.1, §2.13: who asks without end is slow himself, and the others are not.
   */
  messagesPerTurn: { default: 64, min: 1, max: 1_000_000 },
  /**
   * Registrations and deregistrations of one channel that are read per second: each is told to all peers. Who sends more
   * has to wait, as with all of these limits. RFC 5355 §2.1, §2.2.
   */
  registrationsPerSecond: { default: 200, min: 0.1, max: 1_000_000, integer: false },
  /** The same in a burst. */
  registrationBurst: { default: 1000, min: 1, max: 1_000_000 },
  /** Handle resolutions of one channel that are read per second; 0: as many as its share of the turns allows. */
  resolutionsPerSecond: { default: 0, min: 0, max: 1_000_000, integer: false },
  /** LIST_REQUEST and HANDLE_TABLE_REQUEST of one channel that are read per second. RFC 5355 §2.5. */
  tableRequestsPerSecond: { default: 100, min: 0.1, max: 1_000_000, integer: false },
  /** The same in a burst: a whole handlespace is downloaded in parts. */
  tableRequestBurst: { default: 1000, min: 1, max: 1_000_000 },

  /**
   * Events about what others do wrong (`access-denied`, bad messages, refused handshakes), all channels together, per
   * second; one channel has each only once. So nobody fills the log.
   */
  complaintsPerSecond: { default: 10, min: 0.001, max: 1_000_000, integer: false },
  /** The same in a burst. */
  complaintBurst: { default: 100, min: 1, max: 1_000_000 },

  /** Whether SERVER_ANNOUNCE is sent by multicast. RFC 5352 §3.6. */
  announce: { default: false },
  /** T6-Serverannounce, multiplied by the number of registrars that announce themselves. RFC 5352 §3.6, §7.1. */
  announceCycleMs: milliseconds(1000),
  /** Whether PRESENCE is sent by multicast as well, so that registrars find each other. RFC 5351 §3.1. */
  enrpAnnounce: { default: false },
  /** How often. */
  enrpAnnounceCycleMs: milliseconds(2500),
  /** A registrar whose announcements stop is counted for this time, or for three pauses if that is longer. */
  announceOutdateMs: milliseconds(5000),

  /** Elements in one HANDLE_RESOLUTION_RESPONSE at most; as many as fit in any case. RFC 5352 §3.3. */
  maxResolutionItems: { default: 65_535, min: 1, max: 65_535 },
  /** Longest registration life that is granted; longer ones are cut, with a warning to the element. */
  maxRegistrationLifeS: { default: 2_147_483_647, min: 1, max: 2_147_483_647 },
  /** Bytes of one HANDLE_TABLE_RESPONSE. RFC 5353 §3.2.3. */
  maxTableResponseBytes: { default: 32_768, min: 256, max: 65_535 },
  /** Downloads that are served at the same time. */
  maxTableSessions: { default: 64, min: 1, max: 65_536 },
  /** Channels that are open at the same time: with so many nobody else gets one, but it calls elements and peers itself. */
  maxChannels: { default: 16_384, min: 1, max: 1 << 20 },
  /**
   * The same of one identity, or of one address where there is no TLS: one source does not use them all up. RFC 5355 §2.1.
   */
  maxChannelsPerPeer: { default: 1024, min: 1, max: 1 << 20 },
  /** Peers that are known at the same time. */
  maxPeers: { default: 256, min: 1, max: 65_536 },
  /** Pools in the handlespace. */
  maxPools: { default: 16_384, min: 1, max: 1 << 22 },
  /** Elements in the handlespace. */
  maxElements: { default: 131_072, min: 1, max: 1 << 22 },
  /**
   * Elements that one identity may have registered here, or one address where there is no TLS, so that there is room for
   * those of others, and for their pools. RFC 5355 §2.2.
   */
  maxElementsPerOwner: { default: 4096, min: 1, max: 1 << 22 },
  /** Pools that one channel can subscribe to. RFC 5352 §2.2.5. */
  maxSubscriptionsPerChannel: { default: 64, min: 0, max: 65_536 },
  /** Least time between two updates of a pool for its subscribers; the changes of this time come together. */
  subscriptionPacingMs: { default: 100, min: 0, max: 60_000, integer: false },
} as const;

export type RegistrarConfig = ConfigOf<typeof registrarSettings>;

/**
 * The complete configuration of a registrar, checked.
 * @throws ConfigError
 */
export function registrarConfig(partial: Partial<RegistrarConfig> = {}, profile: Profile = 'default'): RegistrarConfig {
  return completeConfig(registrarSettings, withProfile(registrarProfiles, profile, partial));
}
