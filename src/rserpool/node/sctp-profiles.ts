import type { EndpointConfig } from '../../sctp/index.ts';
import type { Profile } from '../profile.ts';

/**
 * SCTP below a role, unless the option `sctp` says otherwise. `rfc` leaves RFC 9260 §16 as it is.
 *
 * RSerPool's associations are idle most of the time: when a packet is lost no other one follows that would show it, and
 * a whole RTO passes. So RTO.Min is short here, though longer than the 200 ms for which peers delay a SACK, and our own
 * SACKs are not delayed for long, so that peers learn the true round-trip time. RTO.Max lets an association come back
 * soon after an interruption.
 */
const SCTP_PROFILES: Readonly<Record<Profile, Partial<EndpointConfig>>> = {
  default: { rtoInitialMs: 300, rtoMinMs: 300, rtoMaxMs: 5000, sackDelayMs: 20, unansweredAfterMs: 250 },
  rfc: {},
  rsplib: { rtoMaxMs: 5000 },
};

/** A user turns to another element within a second; to others a peer may be busy for longer before it counts as silent. */
const PROBE_HEARTBEATS = { user: 8, element: 16, registrar: 16 } as const;

/** The SCTP configuration of a role's endpoint: what was given, over the profile. */
export function sctpConfigOf(
  {
    profile = 'default',
    sctp = {},
  }: { readonly profile?: Profile | undefined; readonly sctp?: Partial<EndpointConfig> | undefined },
  role: keyof typeof PROBE_HEARTBEATS,
): Partial<EndpointConfig> {
  const ours: { -readonly [Name in keyof EndpointConfig]?: EndpointConfig[Name] } = {
    ...SCTP_PROFILES[profile],
    probeHeartbeats: PROBE_HEARTBEATS[role],
  };
  // A lower RTO.Max than ours takes the other two along.
  const { rtoMaxMs = Number.POSITIVE_INFINITY } = sctp;
  for (const name of ['rtoInitialMs', 'rtoMinMs'] as const) {
    const value = ours[name];
    if (value !== undefined) ours[name] = Math.min(value, rtoMaxMs);
  }
  return { ...ours, ...sctp };
}
