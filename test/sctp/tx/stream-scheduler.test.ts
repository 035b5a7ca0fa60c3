import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SCHEDULERS, type SchedulerName, Scheduling } from '../../../src/sctp/tx/scheduling.ts';
import { type Sendable, SendQueue } from '../../../src/sctp/tx/send-queue.ts';

const FRAGMENT_BYTES = 10;

function queueOf(scheduler: SchedulerName, interleaving: boolean): SendQueue<Sendable> {
  const queue = new SendQueue<Sendable>(new Scheduling(scheduler));
  queue.setInterleaving(interleaving);
  return queue;
}

function push(queue: SendQueue<Sendable>, streamId: number, bytes: number, fields: Partial<Sendable> = {}): void {
  queue.push({ data: new Uint8Array(bytes), streamId, ppid: 0, unordered: false, ...fields }, 0);
}

/** The streams of the next fragments, up to `most`. */
function take(queue: SendQueue<Sendable>, most = Number.POSITIVE_INFINITY): number[] {
  const streams: number[] = [];
  while (!queue.isEmpty && streams.length < most)
    streams.push(queue.takeFragment(FRAGMENT_BYTES).message.request.streamId);
  return streams;
}

/** The bytes that each stream gets out of the next `fragments`. */
function shares(queue: SendQueue<Sendable>, fragments: number): Map<number, number> {
  const bytes = new Map<number, number>();
  for (let i = 0; i < fragments; i++) {
    const { message, start, end } = queue.takeFragment(FRAGMENT_BYTES);
    const { streamId } = message.request;
    bytes.set(streamId, (bytes.get(streamId) ?? 0) + end - start);
  }
  return bytes;
}

/** Figures 1 and 2 of RFC 8260: 3 fragments on stream 0, 3 messages of one on stream 1, 3 fragments on stream 2. */
function figure(queue: SendQueue<Sendable>): void {
  push(queue, 0, 3 * FRAGMENT_BYTES);
  for (let i = 0; i < 3; i++) push(queue, 1, FRAGMENT_BYTES);
  push(queue, 2, 3 * FRAGMENT_BYTES);
}

describe('stream schedulers (RFC 8260 §3)', () => {
  it.each([false, true])('[IDATA-0053] first come, first served; interleaving %s', (interleaving) => {
    const queue = queueOf('fcfs', interleaving);
    figure(queue);
    push(queue, 1, FRAGMENT_BYTES);
    expect(take(queue)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 1]);
  });

  it('[IDATA-0054] round robin by messages: figure 1', () => {
    const queue = queueOf('round-robin', false);
    figure(queue);
    expect(take(queue)).toEqual([0, 0, 0, 1, 2, 2, 2, 1, 1]);
  });

  it('[IDATA-0054] [IDATA-0028] [IDATA-0030] round robin by chunks: figure 2', () => {
    const queue = queueOf('round-robin', true);
    figure(queue);
    const fragments = Array.from({ length: 9 }, () => queue.takeFragment(FRAGMENT_BYTES));
    expect(fragments.map(({ message, fsn }) => [message.request.streamId, message.mid, fsn])).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [2, 0, 0],
      [0, 0, 1],
      [1, 1, 0],
      [2, 0, 1],
      [0, 0, 2],
      [1, 2, 0],
      [2, 0, 2],
    ]);
  });

  it('[IDATA-0055] round robin by packets: streams change when a packet begins, DATA in the middle of a message does not', () => {
    const interleaved = queueOf('round-robin-packet', true);
    figure(interleaved);
    const packets = (queue: SendQueue<Sendable>): number[][] =>
      Array.from({ length: 4 }, () => {
        queue.packetBegins();
        return take(queue, 2);
      });
    expect(packets(interleaved)).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [0, 1],
    ]);
    const whole = queueOf('round-robin-packet', false);
    figure(whole);
    expect(packets(whole)).toEqual([
      [0, 0],
      [0, 1],
      [2, 2],
      [2, 1],
    ]);
  });

  it('[IDATA-0056] priority: the highest first, in turns among equals; with interleaving in the middle of a message', () => {
    for (const interleaving of [true, false]) {
      const queue = queueOf('priority', interleaving);
      for (const [streamId, priority] of [
        [0, 300],
        [1, 0],
        [3, 0],
      ] as const)
        queue.setPriority(streamId, priority);
      push(queue, 0, 3 * FRAGMENT_BYTES);
      // Not set: 256.
      push(queue, 2, FRAGMENT_BYTES);
      expect(take(queue, 2)).toEqual([2, 0]);
      for (const streamId of [2, 1, 1, 3]) push(queue, streamId, FRAGMENT_BYTES);
      expect(take(queue)).toEqual(interleaving ? [1, 3, 1, 2, 0, 0] : [0, 0, 1, 3, 1, 2]);
    }
  });

  it('[IDATA-0056] a priority that changes counts at once', () => {
    const queue = queueOf('priority', true);
    for (const streamId of [0, 1, 2]) push(queue, streamId, 2 * FRAGMENT_BYTES);
    expect(take(queue, 1)).toEqual([0]);
    queue.setPriority(2, 1);
    queue.setPriority(1, 2);
    expect(take(queue)).toEqual([2, 2, 1, 1, 0]);
  });

  it.each([false, true])('[IDATA-0057] equal bytes for long and short messages; interleaving %s', (interleaving) => {
    const queue = queueOf('fair-bandwidth', interleaving);
    for (let i = 0; i < 100; i++) push(queue, 0, 5 * FRAGMENT_BYTES);
    for (let i = 0; i < 1000; i++) push(queue, 1, 3);
    const bytes = shares(queue, 300);
    // Never more than one message, or one fragment, apart.
    expect(Math.abs(bytes.get(0)! - bytes.get(1)!)).toBeLessThanOrEqual(interleaving ? FRAGMENT_BYTES : 50);
  });

  it.each([false, true])('[IDATA-0058] [IDATA-0051] weights 3 to 1 to 2; interleaving %s', (interleaving) => {
    const queue = queueOf('weighted-fair', interleaving);
    [3, 1, 2].forEach((weight, streamId) => {
      queue.setWeight(streamId, weight);
      for (let i = 0; i < 100; i++) push(queue, streamId, (streamId + 2) * FRAGMENT_BYTES);
    });
    const bytes = shares(queue, 360);
    [3, 1, 2].forEach((weight, streamId) => {
      expect(Math.abs(bytes.get(streamId)! - 600 * weight)).toBeLessThanOrEqual(60);
    });
  });

  it('[IDATA-0057] a stream that was idle gets no more than its share afterwards', () => {
    const queue = queueOf('fair-bandwidth', true);
    push(queue, 0, 10_000);
    push(queue, 1, FRAGMENT_BYTES);
    take(queue, 500);
    push(queue, 1, 10_000);
    const bytes = shares(queue, 100);
    expect([bytes.get(0), bytes.get(1)]).toEqual([500, 500]);
  });

  const messages = fc.array(
    fc.record({ streamId: fc.nat(4), bytes: fc.integer({ min: 1, max: 45 }), unordered: fc.boolean() }),
    { maxLength: 40 },
  );

  it.each(SCHEDULERS.flatMap((name) => [false, true].map((interleaving) => [name, interleaving] as const)))(
    '[IDATA-0001] [IDATA-0009] [IDATA-0015] [IDATA-0022] [IDATA-0023] [IDATA-0026] [IDATA-0029] [IDATA-0031] %s, interleaving %s: everything leaves, each stream in order, one message of it at a time',
    (name, interleaving) => {
      fc.assert(
        fc.property(messages, fc.infiniteStream(fc.nat(0xffff)), (sent, dice) => {
          const queue = queueOf(name, interleaving);
          let left = sent.length;
          /** What has left of each stream: index of the message and how far it is. */
          const under = new Map<number, { readonly index: number; fsn: number; at: number }>();
          const last = new Map<number, number>();
          let whole = true;
          const roll = (sides: number): number => dice.next().value % sides;
          while (left > 0 || !queue.isEmpty) {
            if (left > 0 && (queue.isEmpty || roll(3) === 0)) {
              const index = sent.length - left--;
              const { streamId, bytes, unordered } = sent[index]!;
              queue.push({ data: new Uint8Array(bytes), streamId, ppid: index, unordered }, 0);
              continue;
            }
            if (roll(4) === 0) queue.packetBegins();
            if (roll(50) === 0) queue.setScheduler(SCHEDULERS[roll(SCHEDULERS.length)]!);
            if (roll(10) === 0) queue.setPriority(roll(5), roll(4));
            const { kind, message, fsn, start, end } = queue.takeFragment(1 + roll(20));
            const { streamId, ppid, data } = message.request;
            expect(kind).toBe(interleaving ? 'i-data' : 'data');
            const before = under.get(streamId);
            if (!interleaving && !whole) expect(before).toBeDefined();
            if (before === undefined) {
              expect(ppid).toBeGreaterThan(last.get(streamId) ?? -1);
              expect([start, fsn]).toEqual([0, 0]);
              last.set(streamId, ppid);
            } else expect([ppid, start, fsn]).toEqual([before.index, before.at, before.fsn]);
            whole = end === data.length;
            if (whole) under.delete(streamId);
            else under.set(streamId, { index: ppid, fsn: fsn + 1, at: end });
          }
          expect(queue.queuedBytes).toBe(0);
        }),
      );
    },
  );

  it.each(SCHEDULERS)('%s: what expired, what matches and what is left can be taken out', (name) => {
    const queue = queueOf(name, true);
    for (let i = 0; i < 12; i++) push(queue, i % 3, 20, { ppid: i, lifetimeMs: i % 2 === 0 ? 10 + i : undefined });
    const begun = queue.takeFragment(10).message.request.ppid;
    expect(begun).toBe(0);
    expect(queue.nextExpiryAt()).toBe(12);
    const numbers = (taken: readonly { readonly request: Sendable }[]): number[] =>
      taken.map(({ request }) => request.ppid);
    expect(numbers(queue.takeExpired(16))).toEqual([2, 4, 6]);
    expect(numbers(queue.takeUnbegun(({ request }) => request.streamId === 1))).toEqual([1, 7, 10]);
    expect(queue.queuedBytes).toBe(110);
    expect(numbers(queue.takeAll())).toEqual([0, 3, 5, 8, 9, 11]);
    expect([queue.isEmpty, queue.queuedBytes, queue.nextExpiryAt()]).toEqual([true, 0, undefined]);
    push(queue, 1, 10);
    expect(take(queue)).toEqual([1]);
  });

  it.each(SCHEDULERS)('%s: a fragment costs the same among 60,000 streams', (name) => {
    const queue = queueOf(name, true);
    for (let streamId = 0; streamId < 60_000; streamId++) push(queue, streamId, 2 * FRAGMENT_BYTES);
    expect(new Set(take(queue)).size).toBe(60_000);
  });
});
