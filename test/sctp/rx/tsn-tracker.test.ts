import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Tsn, tsn, tsnAdd } from '../../../src/base/serial.ts';
import { MAX_DUPLICATES, TsnTracker } from '../../../src/sctp/rx/tsn-tracker.ts';

/** The same with a set of offsets from the first TSN; slow and plain. */
class NaiveTracker {
  readonly #initial: Tsn;
  readonly received = new Set<number>();

  constructor(initial: Tsn) {
    this.#initial = initial;
  }

  get cumulative(): number {
    let offset = -1;
    while (this.received.has(offset + 1)) offset++;
    return offset;
  }

  get cumulativeTsn(): Tsn {
    return tsnAdd(this.#initial, this.cumulative);
  }

  get highest(): number {
    return Math.max(this.cumulative, ...this.received);
  }

  get gaps(): { start: number; end: number }[] {
    const { cumulative, highest } = this;
    const blocks: { start: number; end: number }[] = [];
    for (let offset = cumulative + 1; offset <= highest; offset++) {
      if (!this.received.has(offset)) continue;
      const last = blocks.at(-1);
      if (last?.end === offset - cumulative - 1) last.end++;
      else blocks.push({ start: offset - cumulative, end: offset - cumulative });
    }
    return blocks;
  }
}

/** Initial TSNs, those near the wrap-around above all. */
const initials = fc.oneof(
  fc.nat(0xffff_ffff),
  fc.integer({ min: 0xffff_ffff - 40, max: 0xffff_ffff }),
  fc.integer({ min: 0x7fff_ffff - 40, max: 0x8000_0010 }),
);

describe('TSN tracker', () => {
  it('[SCTP-0015, SCTP-0016, SCTP-0217, SCTP-0219, SCTP-0222, SCTP-0598, SCTP-0599, AT-40] agrees with a set of numbers, across the wrap-around', () => {
    fc.assert(
      fc.property(initials, fc.array(fc.nat(60), { maxLength: 120 }), (initial, offsets) => {
        const first = tsn(initial);
        const tracker = new TsnTracker(first);
        const naive = new NaiveTracker(first);
        for (const offset of offsets) {
          const at = tsnAdd(first, offset);
          expect(tracker.classify(at)).toBe(naive.received.has(offset) ? 'duplicate' : 'new');
          expect(tracker.hasReceived(at)).toBe(naive.received.has(offset));
          if (!naive.received.has(offset)) tracker.add(at);
          naive.received.add(offset);
          expect(tracker.cumulativeTsn).toBe(naive.cumulativeTsn);
          expect(tracker.highestTsn).toBe(tsnAdd(first, naive.highest));
          expect(tracker.gapAckBlocks(1000)).toEqual(naive.gaps);
          expect(tracker.hasGaps).toBe(naive.gaps.length > 0);
        }
      }),
    );
  });

  it('[SCTP-0582, SCTP-0614] forgets what was dropped beyond a gap, wherever it stands', () => {
    fc.assert(
      fc.property(initials, fc.array(fc.tuple(fc.nat(30), fc.boolean()), { maxLength: 100 }), (initial, steps) => {
        const first = tsn(initial);
        const tracker = new TsnTracker(first);
        const naive = new NaiveTracker(first);
        for (const [offset, forget] of steps) {
          const at = tsnAdd(first, offset);
          if (!naive.received.has(offset)) {
            tracker.add(at);
            naive.received.add(offset);
          } else if (forget && offset > naive.cumulative) {
            tracker.forget(at);
            naive.received.delete(offset);
          }
          expect([tracker.cumulativeTsn, tracker.gapAckBlocks(1000)]).toEqual([naive.cumulativeTsn, naive.gaps]);
        }
      }),
    );
  });

  it.each([
    ['first', 2, [[3, 6]]],
    ['last', 6, [[2, 5]]],
    [
      'one in the middle',
      4,
      [
        [2, 3],
        [5, 6],
      ],
    ],
  ] as const)('[SCTP-0614] forgets the %s of a block', (_, offset, left) => {
    const first = tsn(0xffff_fffe);
    const tracker = new TsnTracker(first);
    for (let i = 2; i <= 6; i++) tracker.add(tsnAdd(first, i - 1));
    tracker.forget(tsnAdd(first, offset - 1));
    expect(tracker.gapAckBlocks(9)).toEqual(left.map(([start, end]) => ({ start, end })));
    expect(tracker.classify(tsnAdd(first, offset - 1))).toBe('new');
  });

  it('[SCTP-0218] has received nothing at first: the TSN before the first one', () => {
    expect(new TsnTracker(tsn(0)).cumulativeTsn).toBe(0xffff_ffff);
  });

  it('[SCTP-0225, SCTP-0017, AT-39] nothing farther ahead than a gap block can say', () => {
    const tracker = new TsnTracker(tsn(1000));
    expect(tracker.classify(tsn(999 + 65_535))).toBe('new');
    expect(tracker.classify(tsn(999 + 65_536))).toBe('too-far');
    expect(tracker.classify(tsnAdd(tsn(999), 2 ** 31 - 1))).toBe('too-far');
    expect(tracker.classify(tsnAdd(tsn(999), 2 ** 31))).toBe('duplicate');
  });

  it('[SCTP-0224] lists each duplicate once for each time it came, then no more; at most 64', () => {
    const tracker = new TsnTracker(tsn(5));
    for (const number of [19, 19, 7]) tracker.addDuplicate(tsn(number));
    expect(tracker.takeDuplicates(100)).toEqual([19, 19, 7]);
    expect(tracker.takeDuplicates(100)).toEqual([]);
    for (let i = 0; i < 1000; i++) tracker.addDuplicate(tsn(i));
    expect(tracker.duplicateCount).toBe(MAX_DUPLICATES);
    expect(tracker.takeDuplicates(3)).toEqual([0, 1, 2]);
    expect(tracker.duplicateCount).toBe(0);
  });

  it('[SCTP-0705] gives as many blocks as wanted, the lowest ones', () => {
    const tracker = new TsnTracker(tsn(0));
    for (let i = 1; i < 100; i += 2) tracker.add(tsn(i));
    expect(tracker.gapAckBlocks(2)).toEqual([
      { start: 2, end: 2 },
      { start: 4, end: 4 },
    ]);
    expect(tracker.gapAckBlocks(0)).toEqual([]);
  });
});
