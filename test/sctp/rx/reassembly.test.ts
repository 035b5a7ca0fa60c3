import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ssn, tsn, tsnAdd } from '../../../src/base/serial.ts';
import { Reassembly } from '../../../src/sctp/rx/reassembly.ts';
import type { ReceivedMessage } from '../../../src/sctp/rx/received-message.ts';
import { TsnTracker } from '../../../src/sctp/rx/tsn-tracker.ts';
import type { DataChunk } from '../../../src/sctp/wire/types.ts';
import { inLargerBuffer, POISON } from '../../harness/larger-buffer.ts';

interface Sent {
  readonly streamId: number;
  readonly unordered: boolean;
  readonly pieces: number;
}

/** The chunks of these messages in the order of their TSNs. */
function chunksOf(messages: readonly Sent[], initialTsn: number, initialSsn = 0): DataChunk[] {
  const nextSsn = new Map<number, number>();
  const chunks: DataChunk[] = [];
  for (const [number, { streamId, unordered, pieces }] of messages.entries()) {
    const next = nextSsn.get(streamId) ?? initialSsn;
    if (!unordered) nextSsn.set(streamId, next + 1);
    for (let piece = 0; piece < pieces; piece++) {
      chunks.push({
        kind: 'data',
        tsn: tsnAdd(tsn(initialTsn), chunks.length),
        streamId,
        // Unordered: whatever stands there is ignored.
        ssn: ssn(unordered ? 7 * piece : next),
        ppid: number,
        unordered,
        beginning: piece === 0,
        ending: piece === pieces - 1,
        immediate: false,
        userData: new Uint8Array([number >> 8, number, piece]),
      });
    }
  }
  return chunks;
}

const contentOf = (number: number, pieces: number): number[] =>
  Array.from({ length: pieces }, (_, piece) => [number >> 8, number & 0xff, piece]).flat();

/** Receives chunks as an association does. */
class Receiver {
  readonly reassembly = new Reassembly();
  readonly delivered: ReceivedMessage[] = [];
  readonly #tracker: TsnTracker;

  constructor(initialTsn: number) {
    this.#tracker = new TsnTracker(tsn(initialTsn));
  }

  add(chunk: DataChunk): string | undefined {
    if (this.#tracker.classify(chunk.tsn) !== 'new') return 'not new';
    this.#tracker.add(chunk.tsn);
    return this.reassembly.add(chunk, this.#tracker, (message) => this.delivered.push(message));
  }

  drop(chunk: DataChunk): boolean {
    if (!this.reassembly.dropEndingAt(chunk.tsn)) return false;
    this.#tracker.forget(chunk.tsn);
    return true;
  }
}

const messages = fc.array(
  fc.record({ streamId: fc.nat(3), unordered: fc.boolean(), pieces: fc.integer({ min: 1, max: 6 }) }),
  { minLength: 1, maxLength: 25 },
);
const initialTsns = fc.oneof(fc.nat(0xffff_ffff), fc.integer({ min: 0xffff_ffff - 30, max: 0xffff_ffff }));

describe('reassembly', () => {
  it('[SCTP-0712, SCTP-0723, SCTP-0691, SCTP-0692, SCTP-0105, SCTP-0104, SCTP-0695, AT-40] gives what was sent, in order per stream, whatever order the chunks come in', () => {
    fc.assert(
      fc.property(messages, initialTsns, fc.infiniteStream(fc.nat(0xffff)), (sent, initialTsn, dice) => {
        const receiver = new Receiver(initialTsn);
        const left = chunksOf(sent, initialTsn);
        while (left.length > 0) {
          const [chunk] = left.splice(dice.next().value % left.length, 1);
          expect(receiver.add(chunk!)).toBeUndefined();
        }
        expect([receiver.reassembly.heldBytes, receiver.reassembly.heldChunks]).toEqual([0, 0]);
        expect(receiver.delivered.length).toBe(sent.length);
        for (const { data, ppid, streamId, unordered } of receiver.delivered) {
          expect([...data]).toEqual(contentOf(ppid, sent[ppid]!.pieces));
          expect({ streamId, unordered }).toMatchObject({
            streamId: sent[ppid]!.streamId,
            unordered: sent[ppid]!.unordered,
          });
        }
        for (let stream = 0; stream <= 3; stream++) {
          const order = receiver.delivered.filter((m) => m.streamId === stream && !m.unordered).map(({ ppid }) => ppid);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }),
    );
  });

  it('[SCTP-0693, SCTP-0696] delivers as soon as it may: unordered ones when whole, ordered ones when their predecessors are', () => {
    fc.assert(
      fc.property(messages, fc.infiniteStream(fc.nat(0xffff)), (sent, dice) => {
        const receiver = new Receiver(1);
        const left = chunksOf(sent, 1);
        const whole = new Map<number, number>();
        while (left.length > 0) {
          const [chunk] = left.splice(dice.next().value % left.length, 1);
          receiver.add(chunk!);
          whole.set(chunk!.ppid, (whole.get(chunk!.ppid) ?? 0) + 1);
          const isWhole = (number: number): boolean => whole.get(number) === sent[number]!.pieces;
          const expected = sent.filter(
            ({ streamId, unordered }, number) =>
              isWhole(number) &&
              (unordered ||
                sent.every((other, n) => n >= number || other.unordered || other.streamId !== streamId || isWhole(n))),
          );
          expect(receiver.delivered.length).toBe(expected.length);
        }
      }),
    );
  });

  it('[SCTP-0613, SCTP-0582, AT-43] chunks that are dropped from the top can come again', () => {
    fc.assert(
      fc.property(messages, fc.infiniteStream(fc.nat(0xffff)), (sent, dice) => {
        const receiver = new Receiver(1);
        const all = chunksOf(sent, 1);
        // The first one is missing: everything else is beyond a gap.
        const left = all.slice(1);
        const held: DataChunk[] = [];
        while (left.length > 0) {
          const [chunk] = left.splice(dice.next().value % left.length, 1);
          receiver.add(chunk!);
          held.push(chunk!);
          if (dice.next().value % 4 !== 0) continue;
          const [highest] = held.splice(held.indexOf(held.reduce((a, b) => (b.tsn > a.tsn ? b : a))), 1);
          if (receiver.drop(highest!)) left.push(highest!);
        }
        receiver.add(all[0]!);
        expect(receiver.delivered.map(({ ppid }) => ppid).sort((a, b) => a - b)).toEqual(sent.map((_, i) => i));
        expect([receiver.reassembly.heldBytes, receiver.reassembly.heldChunks]).toEqual([0, 0]);
      }),
    );
  });

  it('[SCTP-0610, SCTP-0608] counts what it holds', () => {
    const receiver = new Receiver(1);
    const chunks = chunksOf(
      [
        { streamId: 0, unordered: false, pieces: 3 },
        { streamId: 0, unordered: false, pieces: 1 },
      ],
      1,
    );
    receiver.add(chunks[3]!);
    receiver.add(chunks[1]!);
    expect([receiver.reassembly.heldBytes, receiver.reassembly.heldChunks]).toEqual([6, 2]);
    expect(receiver.drop(chunks[3]!)).toBe(true);
    expect([receiver.reassembly.heldBytes, receiver.reassembly.heldChunks]).toEqual([3, 1]);
    expect(receiver.drop(chunks[2]!)).toBe(false);
  });

  it('keeps a view of what is at least half of its buffer, and a copy of anything else', () => {
    const receiver = new Receiver(1);
    const buffer = new Uint8Array(100);
    const of = (length: number): Uint8Array => buffer.subarray(10, 10 + length);
    for (const [number, length] of [49, 50].entries()) {
      const [whole] = chunksOf([{ streamId: 0, unordered: true, pieces: 1 }], 1 + number);
      receiver.add({ ...whole!, userData: of(length) });
    }
    expect(receiver.delivered.map(({ data }) => [data.length, data.buffer === buffer.buffer])).toEqual([
      [49, false],
      [50, true],
    ]);
  });

  it('copies what it keeps of a large buffer', () => {
    const receiver = new Receiver(1);
    const [first, second] = chunksOf([{ streamId: 0, unordered: false, pieces: 2 }], 1);
    const userData = inLargerBuffer(first!.userData);
    receiver.add({ ...first!, userData });
    userData.fill(POISON);
    receiver.add(second!);
    expect([...receiver.delivered[0]!.data]).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('[SCTP-0019, SCTP-0689, AT-40] SSNs go round', () => {
    const receiver = new Receiver(1);
    const chunks = chunksOf(
      Array.from({ length: 65_540 }, () => ({ streamId: 0, unordered: false, pieces: 1 })),
      1,
    );
    // Two by two, the later one first.
    for (let i = 0; i < chunks.length; i += 2) {
      receiver.add(chunks[i + 1]!);
      receiver.add(chunks[i]!);
    }
    expect(receiver.delivered.length).toBe(65_540);
    expect(receiver.delivered.every(({ ppid }, i) => ppid === i)).toBe(true);
  });

  it('a long message in any order is cheap', () => {
    const pieces = 20_000;
    const receiver = new Receiver(1);
    const chunks = chunksOf([{ streamId: 0, unordered: false, pieces }], 1);
    // From both ends to the middle: runs grow on either side.
    for (let i = 0; i < pieces / 2; i++) {
      receiver.add(chunks[i]!);
      receiver.add(chunks[pieces - 1 - i]!);
    }
    expect(receiver.delivered.length).toBe(1);
    expect(receiver.delivered[0]!.data.length).toBe(3 * pieces);
  });

  it('[SCTP-0119, AT-41] any two neighbours that cannot be of messages in a row are found out, in either order', () => {
    const bits = fc.record({
      beginning: fc.boolean(),
      ending: fc.boolean(),
      unordered: fc.boolean(),
      streamId: fc.nat(1),
      ppid: fc.nat(1),
      ssn: fc.nat(1),
    });
    fc.assert(
      fc.property(bits, bits, fc.boolean(), (first, second, backwards) => {
        const make = (number: number, fields: typeof first): DataChunk => ({
          kind: 'data',
          tsn: tsn(10 + number),
          immediate: false,
          userData: new Uint8Array(1),
          ...fields,
          ssn: ssn(fields.ssn),
        });
        const receiver = new Receiver(9);
        const chunks = [make(0, first), make(1, second)];
        const results = (backwards ? [...chunks].reverse() : chunks).map((chunk) => receiver.add(chunk));
        const sameMessage =
          first.streamId === second.streamId &&
          first.unordered === second.unordered &&
          first.ppid === second.ppid &&
          (first.unordered || first.ssn === second.ssn);
        const fits = first.ending ? second.beginning : !second.beginning && sameMessage;
        // Whole ordered messages with the same SSN are another matter.
        const whole = first.beginning && first.ending && second.beginning && second.ending;
        if (whole) return;
        expect(results.some((result) => result !== undefined)).toBe(!fits);
      }),
      { numRuns: 1000 },
    );
  });
});
