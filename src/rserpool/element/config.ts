import { type ConfigOf, completeConfig } from '../../base/config.ts';
import { asapSettings } from '../asap/config.ts';
import { type Profile, withProfile } from '../profile.ts';
import { elementProfiles } from './profiles.ts';

/** Settings of a pool element. The profile `rfc` has the values of RFC 5352 §7.1 where the default is another one. */
export const elementSettings = {
  ...asapSettings,
  /** T2-registration, ms: how long to wait for an ASAP_REGISTRATION_RESPONSE. RFC 5352 §7.1: 30 s. */
  t2RegistrationMs: { default: 5000, min: 1, max: 3_600_000, integer: false },
  /** T3-deregistration, ms: how long to wait for an ASAP_DEREGISTRATION_RESPONSE. RFC 5352 §7.1: 30 s. */
  t3DeregistrationMs: { default: 5000, min: 1, max: 3_600_000, integer: false },
  /**
   * T4-reregistration, ms: the longest time between two registrations. The registration life less 20 s comes first if
   * it is shorter, or half of a life of 40 s or less. RFC 5352 §7.1.
   */
  t4ReregistrationMs: { default: 600_000, min: 1, max: 86_400_000, integer: false },
  /** MAX-REG-ATTEMPT: so many registrations may stay without a response; one more is the end. RFC 5352 §7.3. */
  maxRegAttempt: { default: 2, min: 0, max: 1_000_000 },
  /** Registration Life in seconds for registrations that name none; -1 never expires. RFC 5354 §3.10. */
  registrationLifeS: { default: 600, min: -1, max: 0x7fffffff },
  /**
   * A home registrar that was not heard for so many ms is probed, or after two and a half of the pauses between its
   * keep-alives if that is longer; 0: never. One that does not answer the probe is given up for another one.
   */
  homeSilenceMs: { default: 2000, min: 0, max: 86_400_000, integer: false },
  /** Whether a user gets an ASAP_BUSINESS_CARD when its session begins. RFC 5352 §3.9: it should. */
  businessCards: { default: true },
  /**
   * How long, in ms, a channel that somebody opened may stay silent until it counts as a user's session. A registrar
   * that takes over uses the same port (RFC 5352 §3.4), and only its first message tells who it is.
   */
  sessionDecisionMs: { default: 300, min: 0, max: 60_000, integer: false },
  /** Channels that others opened, held at most; further ones are closed. */
  maxIncomingChannels: { default: 16_384, min: 1, max: 1 << 24 },
  /**
   * Acknowledgements of keep-alives on one channel in a second, and as many at once: what comes beyond is not answered, so
   * that a registrar gone wrong does not keep the element from its users (RFC 5355 §2.14).
   */
  keepAlivesPerSecond: { default: 1000, min: 1, max: 1_000_000 },
  /** Registrations of one element at most. */
  maxRegistrations: { default: 256, min: 1, max: 65_536 },
} as const;

export type ElementConfig = ConfigOf<typeof elementSettings>;

/** The complete configuration of a pool element, checked. */
export function elementConfig(partial: Partial<ElementConfig> = {}, profile: Profile = 'default'): ElementConfig {
  return completeConfig(elementSettings, withProfile(elementProfiles, profile, partial));
}
