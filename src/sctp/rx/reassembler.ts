import type { Tsn } from '../../base/serial.ts';
import type { StreamSelection } from '../wire/stream-selection.ts';
import type { PayloadChunk, SkippedMid } from '../wire/types.ts';
import type { Deliver } from './received-message.ts';

/** Knows which TSNs have arrived. */
export interface Arrivals {
  readonly cumulativeTsn: Tsn;
  hasReceived(tsn: Tsn): boolean;
}

/** Why a chunk cannot be: it contradicts what came before. RFC 9260 §3.3.1, §6.9; RFC 8260 §2.1. */
export type FragmentConflict =
  | 'beginning-inside-a-message'
  | 'no-beginning'
  | 'fragments-disagree'
  | 'ssn-reused'
  | 'mid-reused'
  | 'fsn-reused'
  | 'fsn-beyond-the-end';

/** Joins fragments to messages and puts them in order, for DATA or for I-DATA. Whose chunks they are is checked before. */
export interface Reassembler {
  /** Payload bytes of fragments and messages that have not gone up. */
  readonly heldBytes: number;
  /** Chunks held. */
  readonly heldChunks: number;
  /**
   * Takes a chunk whose TSN was not received before. Its data is copied.
   *
   * @param deliver called for all that can go up now, in order
   * @returns what is wrong with the chunk, or `undefined`
   */
  add(chunk: PayloadChunk, arrivals: Arrivals, deliver: Deliver): FragmentConflict | undefined;
  /**
   * Gives up the chunk with this TSN, to make room for an earlier one (RFC 9260 §6.2). It has to be the highest one held.
   *
   * @returns false if no such chunk is held: there is none, or its message has gone up
   */
  dropEndingAt(tsn: Tsn): boolean;
  /** The beginnings of unfinished messages go up, as far as they can; false if there are none. */
  deliverParts(arrivals: Arrivals, deliver: Deliver): boolean;
  /**
   * The next message of these streams has number 0; whatever waited for an earlier one goes up. RFC 6525 §5.2.2 E3,
   * RFC 8260 §2.3.2.
   */
  resetStreams(streams: StreamSelection, deliver: Deliver): void;
  /**
   * The peer has given up what is missing up to a TSN: drops the fragments that wait for it, and lets go on what waits for
   * the messages that were skipped; of DATA their MIDs are SSNs. RFC 3758 §3.6, RFC 8260 §2.3.1.
   */
  forward(newCumulativeTsn: Tsn, skipped: readonly SkippedMid[], deliver: Deliver): void;
  /** Nothing more will come: says so for each message of which parts have gone up. */
  abortParts(deliver: Deliver): void;
}

/** Pieces as one: where they lie one after the other, and fill at least half of their memory, without a copy. */
export function joinPieces(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const first = pieces[0];
  if (first === undefined || pieces.length === 1) return first ?? new Uint8Array(0);
  if (lieTogether(pieces) && 2 * bytes >= first.buffer.byteLength) {
    return new Uint8Array(first.buffer, first.byteOffset, bytes);
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function lieTogether(pieces: readonly Uint8Array[]): boolean {
  let { buffer, byteOffset: end } = pieces[0]!;
  for (const piece of pieces) {
    if (piece.buffer !== buffer || piece.byteOffset !== end) return false;
    end += piece.length;
  }
  return true;
}
