import { describe, expect, it } from 'vitest';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { element, POOL, UserLadder } from './user-ladder.ts';

describe('several sessions', () => {
  it('do not take an answer about another pool for theirs', () => {
    const ladder = new UserLadder();
    ladder.home();
    const other = poolHandle('other');
    ladder.open();
    ladder.call((role, now) => role.openSession(other, {}, now));
    ladder.take();
    ladder.answer(1, [20], { pool: other });
    // The first one still waits for its own answer, also for a bad one.
    expect(ladder.take()).toEqual(['event resolved', 'connect 3 192.0.2.20']);
    ladder.call((role, now) => role.openSession(poolHandle('third'), {}, now));
    ladder.unknownPool(1);
    expect(ladder.eventsOf('session-waiting')).toMatchObject([{ session: 1, reason: 'unknown-pool' }]);
    ladder.answer(1, [30], { pool: poolHandle('third') });
    expect(ladder.takeOnly('connect')).toEqual(['connect 5 192.0.2.30']);
    ladder.up(3);
    expect(ladder.eventsOf('session-up')).toHaveLength(1);
  });

  it('all end with the user', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11]);
    ladder.open();
    ladder.up(5);
    ladder.take();
    ladder.call((role, now) => role.stop('done', now));
    expect(ladder.take()).toEqual(['close 3 shutdown', 'close 5 shutdown', 'close 1 shutdown']);
    ladder.down(3, false);
    ladder.down(5, false);
    expect(ladder.eventsOf('session-closed')).toHaveLength(2);
    expect(ladder.role.sessionCount).toBe(0);
  });

  it('tell another session’s user that an element works again', () => {
    const ladder = new UserLadder();
    ladder.session([10]);
    ladder.down(3);
    const picked = (): unknown => ladder.call((role, now) => role.pick(POOL, now)?.peIdentifier);
    expect(picked()).toBeUndefined();
    ladder.answer(1, [10]);
    ladder.advance(1500);
    ladder.answer(1, [10]);
    const channel = Number(ladder.takeOnly('connect').at(-1)?.split(' ')[1]);
    ladder.up(channel);
    expect(picked()).toBe(10);
  });
});

describe('a session', () => {
  it('gives up while an element is called', () => {
    const ladder = new UserLadder();
    ladder.home();
    ladder.open({ giveUpAfterMs: 2500 });
    ladder.answer(1, [10]);
    ladder.advance(2499);
    ladder.take();
    ladder.advance(1);
    expect(ladder.take()).toEqual(['close 3 abort', 'event session-closed']);
    ladder.up(3);
    expect(ladder.eventsOf('session-up')).toEqual([]);
  });

  it('has the whole time again to find another element when it loses one', () => {
    const ladder = new UserLadder();
    ladder.session([10], { giveUpAfterMs: 2500 });
    ladder.advance(10_000);
    ladder.down(3);
    ladder.advance(2499);
    expect(ladder.eventsOf('session-closed')).toEqual([]);
    ladder.advance(1);
    expect(ladder.eventsOf('session-closed')).toHaveLength(1);
  });

  it('goes on elsewhere when its element fails, if it shall do so on failure only', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11], { failover: 'on-failure' });
    ladder.down(3);
    expect(ladder.takeOnly('connect')).toEqual(['connect 5 192.0.2.11']);
  });

  it('tells of errors that its element reports', () => {
    const ladder = new UserLadder();
    ladder.session([10]);
    ladder.asap(3, { kind: 'error', causes: [{ kind: 'lack-of-resources' }] });
    expect(ladder.eventsOf('peer-error')).toMatchObject([{ channel: 3 }]);
  });

  it('[ASAP-277] asks nobody for the pool of a business card that is known', () => {
    const ladder = new UserLadder();
    ladder.session([10]);
    ladder.advance(60_000);
    ladder.take();
    ladder.asap(3, { kind: 'business-card', poolHandle: POOL, elements: [element(12)] });
    expect(ladder.take()).toEqual(['event business-card']);
  });
});
