import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Tsn, tsn, tsnAdd } from '../../../src/base/serial.ts';
import { type AckResult, type Carrier, MAX_OUTSTANDING_CHUNKS, Outstanding } from '../../../src/sctp/tx/outstanding.ts';
import { type Sendable, SendQueue } from '../../../src/sctp/tx/send-queue.ts';
import type { GapAckBlock } from '../../../src/sctp/wire/types.ts';

interface Way extends Carrier {
  readonly name: string;
}

const way = (name: string): Way => ({ name, flightBytes: 0, earliestTsn: undefined });
const CHUNK_BYTES = 16 + 100;

/** Chunks of 100 bytes, numbered from 0. */
class Sender {
  readonly outstanding: Outstanding<Sendable, Way>;
  readonly ways = [way('first'), way('second')];
  readonly #queue = new SendQueue<Sendable>();
  readonly #initialTsn: Tsn;
  /** Numbers of the chunks that the last acknowledgement was the first to tell of, and of those that it released. */
  acked: number[] = [];
  released: number[] = [];

  constructor(count: number, initialTsn = 1000) {
    this.#initialTsn = tsn(initialTsn);
    this.outstanding = new Outstanding<Sendable, Way>(this.#initialTsn);
    this.send(count);
  }

  send(count: number, by = this.ways[0]!): void {
    for (let i = 0; i < count; i++) {
      this.#queue.push({ data: new Uint8Array(100), streamId: 0, ppid: 0, unordered: false }, 0);
      this.outstanding.sendNew(this.#queue.takeFragment(100), by, false);
    }
  }

  number(chunkTsn: Tsn): number {
    return (chunkTsn - this.#initialTsn) >>> 0;
  }

  /** A SACK of everything up to `cumulative`, and of these numbers; or a SHUTDOWN, which knows no numbers beyond. */
  sack(cumulative: number, gaps: readonly number[] | 'shutdown' = [], inFastRecovery = false) {
    this.acked = [];
    this.released = [];
    return this.outstanding.acknowledge(
      tsnAdd(this.#initialTsn, cumulative),
      gaps === 'shutdown' ? undefined : blocksOf(gaps.map((number) => number - cumulative)),
      inFastRecovery,
      (chunk) => this.acked.push(this.number(chunk.tsn)),
      (chunk) => this.released.push(this.number(chunk.tsn)),
    );
  }

  lostBy(cumulative: number, gaps: readonly number[], inFastRecovery = false): number[] {
    const result = this.sack(cumulative, gaps, inFastRecovery) as AckResult<Sendable, Way>;
    return result.lost.map((chunk) => this.number(chunk.tsn));
  }

  retransmitLost(by = this.ways[0]!): number[] {
    const lost = [...this.outstanding.lostChunks()];
    for (const chunk of lost) this.outstanding.retransmit(chunk, by);
    return lost.map((chunk) => this.number(chunk.tsn));
  }
}

function blocksOf(offsets: readonly number[]): GapAckBlock[] {
  const blocks: { start: number; end: number }[] = [];
  for (const offset of [...offsets].sort((a, b) => a - b)) {
    const last = blocks.at(-1);
    if (last?.end === offset - 1) last.end = offset;
    else blocks.push({ start: offset, end: offset });
  }
  return blocks;
}

describe('outstanding chunks', () => {
  it('[SCTP-0701, SCTP-0005, SCTP-0364] are released by the cumulative ack, and count as acknowledged once', () => {
    const sender = new Sender(5);
    expect(sender.outstanding.cumulativeTsnAck).toBe(999);
    sender.sack(1, [3]);
    expect([sender.acked, sender.released]).toEqual([
      [0, 1, 3],
      [0, 1],
    ]);
    sender.sack(4);
    expect([sender.acked, sender.released]).toEqual([
      [2, 4],
      [2, 3, 4],
    ]);
    expect([sender.outstanding.length, sender.outstanding.flightBytes, sender.ways[0]!.flightBytes]).toEqual([0, 0, 0]);
  });

  it('[SCTP-0624, AT-49] an older SACK is stale', () => {
    const sender = new Sender(5);
    sender.sack(2);
    expect(sender.sack(1, [4])).toBe('stale');
    expect(sender.acked).toEqual([]);
  });

  it('[SCTP-0629, AT-51] what was never sent cannot be acknowledged, and nothing is if some of it was not', () => {
    const sender = new Sender(5);
    expect(sender.sack(5)).toBe('acknowledges-unsent');
    expect(sender.sack(1, [3, 5])).toBe('acknowledges-unsent');
    expect([sender.acked, sender.outstanding.length]).toEqual([[], 5]);
  });

  it.each([
    ['at 0', [{ start: 0, end: 1 }]],
    ['at 1', [{ start: 1, end: 1 }]],
    ['backwards', [{ start: 3, end: 2 }]],
    [
      'descending',
      [
        { start: 4, end: 4 },
        { start: 2, end: 2 },
      ],
    ],
    [
      'overlapping',
      [
        { start: 2, end: 3 },
        { start: 3, end: 4 },
      ],
    ],
  ])('[AT-50, SCTP-0220] gap blocks %s are malformed, and change nothing', (_, gaps) => {
    const sender = new Sender(6);
    expect(
      sender.outstanding.acknowledge(
        tsn(1000),
        gaps,
        false,
        () => {},
        () => {},
      ),
    ).toBe('malformed');
    expect(sender.outstanding.length).toBe(6);
  });

  it('[SCTP-0796, SCTP-0800] three miss indications make a loss', () => {
    const sender = new Sender(6);
    expect(sender.lostBy(-1, [1])).toEqual([]);
    expect(sender.lostBy(-1, [1, 2])).toEqual([]);
    expect(sender.lostBy(-1, [1, 2, 3])).toEqual([0]);
    expect([sender.outstanding.lostCount, sender.ways[0]!.flightBytes]).toEqual([1, 2 * CHUNK_BYTES]);
  });

  it('[SCTP-0797, SCTP-0798] HTNA: only by what is newly acknowledged above', () => {
    const sender = new Sender(10);
    sender.lostBy(-1, [9]);
    for (let i = 0; i < 5; i++) expect(sender.lostBy(-1, [9])).toEqual([]);
    // Acknowledging 0 tells nothing of 1 to 8.
    for (let i = 0; i < 3; i++) expect(sender.lostBy(i, [9])).toEqual([]);
    expect(sender.lostBy(2, [4, 9])).toEqual([]);
    expect(sender.lostBy(2, [4, 5, 9])).toEqual([3]);
  });

  it('[SCTP-0799] in fast recovery an advance counts for all that is reported missing', () => {
    const sender = new Sender(10);
    sender.lostBy(-1, [9]);
    expect(sender.lostBy(0, [9], true)).toEqual([]);
    // Not by a SACK that does not advance.
    expect(sender.lostBy(0, [9], true)).toEqual([]);
    expect(sender.lostBy(1, [9], true)).toEqual([2, 3, 4, 5, 6, 7, 8]);
  });

  it('[SCTP-0805, AT-53] no second fast retransmission, until T3', () => {
    const sender = new Sender(12);
    for (const gaps of [[1], [1, 2], [1, 2, 3]]) sender.lostBy(-1, gaps);
    sender.retransmitLost();
    for (let i = 4; i < 8; i++)
      expect(sender.lostBy(-1, [1, 2, 3, ...Array.from({ length: i - 3 }, (_, k) => 4 + k)])).toEqual([]);
    sender.outstanding.timeout(sender.ways[0]!);
    sender.retransmitLost();
    const acked = [1, 2, 3, 4, 5, 6, 7];
    expect([8, 9, 10].map((next) => sender.lostBy(-1, [...acked, ...[8, 9, 10].filter((n) => n <= next)]))).toEqual([
      [],
      [],
      [0],
    ]);
  });

  it('[SCTP-0626, SCTP-0628, AT-52] reneged: in flight again, with one miss indication', () => {
    const sender = new Sender(8);
    sender.sack(-1, [2, 7]);
    expect(sender.outstanding.flightBytes).toBe(6 * CHUNK_BYTES);
    const result = sender.sack(-1, [3, 7]) as AckResult<Sendable, Way>;
    expect([...result.reneged].map((chunk) => [sender.number(chunk.tsn), chunk.misses, chunk.status])).toEqual([
      [2, 1, 'in-flight'],
    ]);
    expect([sender.acked, sender.outstanding.flightBytes, sender.ways[0]!.flightBytes]).toEqual([
      [3],
      6 * CHUNK_BYTES,
      6 * CHUNK_BYTES,
    ]);
    sender.sack(-1, []);
    expect(sender.outstanding.flightBytes).toBe(8 * CHUNK_BYTES);
  });

  it('[SCTP-0245] no reneging by SHUTDOWN', () => {
    const sender = new Sender(8);
    sender.sack(-1, [3, 7]);
    const result = sender.sack(1, 'shutdown') as AckResult<Sendable, Way>;
    expect([result.reneged.size, sender.outstanding.flightBytes]).toEqual([0, 4 * CHUNK_BYTES]);
    // The SACK after it knows them still.
    sender.sack(1, [3, 7]);
    expect(sender.acked).toEqual([]);
  });

  it('[AT-52] a SHUTDOWN that ends right before a chunk that was gap-acked tells that it was dropped', () => {
    const sender = new Sender(4);
    sender.sack(-1, [2, 3]);
    const result = sender.sack(1, 'shutdown') as AckResult<Sendable, Way>;
    expect([...result.reneged].map((chunk) => sender.number(chunk.tsn))).toEqual([2]);
    expect([sender.outstanding.flightBytes, sender.ways[0]!.earliestTsn]).toEqual([CHUNK_BYTES, 1002]);
  });

  it('[SCTP-0680, SCTP-0655] keeps account of each destination: bytes, and the earliest TSN', () => {
    const sender = new Sender(2);
    sender.send(2, sender.ways[1]!);
    const [first, second] = sender.ways;
    expect([first!.flightBytes, second!.flightBytes]).toEqual([2 * CHUNK_BYTES, 2 * CHUNK_BYTES]);
    expect([first!.earliestTsn, second!.earliestTsn]).toEqual([1000, 1002]);
    sender.outstanding.timeout(first!);
    expect([first!.flightBytes, first!.earliestTsn, sender.outstanding.lostCount]).toEqual([0, undefined, 2]);
    expect(sender.retransmitLost(second)).toEqual([0, 1]);
    expect([second!.flightBytes, second!.earliestTsn]).toEqual([4 * CHUNK_BYTES, 1000]);
    const result = sender.sack(0) as AckResult<Sendable, Way>;
    expect(result.carriers).toMatchObject([
      { ackedBytes: CHUNK_BYTES, flightBeforeBytes: 4 * CHUNK_BYTES, earliestAcked: true },
    ]);
    expect(second!.earliestTsn).toBe(1001);
    const other = sender.sack(0, [3]) as AckResult<Sendable, Way>;
    expect(other.carriers[0]!.earliestAcked).toBe(false);
  });

  it('a lost chunk that is acknowledged after all is not sent again', () => {
    const sender = new Sender(3);
    sender.outstanding.timeout(sender.ways[0]!);
    sender.sack(0, [2]);
    expect([sender.acked, sender.outstanding.lostCount]).toEqual([[0, 2], 1]);
    expect(sender.retransmitLost()).toEqual([1]);
  });

  it('[SCTP-0570, SCTP-0225, ERR-0045, SCTP-0569] holds 32,768 chunks at most', () => {
    const sender = new Sender(MAX_OUTSTANDING_CHUNKS - 1);
    expect(sender.outstanding.isFull).toBe(false);
    sender.send(1);
    expect([sender.outstanding.isFull, MAX_OUTSTANDING_CHUNKS]).toEqual([true, 32_768]);
    sender.sack(0);
    expect(sender.outstanding.isFull).toBe(false);
  });

  it('[SCTP-0015, SCTP-0016, SCTP-0004, SCTP-0762, AT-40, AT-52, ERR-0028] agrees with a plain model of chunks and a receiver that may renege, across the wrap-around', () => {
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('send' as const),
          count: fc.integer({ min: 1, max: 5 }),
          by: fc.nat(1),
        }),
      },
      {
        weight: 5,
        arbitrary: fc.record({
          kind: fc.constant('sack' as const),
          advance: fc.nat(4),
          gaps: fc.array(fc.nat(25), { maxLength: 8 }),
          recovering: fc.boolean(),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('timeout' as const), by: fc.nat(1) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('retransmit' as const), by: fc.nat(1) }) },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0xffff_ffe0, max: 0xffff_ffff }),
        fc.array(step, { maxLength: 60 }),
        (initialTsn, steps) => {
          const sender = new Sender(0, initialTsn);
          const status: ('in-flight' | 'gap-acked' | 'lost')[] = [];
          const by: number[] = [];
          let cumulative = -1;
          for (const each of steps) {
            if (each.kind === 'send') {
              sender.send(each.count, sender.ways[each.by]!);
              for (let i = 0; i < each.count; i++) {
                status.push('in-flight');
                by.push(each.by);
              }
            } else if (each.kind === 'timeout') {
              sender.outstanding.timeout(sender.ways[each.by]!);
              for (let i = cumulative + 1; i < status.length; i++)
                if (status[i] === 'in-flight' && by[i] === each.by) status[i] = 'lost';
            } else if (each.kind === 'retransmit') {
              const numbers = sender.retransmitLost(sender.ways[each.by]!);
              const expected = status.flatMap((s, i) => (i > cumulative && s === 'lost' ? [i] : []));
              expect(numbers).toEqual(expected);
              for (const i of expected) {
                status[i] = 'in-flight';
                by[i] = each.by;
              }
            } else {
              cumulative = Math.min(cumulative + each.advance, status.length - 1);
              const gaps = [...new Set(each.gaps.map((gap) => cumulative + 2 + gap))].filter((i) => i < status.length);
              const result = sender.sack(cumulative, gaps, each.recovering);
              expect(typeof result).toBe('object');
              for (let i = cumulative + 1; i < status.length; i++) {
                if (gaps.includes(i)) status[i] = 'gap-acked';
                else if (status[i] === 'gap-acked') status[i] = 'in-flight';
              }
              for (const chunk of (result as AckResult<Sendable, Way>).lost) {
                expect(status[sender.number(chunk.tsn)]).toBe('in-flight');
                status[sender.number(chunk.tsn)] = 'lost';
              }
            }
            const live = status.map((s, i) => [s, by[i], i] as const).filter(([, , i]) => i > cumulative);
            expect([...sender.outstanding].map((chunk) => chunk.status)).toEqual(live.map(([s]) => s));
            const inFlight = live.filter(([s]) => s === 'in-flight');
            expect(sender.outstanding.flightBytes).toBe(inFlight.length * CHUNK_BYTES);
            expect(sender.outstanding.flightDataBytes).toBe(inFlight.length * 100);
            expect(sender.outstanding.lostCount).toBe(live.filter(([s]) => s === 'lost').length);
            for (const [w, carrier] of sender.ways.entries()) {
              const own = inFlight.filter(([, carriedBy]) => carriedBy === w);
              expect(carrier.flightBytes).toBe(own.length * CHUNK_BYTES);
              expect(carrier.earliestTsn).toBe(own.length === 0 ? undefined : tsnAdd(tsn(initialTsn), own[0]![2]));
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
