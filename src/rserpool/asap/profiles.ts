/** Times of the profiles `rfc` and `rsplib` that elements and users share. RFC 5352 §7.1, §7.3. */
export const asapProfiles = {
  rfc: { t5ServerhuntMs: 10_000, retranMaxMs: 60_000, t7EnrpOutdateMs: 5000 },
  rsplib: { t5ServerhuntMs: 3000, retranMaxMs: 60_000, t7EnrpOutdateMs: 5000 },
} as const;
