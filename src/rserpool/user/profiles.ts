import { asapProfiles } from '../asap/profiles.ts';

/** What the profiles `rfc` and `rsplib` say of a user. RFC 5352 §7.1. */
export const userProfiles = {
  rfc: { ...asapProfiles.rfc, t1EnrpRequestMs: 15_000, connectTimeoutMs: 5000, requestProbeMs: 0 },
  rsplib: { ...asapProfiles.rsplib, t1EnrpRequestMs: 3000, connectTimeoutMs: 5000, requestProbeMs: 0 },
} as const;
