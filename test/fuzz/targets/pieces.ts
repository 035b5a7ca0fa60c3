import { isDeepStrictEqual } from 'node:util';
import { WireError } from '../../../src/base/errors.ts';
import { SctpError } from '../../../src/sctp/core/errors.ts';
import { type FuzzInput, must } from '../fuzz-target.ts';

/** What a reader of a byte stream found: what is whole, then why it stopped, if it did. */
export interface Reading {
  readonly found: readonly unknown[];
  readonly failed: boolean;
}

/** Feeds one piece after the other, until the reader refuses. */
export function reading(pieces: FuzzInput, read: (piece: Uint8Array) => Iterable<unknown>): Reading {
  const found: unknown[] = [];
  try {
    for (const piece of pieces) for (const each of read(piece.slice())) found.push(each);
  } catch (error) {
    if (!(error instanceof WireError) && !(error instanceof SctpError)) throw error;
    return { found, failed: true };
  }
  return { found, failed: false };
}

/** However a byte stream is cut: the same is found in it, or it is refused. */
export function mustBeSameHoweverCut(
  pieces: FuzzInput,
  makeReader: () => (piece: Uint8Array) => Iterable<unknown>,
): void {
  const whole = new Uint8Array(Buffer.concat(pieces));
  const asGiven = reading(pieces, makeReader());
  const cuts = [[whole], Array.from({ length: whole.length }, (_, at) => whole.subarray(at, at + 1))];
  for (const cut of cuts) {
    const other = reading(cut, makeReader());
    const isSame = asGiven.failed ? other.failed : isDeepStrictEqual(asGiven, other);
    must(isSame, () => `in ${pieces.length} pieces otherwise than in ${cut.length}`);
  }
}

/** The bytes in pieces of this length. */
export function inPieces(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) => bytes.slice(i * length, (i + 1) * length));
}
