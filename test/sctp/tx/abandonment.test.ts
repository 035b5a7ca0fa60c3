import { describe, expect, it } from 'vitest';
import { tsn } from '../../../src/base/serial.ts';
import { chooseVictims } from '../../../src/sctp/tx/abandonment.ts';
import { type Carrier, Outstanding } from '../../../src/sctp/tx/outstanding.ts';
import { type Sendable, SendQueue } from '../../../src/sctp/tx/send-queue.ts';

const message = (priority?: number): Sendable => ({
  data: new Uint8Array(100),
  streamId: 0,
  ppid: 0,
  unordered: false,
  priority,
});

/** Six chunks in flight, TSN 1 to 6; the message of the first is given up. */
function firstOfSixAbandoned(): Outstanding<Sendable, Carrier> {
  const queue = new SendQueue<Sendable>();
  const outstanding = new Outstanding<Sendable, Carrier>(tsn(1));
  const carrier: Carrier = { flightBytes: 0, earliestTsn: undefined };
  for (let i = 0; i < 6; i++) queue.push(message(), 0);
  for (let i = 0; i < 6; i++) outstanding.sendNew(queue.takeFragment(100), carrier, false);
  outstanding.first!.message.abandoned = true;
  outstanding.abandon(() => {});
  return outstanding;
}

describe('abandoned chunks', () => {
  const lostBy = (outstanding: Outstanding<Sendable, Carrier>, end: number): number[] => {
    const result = outstanding.acknowledge(
      tsn(0),
      [{ start: 2, end }],
      false,
      () => {},
      () => {},
    );
    if (typeof result === 'string') throw new Error(result);
    return result.lost.map((chunk) => chunk.tsn);
  };

  it('[PR-0042] one that was in flight is told as lost at its third miss indication, once', () => {
    const outstanding = firstOfSixAbandoned();
    expect([2, 3, 4, 5, 6].map((end) => lostBy(outstanding, end))).toEqual([[], [], [1], [], []]);
    expect([outstanding.first?.status, outstanding.lostCount]).toEqual(['abandoned', 0]);
  });

  it('[PR-0021] is not in flight any more', () => {
    expect(firstOfSixAbandoned().flightBytes).toBe(5 * 116);
  });
});

describe('who gives way (RFC 7496 §3.2)', () => {
  it('the least important first, the oldest of these; nobody if it would be in vain', () => {
    const queue = new SendQueue<Sendable>();
    for (const priority of [3, 7, 5, 7]) queue.push(message(priority), 0);
    const [three, seven, five, lateSeven] = [...queue];
    const candidates = [...queue].map((each) => ({ message: each, bytes: 100, messages: 1 }));
    expect(chooseVictims(candidates, { bytes: 1, messages: 0 })).toEqual([seven]);
    expect(chooseVictims(candidates, { bytes: 101, messages: 0 })).toEqual([seven, lateSeven]);
    expect(chooseVictims(candidates, { bytes: 0, messages: 4 })).toEqual([seven, lateSeven, five, three]);
    expect(chooseVictims(candidates, { bytes: 401, messages: 0 })).toEqual([]);
  });
});
