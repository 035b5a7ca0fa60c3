import type { SeededRandom } from '../harness/random.ts';

/**
 * A piece of a message with its length at byte 2, as chunks, parameters, causes and messages have it in SCTP (RFC 9260
 * §3.2) and in RSerPool (RFC 5354 §2, RFC 5352 §2.1).
 */
export interface Tlv {
  readonly at: number;
  /** Without padding. */
  readonly length: number;
  /** Those that it stands in, outermost first. */
  readonly within: readonly Tlv[];
}

const HEADER_BYTES = 4;
/** Fixed fields that stand before the first parameter, at most: those of INIT. */
const MAX_FIXED_BYTES = 20;
const MAX_DEPTH = 4;

/** All pieces from `from` to `to`, with those inside of them as far as they can be told. */
export function findTlvs(bytes: Uint8Array, from: number, to: number, within: readonly Tlv[] = []): Tlv[] {
  const found: Tlv[] = [];
  for (let at = from; at + HEADER_BYTES <= to; ) {
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (length < HEADER_BYTES || at + length > to) break;
    const tlv = { at, length, within };
    found.push(tlv);
    if (within.length < MAX_DEPTH) found.push(...findInside(bytes, tlv));
    at += padded(length);
  }
  return found;
}

/** Tries what the fixed fields may be: the pieces behind them have to fill the rest exactly. */
function findInside(bytes: Uint8Array, tlv: Tlv): Tlv[] {
  const end = tlv.at + tlv.length;
  for (let fixed = 0; fixed <= MAX_FIXED_BYTES; fixed += 4) {
    const from = tlv.at + HEADER_BYTES + fixed;
    if (from + HEADER_BYTES > end) return [];
    if (fillsExactly(bytes, from, end)) return findTlvs(bytes, from, end, [...tlv.within, tlv]);
  }
  return [];
}

function fillsExactly(bytes: Uint8Array, from: number, end: number): boolean {
  let at = from;
  while (at + HEADER_BYTES <= end) {
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (length < HEADER_BYTES || at + length > end) return false;
    at += padded(length);
  }
  return at === padded(end - from) + from || at === end;
}

/** Removes, doubles, moves, fills, lengthens or retypes one piece; the lengths around it stay true. */
export function mutateTlv(bytes: Uint8Array, from: number, other: Uint8Array, random: SeededRandom): Uint8Array {
  const all = findTlvs(bytes, from, bytes.length);
  const tlv = all[random.below(all.length)];
  if (tlv === undefined) return bytes;
  const whole = bytes.subarray(tlv.at, Math.min(tlv.at + padded(tlv.length), bytes.length));
  switch (random.below(7)) {
    case 0:
      return replace(bytes, tlv, new Uint8Array(0));
    case 1:
      return replace(bytes, tlv, concat(whole, whole));
    case 2: {
      const theirs = findTlvs(other, from, other.length);
      const piece = theirs[random.below(theirs.length)];
      if (piece === undefined) return bytes;
      const taken = other.subarray(piece.at, Math.min(piece.at + padded(piece.length), other.length));
      return replace(bytes, tlv, random.chance(0.5) ? taken : concat(whole, taken));
    }
    case 3: {
      const longer = new Uint8Array(padded(tlv.length) + 4 * (1 + random.below(random.chance(0.1) ? 300 : 6)));
      longer.set(whole);
      setLength(longer, 0, longer.length - random.below(4));
      return replace(bytes, tlv, longer);
    }
    case 4: {
      const kept = HEADER_BYTES + random.below(tlv.length - HEADER_BYTES + 1);
      const shorter = new Uint8Array(padded(kept));
      shorter.set(whole.subarray(0, kept));
      setLength(shorter, 0, kept);
      return replace(bytes, tlv, shorter);
    }
    case 5: {
      const copy = bytes.slice();
      const type = random.below(2);
      copy[tlv.at + type] = random.chance(0.7) ? random.below(20) : random.below(256);
      return copy;
    }
    default: {
      const copy = bytes.slice();
      const wrong = [0, 1, 3, 4, 5, tlv.length + 1, tlv.length - 1, tlv.length + 4, 0xffff][random.below(9)]!;
      setLength(copy, tlv.at, wrong);
      return copy;
    }
  }
}

function replace(bytes: Uint8Array, tlv: Tlv, by: Uint8Array): Uint8Array {
  const end = Math.min(tlv.at + padded(tlv.length), bytes.length);
  const result = concat(bytes.subarray(0, tlv.at), by, bytes.subarray(end));
  const grown = by.length - (end - tlv.at);
  for (const outer of tlv.within) setLength(result, outer.at, outer.length + grown);
  return result;
}

function setLength(bytes: Uint8Array, at: number, length: number): void {
  bytes[at + 2] = (length >> 8) & 0xff;
  bytes[at + 3] = length & 0xff;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
