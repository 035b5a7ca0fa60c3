import { DIALECT_SETTING } from '../dialects.ts';

/** Settings that pool elements and pool users share: how they find registrars. RFC 5352 §7. */
export const asapSettings = {
  /** What is spoken with registrars: what each of them turns out to speak (`auto`), or always the same. */
  dialect: DIALECT_SETTING,
  /** T5-Serverhunt, ms: the first round of a server hunt; every further round lasts twice as long. RFC 5352 §7.1: 10 s. */
  t5ServerhuntMs: { default: 2000, min: 1, max: 3_600_000, integer: false },
  /** RETRAN-MAX, ms: the longest round of a server hunt. RFC 5352 §7.3: 60 s. */
  retranMaxMs: { default: 10_000, min: 1, max: 3_600_000, integer: false },
  /**
   * T7-ENRPoutdate, ms: an announced registrar is forgotten when it was not heard for this long, or for three times
   * the interval of its own announcements if that is longer. RFC 5352 §7.1.
   */
  t7EnrpOutdateMs: { default: 5000, min: 1, max: 3_600_000, integer: false },
  /** Associations with registrars at one time, those being set up included. RFC 5352 §3.6 SH1: never above three. */
  maxRegistrarAssociations: { default: 3, min: 1, max: 3 },
  /** Announced registrars that are remembered; anybody can forge announcements (RFC 5352 §9.2). */
  maxAnnouncedRegistrars: { default: 64, min: 1, max: 4096 },
} as const;
