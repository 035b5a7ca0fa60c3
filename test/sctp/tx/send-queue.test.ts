import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tsn } from '../../../src/base/serial.ts';
import { type Carrier, Outstanding } from '../../../src/sctp/tx/outstanding.ts';
import { type Sendable, SendQueue } from '../../../src/sctp/tx/send-queue.ts';

const message = (bytes: number, fields: Partial<Sendable> = {}): Sendable => ({
  data: new Uint8Array(bytes),
  streamId: 0,
  ppid: 0,
  unordered: false,
  ...fields,
});

describe('send queue', () => {
  it('[SCTP-0720, SCTP-0721, SCTP-0117, SCTP-0687, SCTP-0688, SCTP-0690] cuts messages into fragments, one after the other, with SSNs per stream', () => {
    const sizes = fc.record({ bytes: fc.integer({ min: 1, max: 50 }), streamId: fc.nat(2), unordered: fc.boolean() });
    fc.assert(
      fc.property(fc.array(sizes, { maxLength: 20 }), fc.integer({ min: 1, max: 20 }), (all, most) => {
        const queue = new SendQueue();
        for (const { bytes, streamId, unordered } of all) queue.push(message(bytes, { streamId, unordered }), 0);
        expect(queue.queuedBytes).toBe(all.reduce((sum, { bytes }) => sum + bytes, 0));
        const nextMid = { ordered: [0, 0, 0], unordered: [0, 0, 0] };
        for (const { bytes, streamId, unordered } of all) {
          const mid = nextMid[unordered ? 'unordered' : 'ordered'][streamId]!++;
          for (let at = 0; at < bytes; ) {
            expect(queue.nextFragmentBytes(most)).toBe(Math.min(most, bytes - at));
            const { message, start, end } = queue.takeFragment(most);
            expect([start, end, message.mid, message.request.streamId]).toEqual([
              at,
              Math.min(bytes, at + most),
              mid,
              streamId,
            ]);
            at = end;
          }
        }
        expect([queue.isEmpty, queue.queuedBytes, queue.nextFragmentBytes(most)]).toEqual([true, 0, 0]);
      }),
    );
  });

  it('[SCTP-0689] SSNs go round after 65535', () => {
    const queue = new SendQueue();
    for (let i = 0; i < 65_537; i++) queue.push(message(1), 0);
    const outstanding = new Outstanding<Sendable, Carrier>(tsn(1));
    const carrier = { flightBytes: 0, earliestTsn: undefined };
    const nextSsn = (): number => outstanding.sendNew(queue.takeFragment(10), carrier, false).ssn;
    for (let i = 0; i < 65_536; i++) expect(nextSsn()).toBe(i);
    expect(nextSsn()).toBe(0);
  });

  it('[SCTP-1010, SCTP-1011] gives back what expired before it was begun; the others keep their places and get their SSNs', () => {
    const queue = new SendQueue();
    const names = ['begun', 'late', 'patient', 'later'];
    const requests = [
      message(20, { lifetimeMs: 5 }),
      message(5, { lifetimeMs: 10 }),
      message(5),
      message(5, { lifetimeMs: 30 }),
    ];
    for (const request of requests) queue.push(request, 100);
    queue.takeFragment(10);
    expect(queue.nextExpiryAt()).toBe(110);
    expect(queue.takeExpired(109)).toEqual([]);
    expect(queue.takeExpired(110).map(({ request }) => names[requests.indexOf(request)])).toEqual(['late']);
    expect(queue.nextExpiryAt()).toBe(130);
    expect(queue.queuedBytes).toBe(20);
    const rest = [queue.takeFragment(10), queue.takeFragment(10), queue.takeFragment(10)];
    expect(rest.map(({ message }) => [names[requests.indexOf(message.request)], message.mid])).toEqual([
      ['begun', 0],
      ['patient', 1],
      ['later', 2],
    ]);
    expect(queue.nextExpiryAt()).toBeUndefined();
  });

  it('[SCTP-0369] gives back what matches and is not begun', () => {
    const queue = new SendQueue();
    for (const streamId of [5, 1, 5, 2]) queue.push(message(20, { streamId }), 0);
    queue.takeFragment(10);
    expect(queue.takeUnbegun(({ request }) => request.streamId === 5).length).toBe(1);
    expect(queue.queuedBytes).toBe(50);
    expect(queue.takeAll().map(({ request, takenBytes }) => [request.streamId, takenBytes])).toEqual([
      [5, 10],
      [1, 0],
      [2, 0],
    ]);
    expect([queue.isEmpty, queue.queuedBytes, queue.nextExpiryAt()]).toEqual([true, 0, undefined]);
  });

  it('[RECONF-0090] streams that are reset number their messages from 0 again, the others go on', () => {
    const queue = new SendQueue();
    const numbers = (...streams: readonly number[]): number[] => {
      for (const streamId of streams) queue.push(message(1, { streamId }), 0);
      return streams.map(() => queue.takeFragment(10).message.mid);
    };
    expect(numbers(1, 1, 2, 3)).toEqual([0, 1, 0, 0]);
    expect([queue.isReset([1, 4]), queue.isReset([4]), queue.isReset('all')]).toEqual([false, true, false]);
    queue.resetStreams([1, 3]);
    expect([queue.isReset([1, 3, 4]), queue.isReset('all')]).toEqual([true, false]);
    expect(numbers(1, 2, 3)).toEqual([0, 1, 0]);
    queue.resetStreams('all');
    expect(queue.isReset('all')).toBe(true);
    expect(numbers(1, 2)).toEqual([0, 0]);
  });

  it('[RECONF-0094] knows whether something of a stream is left, if only the end of a message', () => {
    const queue = new SendQueue();
    queue.push(message(3, { streamId: 4 }), 0);
    queue.push(message(3, { streamId: 5 }), 0);
    queue.takeFragment(2);
    const left = (): boolean[] => [4, 5, 6].map((wanted) => queue.holdsMessageOf((streamId) => streamId === wanted));
    expect(left()).toEqual([true, true, false]);
    queue.takeFragment(2);
    expect(left()).toEqual([false, true, false]);
  });
});
