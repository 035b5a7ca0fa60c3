import { describe, expect, it } from 'vitest';
import { ElementLadder } from './element-ladder.ts';

const drain = (ladder: ElementLadder): void => ladder.call((role, now) => role.drain(now));

describe('an element that drains', () => {
  it('[ASAP-154] [REQ-018] leaves the pool, serves the users that are there, and takes no others', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    ladder.data(2, 'before');
    ladder.take();
    drain(ladder);
    expect(ladder.take()).toEqual(['1: deregistration abc 7']);
    ladder.incoming(4, 51);
    expect(ladder.take()).toEqual(['close 4 abort']);
    ladder.deregistered(1);
    expect(ladder.take()).toEqual(['event deregistered', 'close 1 shutdown']);
    ladder.data(2, 'after');
    expect(ladder.take()).toEqual(['event data']);
    ladder.call((role) => role.sendData(2, { bytes: Uint8Array.of(65) }));
    expect(ladder.take()).toEqual(['2: data A']);
    ladder.down(2, false);
    expect(ladder.take()).toEqual(['event session-closed', 'event drained']);
    expect(ladder.role.isRegistered).toBe(false);
    ladder.advance(3_600_000);
    expect(ladder.take()).toEqual([]);
  });

  it('is done at once if nobody is there, and says so once', () => {
    const ladder = new ElementLadder();
    ladder.join();
    drain(ladder);
    drain(ladder);
    expect(ladder.take()).toEqual(['1: deregistration abc 7', 'event drained']);
  });

  it('waits for a channel that has not said yet who it is', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    drain(ladder);
    expect(ladder.take()).toEqual(['1: deregistration abc 7']);
    ladder.data(2, 'a user');
    expect(ladder.take()).toEqual(['event session-opened', 'event data']);
    ladder.down(2, true);
    expect(ladder.take()).toEqual(['event session-closed', 'event drained']);
  });
});
