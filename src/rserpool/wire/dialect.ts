/**
 * How messages are written. `rfc` is RFC 5352 to 5354 to the letter; `rsplib` is what the implementation of that name
 * reads and writes: lives in milliseconds, lengths that count the last padding, parameters where it insists on them.
 */
export type Dialect = 'rfc' | 'rsplib';

/** The wire's number for a life that never ends: -1 for the RFC, the longest there is (49.7 days) for rsplib. */
const UNLIMITED = 0xffff_ffff;

/**
 * Registration Life from its 32 bits on the wire: signed seconds (RFC 5354 §3.10), unsigned milliseconds in rsplib's
 * dialect.
 *
 * @returns seconds, with fractions if they were milliseconds; -1 never expires
 */
export function lifeFromWire(bits: number, dialect: Dialect): number {
  if (dialect === 'rfc') return bits | 0;
  return bits === UNLIMITED ? -1 : bits / 1000;
}

/** The 32 bits of a Registration Life in seconds. A fraction of a second becomes a whole one where they count seconds. */
export function lifeToWire(lifeS: number, dialect: Dialect): number {
  if (dialect === 'rfc') return Math.ceil(lifeS);
  return lifeS === -1 ? UNLIMITED : Math.min(UNLIMITED - 1, Math.max(0, Math.round(lifeS * 1000)));
}
