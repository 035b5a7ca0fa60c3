import { amendedConfig, ConfigError, type ConfigOf, completeConfig } from '../../base/config.ts';
import { SCHEDULERS } from '../tx/scheduling.ts';

/**
 * Parameters of an association. Defaults are those of RFC 9260 §16 where it names one. Every field can be given to
 * `bind` for all associations of an endpoint, and to `connect` for one.
 */
export const associationSettings = {
  /** RTO.Initial, ms. RFC 9260 §16. */
  rtoInitialMs: { default: 1000, min: 1, max: 60_000, integer: false },
  /** RTO.Min, ms. RFC 9260 §16: keep it at 1 s in the open Internet; lower it where delayed SACKs are shorter. */
  rtoMinMs: { default: 1000, min: 1, max: 60_000, integer: false },
  /** RTO.Max, ms. RFC 9260 §16. */
  rtoMaxMs: { default: 60_000, min: 1, max: 600_000, integer: false },
  /** Max.Burst, packets. RFC 9260 §6.1 D. */
  maxBurstPackets: { default: 4, min: 1, max: 1000 },
  /** Association.Max.Retrans. RFC 9260 §8.1. */
  associationMaxRetrans: { default: 10, min: 0, max: 1000 },
  /** Path.Max.Retrans. RFC 9260 §8.2. */
  pathMaxRetrans: { default: 5, min: 0, max: 1000 },
  /** Max.Init.Retransmits. RFC 9260 §5.1.6. */
  maxInitRetransmits: { default: 8, min: 0, max: 1000 },
  /**
   * Longest interval between two INITs, ms; RTO.Max bounds it as well, and it bounds nothing else. RFC 6458 §5.3.1.
   */
  maxInitTimeoutMs: { default: 60_000, min: 1, max: 600_000, integer: false },
  /** HB.interval, ms. RFC 9260 §8.3. */
  heartbeatIntervalMs: { default: 30_000, min: 1, max: 86_400_000, integer: false },
  /** Whether idle paths are probed. Unconfirmed addresses are verified in any case (RFC 9260 §5.4). */
  heartbeats: { default: true },
  /**
   * After how many ms without any answer to DATA the event `unanswered` tells a doubt about the peer, or after the time
   * that an answer takes on this path if that is longer; 0: never. A doubt changes nothing by itself.
   */
  unansweredAfterMs: { default: 0, min: 0, max: 600_000, integer: false },
  /** HEARTBEATs that `probe` sends on every path before it takes the peer for silent: each one alone may be lost. */
  probeHeartbeats: { default: 8, min: 1, max: 100 },
  /** SACK.Delay, ms; never above 500 (RFC 9260 §6.2). 0 acknowledges every packet at once. */
  sackDelayMs: { default: 200, min: 0, max: 500, integer: false },
  /** Acknowledge at least every n-th packet with DATA. RFC 9260 §6.2 says 2. */
  sackEveryPackets: { default: 2, min: 1, max: 100 },
  /** a_rwnd offered to the peer: bytes of receive buffer. RFC 9260 §3.3.2: at least 1500. */
  receiveBufferBytes: { default: 1024 * 1024, min: 1500, max: 1 << 30 },
  /** Bytes accepted by `send` before it makes the caller wait; messages too: one for 64 bytes of it, at least 256. */
  sendBufferBytes: { default: 1024 * 1024, min: 1, max: 1 << 30 },
  /**
   * Longest message that `send` takes. What comes in is limited by `receiveBufferBytes`, unless `partialDeliveryBytes` is
   * above 0.
   */
  maxMessageBytes: { default: 256 * 1024, min: 1, max: 1 << 30 },
  /** Longest piece of a message that goes into one chunk; 0: the path MTU alone decides. RFC 6458 §8.1.16. */
  maxFragmentBytes: { default: 0, min: 0, max: 65_535 },
  /** Whether messages longer than one chunk are fragmented; if not, `send` refuses them. RFC 6458 §8.1.11. */
  fragmentation: { default: true },
  /**
   * A message that is not here wholly goes up in parts once so many bytes of its beginning are here, or half of
   * `receiveBufferBytes`. 0: only whole messages go up, and unfinished ones that fill the buffer end the association.
   * RFC 9260 §6.9.
   */
  partialDeliveryBytes: { default: 0, min: 0, max: 1 << 30 },
  /** OS: outbound streams asked for. RFC 9260 §3.3.2. */
  outboundStreams: { default: 64, min: 1, max: 65_535 },
  /** MIS: inbound streams taken at most. RFC 9260 §3.3.2. */
  maxInboundStreams: { default: 2048, min: 1, max: 65_535 },
  /**
   * Whether DATA that is queued before the association is up goes in the packet of COOKIE ECHO (RFC 9260 §5.1 C): it is
   * there one round trip earlier. For messages that may come twice: peers that take a cookie twice, or give the
   * association up before this side knows of it, get the same DATA with the next set-up.
   */
  dataWithCookieEcho: { default: false },
  /**
   * MTU of the IP layer below, bytes: the SCTP packet is smaller by the IP and UDP headers (RFC 6951 §5.6).
   * 1500 suits Ethernet; 1280 any IPv6 path.
   */
  pathMtuBytes: { default: 1500, min: 576, max: 65_535 },
  /**
   * The MTU to fall back to when packets do not get through because of their size: IP packets of so many bytes are
   * expected to get through everywhere. 1228 gives SCTP packets of 1200 bytes over IPv4 (RFC 8899 §5.1.2); over IPv6 it
   * is 1280 at least. As large as `pathMtuBytes`, it switches the detection of black holes off.
   */
  basePathMtuBytes: { default: 1228, min: 576, max: 65_535 },
  /**
   * The largest MTU to look for, by probing, once DATA fills packets; never more than the link takes, as far as the system
   * tells (see docs/sctp-api.md). Up to `pathMtuBytes`, such as 0, it means none: then packets are probed only to get back
   * to `pathMtuBytes`. Above 32 KiB a datagram costs Node more than it saves.
   */
  maxPathMtuBytes: { default: 32_768, min: 0, max: 65_535 },
  /** MAX_PROBES: unanswered probes of the path MTU in a row that end a search. RFC 8899 §5.1.2. */
  maxPmtuProbes: { default: 3, min: 1, max: 10 },
  /** PROBE_TIMER of path MTU probes, ms; never less than the RTO. RFC 8899 §5.1.1, §6.2.1.2. */
  pmtuProbeMs: { default: 1000, min: 1000, max: 600_000, integer: false },
  /** PMTU_RAISE_TIMER, ms: when to look for a larger path MTU again. RFC 8899 §5.1.1. */
  pmtuRaiseMs: { default: 600_000, min: 1000, max: 86_400_000, integer: false },
  /** Whether our address list goes into INIT and INIT ACK. Off behind a NAT (RFC 6951 §3.2). One address is never listed. */
  advertiseAddresses: { default: true },
  /** Addresses of one peer that are kept at most. */
  maxPeerAddresses: { default: 16, min: 1, max: 256 },
  /** Whether partial reliability is offered to peers: messages can be given up after they were sent. RFC 3758. */
  partialReliability: { default: true },
  /**
   * Whether the interleaving of user messages is offered to peers: a long message of one stream does not hold up the
   * others. RFC 8260. Messages of all streams are under way at once then: either `receiveBufferBytes` has room for them,
   * or `partialDeliveryBytes` lets them go up in parts.
   */
  interleaving: { default: false },
  /**
   * How messages of different streams take turns, RFC 8260 §3: in the order of `send` (`fcfs`), one after the other, by
   * packets, by priority, or by equal or weighted shares of bytes. Without interleaving a message is finished first.
   */
  scheduler: { default: 'fcfs', oneOf: SCHEDULERS },
  /** Whether stream reconfiguration is offered to peers. RFC 6525. */
  streamReconfiguration: { default: true },
  /**
   * Whether peers may reset streams: theirs, and ours by asking for it. RFC 6525 §6.3.1. On, since nothing that the
   * application sees of a message depends on its SSN.
   */
  allowStreamResets: { default: true },
  /** Whether peers may begin all TSNs and SSNs anew. RFC 6525 §6.3.1. */
  allowAssociationResets: { default: false },
  /** Whether peers may add streams, up to `maxInboundStreams` and `maxOutboundStreams`. RFC 6525 §6.3.1. */
  allowStreamAdditions: { default: false },
  /** Outbound streams that there may be after a peer has asked for more. RFC 6525 §5.2.6. */
  maxOutboundStreams: { default: 2048, min: 1, max: 65_535 },
  /** Adaptation Layer Indication that is told to peers, 32 bits; -1: none. RFC 5061 §4.2.6. */
  adaptationIndication: { default: -1, min: -1, max: 0xffff_ffff },
  /** An association without user messages is shut down after so many ms; 0: never. RFC 6458 §8.1.8. */
  autocloseMs: { default: 0, min: 0, max: 86_400_000 * 30, integer: false },
  /** T5-shutdown-guard as a multiple of RTO.Max. RFC 9260 §9.2 says 5. */
  shutdownGuardRtos: { default: 5, min: 1, max: 100 },
} as const;

/** Parameters of an endpoint that are not an association's. */
export const endpointSettings = {
  ...associationSettings,
  /** Valid.Cookie.Life, ms. RFC 9260 §5.1.3. */
  validCookieLifeMs: { default: 60_000, min: 100, max: 3_600_000, integer: false },
  /** The cookie key is replaced after this long; the one before stays good for one more period. RFC 9260 §5.1.3. */
  cookieKeyLifeMs: { default: 3_600_000, min: 1000, max: 86_400_000, integer: false },
  /** Associations held at most; further COOKIE ECHOs are answered with Out of Resource. */
  maxAssociations: { default: 65_536, min: 1, max: 1 << 24 },
  /** Associations that peers at one address may have at most; further COOKIE ECHOs likewise. RFC 9260 §12.2.4.3. */
  maxAssociationsPerAddress: { default: 65_536, min: 1, max: 1 << 24 },
  /** Answers to out-of-the-blue packets and INITs per second, all peers together. RFC 9260 §8.4, §12.2.4.1. */
  maxStatelessRepliesPerSecond: { default: 10_000, min: 1, max: 1_000_000 },
  /**
   * What an INIT means that fits an existing association but comes from another UDP port: a different program on the
   * same host (`separate`), or a restart to be refused (`abort`). RFC 6951 is silent; see docs/ARCHITECTURE.md.
   */
  newUdpPortPolicy: { default: 'separate', oneOf: ['separate', 'abort'] },
} as const;

export type AssociationConfig = ConfigOf<typeof associationSettings>;
export type EndpointConfig = ConfigOf<typeof endpointSettings>;

/** The complete configuration of an endpoint, checked. */
export function endpointConfig(partial: Partial<EndpointConfig> = {}): EndpointConfig {
  return related(completeConfig(endpointSettings, partial));
}

/** The configuration of one association: the endpoint's, with these settings in their place. */
export function overriddenConfig(
  config: AssociationConfig,
  overrides: Partial<AssociationConfig> | undefined,
): AssociationConfig {
  if (overrides === undefined) return config;
  return related(amendedConfig(associationSettings, config, overrides));
}

/** Settings that can be changed while an association lives; the others shape its set-up. */
export const LIVE_SETTINGS = [
  /** For addresses that are added, and after a restart. */
  'rtoInitialMs',
  'rtoMinMs',
  'rtoMaxMs',
  'maxBurstPackets',
  'associationMaxRetrans',
  'pathMaxRetrans',
  'heartbeatIntervalMs',
  'heartbeats',
  'unansweredAfterMs',
  'probeHeartbeats',
  'sackDelayMs',
  'sackEveryPackets',
  'sendBufferBytes',
  'maxMessageBytes',
  'maxFragmentBytes',
  'fragmentation',
  'scheduler',
  'allowStreamResets',
  'allowAssociationResets',
  'allowStreamAdditions',
  'maxOutboundStreams',
  'shutdownGuardRtos',
  'autocloseMs',
] as const;

export type LiveConfig = Pick<AssociationConfig, (typeof LIVE_SETTINGS)[number]>;

/**
 * The configuration of an association after a change of these settings. RFC 9260 §11.1.13.
 *
 * @throws ConfigError for a setting that is fixed, that does not exist, or that is out of its range
 */
export function changedConfig(config: AssociationConfig, changes: Partial<LiveConfig>): AssociationConfig {
  for (const name of Object.keys(changes)) {
    if ((LIVE_SETTINGS as readonly string[]).includes(name)) continue;
    const accepted = LIVE_SETTINGS.join(', ');
    throw new ConfigError(`${name} cannot be changed while an association lives; these can: ${accepted}`, { name });
  }
  return overriddenConfig(config, changes);
}

/** RTO.Max bounds the other two (RFC 9260 §6.3.1 C7). @throws ConfigError */
function related<Config extends AssociationConfig>(config: Config): Config {
  const { rtoMaxMs } = config;
  for (const name of ['rtoMinMs', 'rtoInitialMs'] as const) {
    if (config[name] <= rtoMaxMs) continue;
    const accepted = `at most rtoMaxMs, which is ${rtoMaxMs}`;
    throw new ConfigError(`${name} is ${config[name]}, but takes ${accepted}`, { name, value: config[name], accepted });
  }
  return config;
}
