import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fsn, mid, tsn, tsnAdd } from '../../../src/base/serial.ts';
import { InterleavedReassembly } from '../../../src/sctp/rx/interleaved-reassembly.ts';
import type { ReceivedMessage } from '../../../src/sctp/rx/received-message.ts';
import { TsnTracker } from '../../../src/sctp/rx/tsn-tracker.ts';
import type { IDataChunk } from '../../../src/sctp/wire/types.ts';
import { inLargerBuffer, POISON } from '../../harness/larger-buffer.ts';

interface Sent {
  readonly streamId: number;
  readonly unordered: boolean;
  readonly pieces: number;
}

/** The chunks of these messages; TSNs are dealt out to all of them by `pick`, in order within a message only. */
function chunksOf(messages: readonly Sent[], initialTsn: number, pick: (choices: number) => number): IDataChunk[] {
  const nextMid = new Map<string, number>();
  const lists = messages.map(({ streamId, unordered, pieces }, number): IDataChunk[] => {
    const lane = `${streamId} ${unordered}`;
    const next = nextMid.get(lane) ?? 0;
    nextMid.set(lane, next + 1);
    return Array.from({ length: pieces }, (_, piece) => ({
      kind: 'i-data',
      tsn: tsn(0),
      streamId,
      mid: mid(next),
      ppid: piece === 0 ? number : 0,
      fsn: fsn(piece),
      unordered,
      beginning: piece === 0,
      ending: piece === pieces - 1,
      immediate: false,
      userData: new Uint8Array([number >> 8, number, piece]),
    }));
  });
  const chunks: IDataChunk[] = [];
  for (let open = lists; open.length > 0; open = open.filter((list) => list.length > 0)) {
    const chunk = open[pick(open.length)]!.shift()!;
    chunks.push({ ...chunk, tsn: tsnAdd(tsn(initialTsn), chunks.length) });
  }
  return chunks;
}

const contentOf = (number: number, pieces: number): number[] =>
  Array.from({ length: pieces }, (_, piece) => [number >> 8, number & 0xff, piece]).flat();

/** Receives chunks as an association does, and joins what comes in parts. */
class Receiver {
  readonly reassembly: InterleavedReassembly;
  readonly delivered: ReceivedMessage[] = [];
  readonly whole: { readonly ppid: number; readonly streamId: number; readonly unordered: boolean; data: number[] }[] =
    [];
  readonly #tracker: TsnTracker;
  readonly #parts = new Map<number, number[]>();
  readonly #deliver = (message: ReceivedMessage): void => {
    this.delivered.push(message);
    const { data, ppid, streamId, unordered, partial } = message;
    if (partial === undefined) {
      this.whole.push({ ppid, streamId, unordered, data: [...data] });
      return;
    }
    const before = this.#parts.get(partial.id) ?? [];
    expect(partial.offsetBytes).toBe(before.length);
    const joined = [...before, ...data];
    if (partial.state === 'more') this.#parts.set(partial.id, joined);
    else {
      this.#parts.delete(partial.id);
      if (partial.state === 'complete') this.whole.push({ ppid, streamId, unordered, data: joined });
    }
  };

  constructor(initialTsn: number, partBytes = 0) {
    this.#tracker = new TsnTracker(tsn(initialTsn));
    this.reassembly = new InterleavedReassembly(partBytes);
  }

  add(chunk: IDataChunk): string | undefined {
    if (this.#tracker.classify(chunk.tsn) !== 'new') return 'not new';
    this.#tracker.add(chunk.tsn);
    return this.reassembly.add(chunk, this.#tracker, this.#deliver);
  }

  drop(chunk: IDataChunk): boolean {
    if (!this.reassembly.dropEndingAt(chunk.tsn)) return false;
    this.#tracker.forget(chunk.tsn);
    return true;
  }

  deliverParts(): boolean {
    return this.reassembly.deliverParts(this.#tracker, this.#deliver);
  }

  abortParts(): void {
    this.reassembly.abortParts(this.#deliver);
  }

  get held(): [number, number] {
    return [this.reassembly.heldBytes, this.reassembly.heldChunks];
  }
}

const messages = fc.array(
  fc.record({ streamId: fc.nat(3), unordered: fc.boolean(), pieces: fc.integer({ min: 1, max: 6 }) }),
  { minLength: 1, maxLength: 25 },
);
const initialTsns = fc.oneof(fc.nat(0xffff_ffff), fc.integer({ min: 0xffff_ffff - 30, max: 0xffff_ffff }));
const dice = fc.infiniteStream(fc.nat(0xffff));

const chunk = (number: number, fields: Partial<IDataChunk> = {}): IDataChunk => ({
  kind: 'i-data',
  tsn: tsn(number),
  streamId: 0,
  mid: mid(0),
  ppid: 0,
  fsn: fsn(0),
  unordered: false,
  beginning: true,
  ending: true,
  immediate: false,
  userData: new Uint8Array([number]),
  ...fields,
});

describe('reassembly of I-DATA (RFC 8260 §2.2.3)', () => {
  it.each([0, 1, 5])(
    '[IDATA-0032] [IDATA-0033] [IDATA-0036] [IDATA-0010] [IDATA-0019] [AT-40] gives what was sent, in order per stream, whatever the TSNs and the order of arrival; parts of %d bytes',
    (partBytes) => {
      fc.assert(
        fc.property(messages, initialTsns, dice, (sent, initialTsn, numbers) => {
          const roll = (sides: number): number => numbers.next().value % sides;
          const receiver = new Receiver(initialTsn, partBytes);
          const left = chunksOf(sent, initialTsn, roll);
          while (left.length > 0) {
            const [next] = left.splice(roll(left.length), 1);
            expect(receiver.add(next!)).toBeUndefined();
            if (partBytes > 1 && roll(10) === 0) receiver.deliverParts();
          }
          expect(receiver.held).toEqual([0, 0]);
          expect(receiver.whole.length).toBe(sent.length);
          for (const { data, ppid, streamId, unordered } of receiver.whole) {
            expect(data).toEqual(contentOf(ppid, sent[ppid]!.pieces));
            expect({ streamId, unordered }).toMatchObject({
              streamId: sent[ppid]!.streamId,
              unordered: sent[ppid]!.unordered,
            });
          }
          for (let stream = 0; stream <= 3; stream++) {
            const order = receiver.whole.filter((m) => m.streamId === stream && !m.unordered).map(({ ppid }) => ppid);
            expect(order).toEqual([...order].sort((a, b) => a - b));
          }
          if (partBytes === 0) expect(receiver.delivered.every(({ partial }) => partial === undefined)).toBe(true);
        }),
      );
    },
  );

  it.each([0, 4])('[AT-43] chunks that are dropped from the top can come again; parts of %d bytes', (partBytes) => {
    fc.assert(
      fc.property(messages, dice, (sent, numbers) => {
        const roll = (sides: number): number => numbers.next().value % sides;
        const receiver = new Receiver(1, partBytes);
        const all = chunksOf(sent, 1, roll);
        // The first one is missing: everything else is beyond a gap.
        const left = all.slice(1);
        const held: IDataChunk[] = [];
        while (left.length > 0) {
          const [next] = left.splice(roll(left.length), 1);
          expect(receiver.add(next!)).toBeUndefined();
          held.push(next!);
          if (roll(4) !== 0) continue;
          const [highest] = held.splice(held.indexOf(held.reduce((a, b) => (b.tsn > a.tsn ? b : a))), 1);
          if (receiver.drop(highest!)) left.push(highest!);
        }
        receiver.add(all[0]!);
        expect(receiver.whole.map(({ ppid }) => ppid).sort((a, b) => a - b)).toEqual(sent.map((_, i) => i));
        expect(receiver.held).toEqual([0, 0]);
      }),
    );
  });

  it('[IDATA-0011] [AT-40] unordered MIDs go round, and may come again once their message is complete', () => {
    const receiver = new Receiver(0);
    [0xffff_fffe, 0xffff_ffff, 0, 1, 0xffff_ffff].forEach((number, i) => {
      expect(receiver.add(chunk(i, { unordered: true, mid: mid(number) }))).toBeUndefined();
    });
    expect(receiver.whole.length).toBe(5);
  });

  it('[AT-65] a MID that is used again while its message is incomplete is found out', () => {
    const receiver = new Receiver(0);
    receiver.add(chunk(0, { ending: false, mid: mid(7), unordered: true }));
    expect(receiver.add(chunk(1, { ending: false, mid: mid(7), unordered: true }))).toBe('fsn-reused');
    expect(receiver.add(chunk(2, { ending: false, mid: mid(7) }))).toBeUndefined();
    expect(receiver.add(chunk(3, { mid: mid(7) }))).toBe('fsn-reused');
  });

  it('[AT-65] so is one whose ordered message has gone up', () => {
    const receiver = new Receiver(0);
    expect(receiver.add(chunk(0))).toBeUndefined();
    expect(receiver.add(chunk(1))).toBe('mid-reused');
    expect(receiver.add(chunk(2, { mid: mid(0xffff_ffff) }))).toBe('mid-reused');
    expect(receiver.add(chunk(3, { mid: mid(1) }))).toBeUndefined();
  });

  it('copies what it keeps of a large buffer', () => {
    const receiver = new Receiver(0);
    for (const fields of [{}, { mid: mid(1), ending: false }, { mid: mid(1), beginning: false, fsn: fsn(1) }]) {
      const at = receiver.delivered.length + receiver.reassembly.heldChunks;
      const next = chunk(at, { ...fields, userData: inLargerBuffer(new Uint8Array([at])) });
      receiver.add(next);
      next.userData.fill(POISON);
    }
    expect(receiver.whole.map(({ data }) => data)).toEqual([[0], [1, 2]]);
  });

  it('one unordered message of a stream at a time goes up in parts, ordered ones beside it', () => {
    const receiver = new Receiver(0, 1);
    const beginnings = [
      { unordered: true, mid: mid(0) },
      { unordered: true, mid: mid(1) },
      { mid: mid(0) },
      { mid: mid(1) },
      { streamId: 1, mid: mid(0) },
    ];
    beginnings.forEach((fields, i) => {
      receiver.add(chunk(i, { ...fields, ending: false }));
    });
    expect(receiver.delivered.map(({ streamId, unordered, partial }) => [streamId, unordered, partial!.id])).toEqual([
      [0, true, 0],
      [0, false, 1],
      [1, false, 2],
    ]);
    expect(receiver.deliverParts()).toBe(false);
    receiver.add(chunk(5, { unordered: true, mid: mid(0), beginning: false, fsn: fsn(1) }));
    expect(receiver.delivered.at(-1)?.partial).toEqual({ id: 0, offsetBytes: 1, state: 'complete' });
    expect(receiver.deliverParts()).toBe(true);
    expect(receiver.delivered.at(-1)).toMatchObject({ unordered: true, partial: { id: 3, offsetBytes: 0 } });
  });

  it('says of every message in parts that the rest will not come', () => {
    const receiver = new Receiver(0, 1);
    receiver.add(chunk(0, { ending: false, ppid: 9 }));
    receiver.add(chunk(1, { streamId: 1, ending: false }));
    receiver.add(chunk(2, { streamId: 2, fsn: fsn(1), beginning: false }));
    receiver.abortParts();
    expect(receiver.delivered.slice(2)).toEqual([
      {
        data: new Uint8Array(0),
        streamId: 0,
        ssn: 0,
        ppid: 9,
        unordered: false,
        partial: { id: 0, offsetBytes: 1, state: 'aborted' },
      },
      expect.objectContaining({ streamId: 1, partial: { id: 1, offsetBytes: 1, state: 'aborted' } }),
    ]);
    expect(receiver.held).toEqual([0, 0]);
  });

  it('[IDATA-0048] streams that are reset expect MID 0 again', () => {
    const receiver = new Receiver(0);
    receiver.add(chunk(0));
    receiver.add(chunk(1, { streamId: 1 }));
    receiver.reassembly.resetStreams([0], () => undefined);
    expect(receiver.add(chunk(2))).toBeUndefined();
    expect(receiver.add(chunk(3, { streamId: 1 }))).toBe('mid-reused');
    receiver.reassembly.resetStreams('all', () => undefined);
    expect(receiver.add(chunk(4, { streamId: 1 }))).toBeUndefined();
  });

  it('a long message in any order is cheap', () => {
    const pieces = 20_000;
    const receiver = new Receiver(1, 100);
    const chunks = chunksOf([{ streamId: 0, unordered: false, pieces }], 1, () => 0);
    for (let i = 0; i < pieces / 2; i++) {
      receiver.add(chunks[pieces - 1 - i]!);
      if (i % 2 === 1) receiver.add(chunks[(i - 1) / 2]!);
    }
    for (let i = pieces / 4; i < pieces / 2; i++) receiver.add(chunks[i]!);
    expect(receiver.whole.map(({ data }) => data.length)).toEqual([3 * pieces]);
  });
});
