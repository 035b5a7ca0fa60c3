import { asapProfiles } from '../asap/profiles.ts';

/** What the profiles `rfc` and `rsplib` say of an element. RFC 5352 §7.1. */
export const elementProfiles = {
  rfc: {
    ...asapProfiles.rfc,
    t2RegistrationMs: 30_000,
    t3DeregistrationMs: 30_000,
    t4ReregistrationMs: 600_000,
    homeSilenceMs: 0,
  },
  rsplib: {
    ...asapProfiles.rsplib,
    t2RegistrationMs: 3000,
    t3DeregistrationMs: 3000,
    t4ReregistrationMs: 30_000,
    registrationLifeS: 90,
    homeSilenceMs: 0,
  },
} as const;
