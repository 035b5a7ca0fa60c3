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

  it('does not send it a handle that ends it, and hears so', () => {
    const ladder = new UserLadder(1, { dialect: 'rsplib' });
    ladder.home();
    ladder.call((role, now) => role.resolve(poolHandle('x'.repeat(33)), now));
    expect(ladder.takeOnly('1:')).toEqual([]);
    ladder.advance(200_000);
    expect(ladder.takeOnly('1:')).toEqual([]);
    expect(ladder.eventsOf('resolution-failed')).not.toEqual([]);
  });
});
