import { describe, expect, it } from 'vitest';
import type { UserEvent } from '../../../src/rserpool/user/events.ts';
import { element, POOL, UserLadder } from './user-ladder.ts';

const POOL_SIZE = 200;

/** A pool whose elements take a session and drop it: the worst that a user can meet. */
class BrokenPool {
  readonly ladder: UserLadder;
  /** When sessions began to connect, ms. */
  readonly attempts: number[] = [];
  /** When the registrar was asked, ms. */
  readonly questions: number[] = [];
  readonly #lastsMs: number;
  #seen = 0;

  constructor(lastsMs: number) {
    this.#lastsMs = lastsMs;
    this.ladder = new UserLadder();
    this.ladder.home();
  }

  run(ms: number): void {
    const { ladder } = this;
    const end = ladder.now + ms;
    const due = new Map<number, number>();
    while (ladder.now < end) {
      for (const output of ladder.outputs.slice(this.#seen)) {
        if (output.kind === 'connect' && output.channel > 1) {
          this.attempts.push(ladder.now);
          ladder.up(output.channel);
          due.set(output.channel, ladder.now + this.#lastsMs);
        } else if (output.kind === 'send' && output.bytes[0] === 5) {
          this.questions.push(ladder.now);
          ladder.answer(1, this.#elements());
        }
        this.#seen++;
      }
      for (const [channel, at] of due) {
        if (at > ladder.now) continue;
        due.delete(channel);
        ladder.down(channel);
      }
      if (this.#seen === ladder.outputs.length) ladder.advance(1);
    }
  }

  #elements(): ReturnType<typeof element>[] {
    return Array.from({ length: POOL_SIZE }, (_, i) =>
      element(10 + i, {
        userTransport: { protocol: 'sctp', port: 1, use: 'data-and-control', addresses: [`192.0.2.${i}`] },
      }),
    );
  }
}

/** The most that fall into one second. */
function mostInOneSecond(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length));
}

describe('a pool that fails', () => {
  it('[REQ-010] is tried five times a second at most by one session, and less and less', () => {
    const pool = new BrokenPool(0);
    pool.ladder.open();
    pool.run(60_000);
    expect(mostInOneSecond(pool.attempts)).toBeLessThanOrEqual(5);
    // The first failover comes at once.
    expect(pool.attempts[1]! - pool.attempts[0]!).toBeLessThanOrEqual(1);
    expect(pool.attempts.length).toBeLessThan(70);
    expect(pool.attempts.length).toBeGreaterThan(30);
  });

  it('[REQ-010] is tried no oftener if its elements last a while, but no second', () => {
    for (const lastsMs of [1, 50, 300, 900]) {
      const pool = new BrokenPool(lastsMs);
      pool.ladder.open();
      pool.run(20_000);
      expect(mostInOneSecond(pool.attempts)).toBeLessThanOrEqual(5);
    }
  });

  it('an element that served for a while has worked: the next failover comes at once', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11, 12, 13, 14, 15]);
    for (const channel of [3, 5, 7]) {
      ladder.advance(channel === 3 ? 1000 : 900);
      ladder.down(channel);
      ladder.advance(500);
      ladder.up(channel + 2);
    }
    ladder.advance(1000);
    ladder.take();
    ladder.down(9);
    ladder.down(11);
    expect(ladder.takeOnly('connect')).toEqual(['connect 11 192.0.2.14', 'connect 13 192.0.2.15']);
  });

  it('sessions go on while they pause: what is sent waits, and they can be closed', () => {
    const ladder = new UserLadder();
    const session = ladder.session([10, 11, 12, 13]);
    ladder.down(3);
    ladder.down(5);
    ladder.take();
    expect(ladder.send(session, 'queued')).toBe(false);
    ladder.advance(400);
    expect(ladder.takeOnly('connect')).toEqual(['connect 7 192.0.2.12']);
    ladder.up(7);
    expect(ladder.take()).toEqual(['event failover', '7: data queued']);
    ladder.down(7);
    ladder.call((role) => role.closeSession(session, 'shutdown', 'done'));
    expect(ladder.take().at(-1)).toBe('event session-closed');
    expect(ladder.role.nextTimeoutAt()).toBeUndefined();
  });

  it('[ASAP-404] [ASAP-210] [SEC-036] is reported once, however many sessions see an element fail', () => {
    const ladder = new UserLadder();
    ladder.home();
    for (let i = 0; i < 50; i++) ladder.open();
    ladder.answer(1, [10]);
    for (let i = 0; i < 50; i++) ladder.up(3 + 2 * i);
    ladder.take();
    for (let i = 0; i < 50; i++) ladder.down(3 + 2 * i);
    expect(ladder.takeOnly('1: endpoint')).toEqual(['1: endpoint-unreachable abc 10']);
  });

  it('is known to all sessions: none turns to an element that failed for another one', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11, 12]);
    ladder.down(3);
    ladder.up(5);
    ladder.take();
    for (let i = 0; i < 4; i++) ladder.open();
    expect(ladder.takeOnly('connect').map((line) => line.split('.').at(-1))).toEqual(['12', '11', '12', '11']);
  });
});

describe('a pool that does not exist', () => {
  const failures = (ladder: UserLadder): UserEvent[] => ladder.eventsOf('resolution-failed');

  it('[REQ-010] is asked for five times a second at most, however often the program asks', () => {
    const ladder = new UserLadder();
    ladder.home();
    const asked: number[] = [];
    for (let i = 0; i < 10_000; i++) {
      ladder.call((role, now) => role.resolve(POOL, now));
      if (ladder.takeOnly('1:').length > 0) {
        asked.push(ladder.now);
        ladder.unknownPool(1);
      }
      ladder.advance(1);
      if (ladder.takeOnly('1:').length > 0) {
        asked.push(ladder.now);
        ladder.unknownPool(1);
      }
    }
    expect(mostInOneSecond(asked)).toBeLessThanOrEqual(5);
    expect(asked.length).toBeLessThan(16);
    expect(failures(ladder)).toHaveLength(asked.length);
  });

  it('[REQ-010] is asked for once by all sessions that wait for it, and all of them go on when it appears', () => {
    const ladder = new UserLadder();
    ladder.home();
    for (let i = 0; i < 100; i++) ladder.open();
    ladder.unknownPool(1);
    ladder.take();
    const asked: number[] = [];
    while (ladder.now < 30_000) {
      ladder.advance(10);
      if (ladder.takeOnly('1:').length === 0) continue;
      asked.push(ladder.now);
      ladder.unknownPool(1);
    }
    expect(mostInOneSecond(asked)).toBeLessThanOrEqual(5);
    expect(asked.length).toBeLessThan(40);
    while (ladder.takeOnly('1:').length === 0) ladder.advance(10);
    ladder.answer(1, [10, 11]);
    expect(ladder.takeOnly('connect')).toHaveLength(100);
  });

  it('asks at once again when it was there meanwhile', () => {
    const ladder = new UserLadder(1, { staleCacheMs: 0, useStaleCache: false });
    ladder.home();
    const ask = (): string[] => {
      ladder.take();
      ladder.call((role, now) => role.resolve(POOL, now));
      return ladder.takeOnly('1:');
    };
    for (let i = 0; i < 2; i++) {
      expect(ask()).toHaveLength(1);
      ladder.unknownPool(1);
    }
    expect(ask()).toHaveLength(0);
    ladder.advance(300);
    ladder.answer(1, [10]);
    expect(ask()).toHaveLength(1);
    ladder.unknownPool(1);
    expect(ask()).toHaveLength(1);
  });
});
