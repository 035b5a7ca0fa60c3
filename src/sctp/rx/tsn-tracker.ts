import { type Tsn, tsnAdd, tsnDiff } from '../../base/serial.ts';

/** Inclusive range of offsets from the cumulative TSN. */
interface Range {
  start: number;
  end: number;
}

/** What a TSN is to a receiver. */
export type TsnVerdict = 'new' | 'duplicate' | 'too-far';

/** Gap blocks have 16-bit offsets: nothing farther ahead can be reported, so nothing farther is taken. RFC 9260 §3.3.4. */
export const MAX_TSN_OFFSET = 65_535;
/** Duplicates remembered for one SACK; more say nothing new. */
export const MAX_DUPLICATES = 64;

/** Which TSNs have arrived: everything up to the cumulative TSN, and ranges beyond. RFC 9260 §6.2, §6.7. */
export class TsnTracker {
  #cumulativeTsn: Tsn;
  /** Sorted, apart from each other, every `start` at least 2 ahead of the cumulative TSN. Absolute, as TSNs. */
  #ranges: { start: Tsn; end: Tsn }[] = NO_RANGES;
  #duplicates: readonly Tsn[] = NONE;

  /** @param initialTsn the peer's Initial TSN: the first one that is expected */
  constructor(initialTsn: Tsn) {
    this.#cumulativeTsn = tsnAdd(initialTsn, -1);
  }

  /** The last TSN before the first hole. */
  get cumulativeTsn(): Tsn {
    return this.#cumulativeTsn;
  }

  /** The highest TSN received. */
  get highestTsn(): Tsn {
    return this.#ranges.length === 0 ? this.#cumulativeTsn : this.#ranges[this.#ranges.length - 1]!.end;
  }

  /** Whether something is missing below the highest TSN. */
  get hasGaps(): boolean {
    return this.#ranges.length > 0;
  }

  get duplicateCount(): number {
    return this.#duplicates.length;
  }

  /** What `tsn` would be; changes nothing. */
  classify(tsn: Tsn): TsnVerdict {
    if (this.hasReceived(tsn)) return 'duplicate';
    return tsnDiff(tsn, this.#cumulativeTsn) > MAX_TSN_OFFSET ? 'too-far' : 'new';
  }

  /** Whether a TSN has arrived, and was not forgotten. */
  hasReceived(tsn: Tsn): boolean {
    return tsnDiff(tsn, this.#cumulativeTsn) <= 0 || (this.#ranges.length > 0 && this.#covered(tsn));
  }

  /** Records a TSN that `classify` called new. */
  add(tsn: Tsn): void {
    if (tsnDiff(tsn, this.#cumulativeTsn) === 1) {
      this.#cumulativeTsn = tsn;
      const first = this.#ranges[0];
      if (first !== undefined && tsnDiff(first.start, tsn) === 1) {
        this.#cumulativeTsn = first.end;
        this.#ranges.shift();
      }
      return;
    }
    const at = this.#firstStartingAfter(tsn);
    const before = this.#ranges[at - 1];
    const after = this.#ranges[at];
    const joinsBefore = before !== undefined && tsnDiff(tsn, before.end) === 1;
    const joinsAfter = after !== undefined && tsnDiff(after.start, tsn) === 1;
    if (joinsBefore && joinsAfter) {
      before.end = after.end;
      this.#ranges.splice(at, 1);
    } else if (joinsBefore) before.end = tsn;
    else if (joinsAfter) after.start = tsn;
    else if (this.#ranges.length === 0) this.#ranges = [{ start: tsn, end: tsn }];
    else this.#ranges.splice(at, 0, { start: tsn, end: tsn });
  }

  /** All TSNs up to this one, which is ahead, count as received; and what follows them without a hole. RFC 3758 §3.6. */
  forwardTo(tsn: Tsn): void {
    this.#cumulativeTsn = tsn;
    const passed = this.#firstStartingAfter(tsnAdd(tsn, 1));
    const last = this.#ranges[passed - 1];
    if (last !== undefined && tsnDiff(last.end, tsn) > 0) this.#cumulativeTsn = last.end;
    this.#ranges.splice(0, passed);
  }

  /** Remembers a duplicate for the next SACK. */
  addDuplicate(tsn: Tsn): void {
    if (this.#duplicates.length < MAX_DUPLICATES) this.#duplicates = this.#duplicates.concat(tsn);
  }

  /** Forgets a TSN received beyond a gap: its chunk was dropped to make room (RFC 9260 §6.2). */
  forget(tsn: Tsn): void {
    const at = this.#firstStartingAfter(tsn) - 1;
    const range = this.#ranges[at]!;
    const { start, end } = range;
    if (start === end) this.#ranges.splice(at, 1);
    else if (end === tsn) range.end = tsnAdd(tsn, -1);
    else if (start === tsn) range.start = tsnAdd(tsn, 1);
    else {
      range.end = tsnAdd(tsn, -1);
      this.#ranges.splice(at + 1, 0, { start: tsnAdd(tsn, 1), end });
    }
  }

  /** Gap blocks from the lowest up, at most `limit` (RFC 9260 §6.7). */
  gapAckBlocks(limit: number): Range[] {
    const blocks: Range[] = [];
    for (const range of this.#ranges) {
      if (blocks.length >= limit) break;
      blocks.push({
        start: tsnDiff(range.start, this.#cumulativeTsn),
        end: tsnDiff(range.end, this.#cumulativeTsn),
      });
    }
    return blocks;
  }

  /** The duplicates since the last call, at most `limit`; the list starts anew. */
  takeDuplicates(limit: number): readonly Tsn[] {
    if (this.#duplicates.length === 0) return NONE;
    const taken = this.#duplicates.slice(0, limit);
    this.#duplicates = NONE;
    return taken;
  }

  #covered(tsn: Tsn): boolean {
    const before = this.#ranges[this.#firstStartingAfter(tsn) - 1];
    return before !== undefined && tsnDiff(before.end, tsn) >= 0;
  }

  /** Index of the first range that starts after `tsn`. */
  #firstStartingAfter(tsn: Tsn): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (tsnDiff(this.#ranges[middle]!.start, tsn) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

const NONE: readonly Tsn[] = [];
/** Never written to. */
const NO_RANGES: { start: Tsn; end: Tsn }[] = [];
