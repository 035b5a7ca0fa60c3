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
export const sctpProfiles: Readonly<Record<Profile, Partial<EndpointConfig>>> = {
  default: { rtoInitialMs: 300, rtoMinMs: 300, rtoMaxMs: 5000, sackDelayMs: 20, unansweredAfterMs: 250 },
  rfc: {},
  rsplib: { rtoMaxMs: 5000 },
};
