import { type ConfigOf, completeConfig } from '../../base/config.ts';
import { asapSettings } from '../asap/config.ts';
import { type Profile, withProfile } from '../profile.ts';
import { userProfiles } from './profiles.ts';

/** Settings of a pool user. The profile `rfc` has the values of RFC 5352 §7.1 where the default is another one. */
export const userSettings = {
  ...asapSettings,
  /** T1-ENRPrequest, ms: how long to wait for an ASAP_HANDLE_RESOLUTION_RESPONSE. RFC 5352 §7.1: 15 s. */
  t1EnrpRequestMs: { default: 3000, min: 1, max: 3_600_000, integer: false },
  /** MAX-REQUEST-RETRANSMIT: how often a request is sent again. RFC 5352 §7.3. */
  maxRequestRetransmit: { default: 2, min: 0, max: 1_000_000 },
  /** stale.cache.value, ms: how long a resolution counts as fresh. 0 resolves every time. RFC 5352 §7.2 has no default. */
  staleCacheMs: { default: 30_000, min: 0, max: 86_400_000, integer: false },
  /** Whether a stale resolution is used while it is being refreshed; otherwise users wait. RFC 5352 §3.3 C3. */
  useStaleCache: { default: true },
  /** Whether registrars are asked to send changes of the pools (S flag). RFC 5352 §2.2.5. */
  subscribe: { default: false },
  /** How many elements a resolution asks for, in a private parameter; 0 leaves that to the registrar. */
  resolutionItems: { default: 0, min: 0, max: 65_535 },
  /** Pools whose resolution is kept, least recently used go first; and resolutions under way at one time. */
  maxCacheEntries: { default: 1024, min: 1, max: 1 << 20 },
  /**
   * How long to wait for a channel to an element before the next one is tried, ms. Any three packets of the set-up may be
   * lost within this time: shorter, and elements that live would be reported as unreachable now and then.
   */
  connectTimeoutMs: { default: 2500, min: 1, max: 3_600_000, integer: false },
  /**
   * How often a session probes its element while it may owe a reply, ms: from `sendData` until anything comes back. An
   * element that does not answer the probe has failed. 0: only what stays unacknowledged is a reason to probe.
   */
  requestProbeMs: { default: 300, min: 0, max: 3_600_000, integer: false },
  /** How long an element that failed is avoided while there are others, ms. */
  failedElementHoldMs: { default: 30_000, min: 0, max: 86_400_000, integer: false },
  /** Failed elements that are remembered, oldest go first. */
  maxFailedElements: { default: 4096, min: 1, max: 1 << 20 },
  /**
   * First pause of a session that found no element, ms; every further one lasts twice as long, up to RETRAN-MAX, and all
   * of them up to a half longer by chance. An element that served a session for so long has worked.
   */
  sessionRetryMs: { default: 1000, min: 1, max: 3_600_000, integer: false },
  /**
   * Between the second and the third attempt of a session to reach an element, ms; the pause doubles with every further
   * one until an element has worked. The first failover comes at once. Registrars are asked for a pool that they did not
   * know in the same way.
   */
  backOffMs: { default: 200, min: 1, max: 3_600_000, integer: false },
  /** The longest of these pauses, ms. */
  maxBackOffMs: { default: 1000, min: 1, max: 3_600_000, integer: false },
  /** All sessions together report one element as unreachable once in so many ms. RFC 5352 §3.5, §9.1. */
  reportIntervalMs: { default: 1000, min: 0, max: 3_600_000, integer: false },
  /** Sessions at one time. */
  maxSessions: { default: 16_384, min: 1, max: 1 << 24 },
  /** Bytes that wait in one session for an element; and bytes of messages without a session that wait. */
  maxQueuedBytes: { default: 1 << 20, min: 1, max: 1 << 30 },
  /** Whether messages without a session go to another element if one fails and the message does not say. RFC 5352 §6.5.5. */
  sendFailover: { default: true },
  /** How long a channel for messages without a session stays open unused, ms. */
  idleChannelMs: { default: 30_000, min: 1, max: 86_400_000, integer: false },
  /** Channels for messages without a session at one time. */
  maxElementChannels: { default: 16_384, min: 1, max: 1 << 24 },
  /** Elements kept of a business card. */
  maxPreferredElements: { default: 16, min: 1, max: 1024 },
} as const;

export type UserConfig = ConfigOf<typeof userSettings>;

/** The complete configuration of a pool user, checked. */
export function userConfig(partial: Partial<UserConfig> = {}, profile: Profile = 'default'): UserConfig {
  return completeConfig(userSettings, withProfile(userProfiles, profile, partial));
}
