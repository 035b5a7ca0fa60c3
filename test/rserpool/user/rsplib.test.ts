import { describe, expect, it } from 'vitest';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { element, POOL, UserLadder } from './user-ladder.ts';

describe('a user of an rsplib registrar', () => {
  it('asks for a number of elements, and marks its question: it is not one of rsplib itself', () => {
    const ladder = new UserLadder(1, { resolutionItems: 3 });
    ladder.home();
    ladder.call((role, now) => role.resolve(POOL, now));
    expect(ladder.lastSent(1)).toBe('0500001c0009000761626300803f0008000000038f09000800000000');
    const plain = new UserLadder();
    plain.home();
    plain.call((role, now) => role.resolve(POOL, now));
    expect(plain.lastSent(1)).toBe('0500000b0009000761626300');
  });

  it('recognises it by the lives in its answer, and counts the last padding of what it sends from then on', () => {
    const ladder = new UserLadder(1, { staleCacheMs: 0 });
    ladder.home();
    ladder.call((role, now) => role.resolve(POOL, now));
    ladder.answer(1, [element(2, { registrationLifeS: 90_000 })]);
    expect(ladder.eventsOf('resolved')[0]?.elements).toMatchObject([{ registrationLifeS: 90 }]);
    ladder.call((role, now) => role.resolve(POOL, now));
    expect(ladder.lastSent(1)).toBe('0500000c0009000761626300');
  });

  describe('does not send it a handle that ends it, and hears so at once', () => {
    const TOO_LONG = poolHandle('x'.repeat(33));
    const resolve = (ladder: UserLadder): void => ladder.call((role, now) => role.resolve(TOO_LONG, now));
    const hears = (ladder: UserLadder): void => {
      ladder.advance(0);
      expect(ladder.takeOnly('1: handle-resolution')).toEqual([]);
      expect(ladder.eventsOf('resolution-failed')).toMatchObject([
        {
          failure: 'handle-too-long',
          reason: 'the registrar is one of rsplib, which takes handles of at most 32 bytes',
        },
      ]);
      // It does its work for other pools, and stays.
      ladder.advance(200_000);
      expect(ladder.role.home?.channel).toBe(1);
      expect(ladder.eventsOf('resolution-failed')).toHaveLength(1);
    };

    it('if the registrar is there', () => {
      const ladder = new UserLadder(1, { dialect: 'rsplib' });
      ladder.home();
      resolve(ladder);
      hears(ladder);
    });

    it('when the registrar comes', () => {
      const ladder = new UserLadder(1, { dialect: 'rsplib' });
      resolve(ladder);
      ladder.advance(1000);
      expect(ladder.eventsOf('resolution-failed')).toEqual([]);
      ladder.up(1);
      hears(ladder);
    });

    it('when the registrar has turned out to be one of rsplib', () => {
      const ladder = new UserLadder();
      ladder.home();
      ladder.call((role, now) => role.resolve(POOL, now));
      ladder.answer(1, [element(2, { registrationLifeS: 90_000 })]);
      ladder.take();
      resolve(ladder);
      hears(ladder);
    });

    it('after a pause, if a pool of this name was not there lately', () => {
      const ladder = new UserLadder();
      ladder.home();
      resolve(ladder);
      ladder.unknownPool(1, TOO_LONG);
      ladder.call((role, now) => role.resolve(POOL, now));
      ladder.answer(1, [element(2, { registrationLifeS: 90_000 })]);
      ladder.take();
      ladder.events.length = 0;
      resolve(ladder);
      ladder.advance(1000);
      hears(ladder);
    });

    it('but a shorter one goes out', () => {
      const ladder = new UserLadder(1, { dialect: 'rsplib' });
      ladder.home();
      ladder.call((role, now) => role.resolve(poolHandle('x'.repeat(32)), now));
      ladder.advance(0);
      expect(ladder.takeOnly('1: handle-resolution')).toHaveLength(1);
      expect(ladder.eventsOf('resolution-failed')).toEqual([]);
    });
  });
});
