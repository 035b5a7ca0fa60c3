/**
 * Serial number arithmetic (RFC 1982): TSNs with 32 bits and SSNs with 16 (RFC 9260 §1.6), MIDs and FSNs with 32
 * (RFC 8260 §2.1).
 */

declare const tsnBrand: unique symbol;
declare const ssnBrand: unique symbol;
declare const midBrand: unique symbol;
declare const fsnBrand: unique symbol;

/** Transmission Sequence Number: 0 to 2^32 - 1, compared with {@link tsnLt} and its kin only. */
export type Tsn = number & { readonly [tsnBrand]: true };
/** Stream Sequence Number: 0 to 2^16 - 1, compared with {@link ssnLt}. */
export type Ssn = number & { readonly [ssnBrand]: true };
/** Message Identifier of I-DATA: 0 to 2^32 - 1, compared with {@link midDiff}. */
export type Mid = number & { readonly [midBrand]: true };
/** Fragment Sequence Number of I-DATA: 0 to 2^32 - 1, compared with {@link fsnDiff}. */
export type Fsn = number & { readonly [fsnBrand]: true };

/** The TSN with this value modulo 2^32. */
export function tsn(value: number): Tsn {
  return (value >>> 0) as Tsn;
}

/** `a + delta` modulo 2^32; `delta` may be negative. */
export function tsnAdd(a: Tsn, delta: number): Tsn {
  return ((a + delta) >>> 0) as Tsn;
}

/** Signed distance from `b` to `a`: how far `a` is ahead, from -2^31 to 2^31 - 1. */
export function tsnDiff(a: Tsn, b: Tsn): number {
  return (a - b) | 0;
}

/** Whether `a` is before `b`. At a distance of exactly 2^31 RFC 1982 leaves it open; here both are "before". */
export function tsnLt(a: Tsn, b: Tsn): boolean {
  return ((a - b) | 0) < 0;
}

/** Whether `a` is `b` or before it. */
export function tsnLte(a: Tsn, b: Tsn): boolean {
  return ((a - b) | 0) <= 0;
}

/** The SSN with this value modulo 2^16. */
export function ssn(value: number): Ssn {
  return (value & 0xffff) as Ssn;
}

/** `a + delta` modulo 2^16. */
export function ssnAdd(a: Ssn, delta: number): Ssn {
  return ((a + delta) & 0xffff) as Ssn;
}

/** Signed distance from `b` to `a`, from -2^15 to 2^15 - 1. */
export function ssnDiff(a: Ssn, b: Ssn): number {
  return ((a - b) << 16) >> 16;
}

/** Whether `a` is before `b`. */
export function ssnLt(a: Ssn, b: Ssn): boolean {
  return ssnDiff(a, b) < 0;
}

/** The MID with this value modulo 2^32. */
export function mid(value: number): Mid {
  return (value >>> 0) as Mid;
}

/** `a + delta` modulo 2^32. */
export function midAdd(a: Mid, delta: number): Mid {
  return mid(a + delta);
}

/** Signed distance from `b` to `a`, from -2^31 to 2^31 - 1. */
export function midDiff(a: Mid, b: Mid): number {
  return (a - b) | 0;
}

/** The FSN with this value modulo 2^32. */
export function fsn(value: number): Fsn {
  return (value >>> 0) as Fsn;
}

/** `a + delta` modulo 2^32. */
export function fsnAdd(a: Fsn, delta: number): Fsn {
  return fsn(a + delta);
}

/** Signed distance from `b` to `a`, from -2^31 to 2^31 - 1. */
export function fsnDiff(a: Fsn, b: Fsn): number {
  return (a - b) | 0;
}
