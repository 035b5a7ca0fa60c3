import { describe, expect, it } from 'vitest';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { HOME_GIVEN_UP, hex, host } from '../asap/role-ladder.ts';
import { element, POOL, UserLadder } from './user-ladder.ts';

const resolve = (ladder: UserLadder, handle = POOL): void => ladder.call((role, now) => role.resolve(handle, now));

describe('handle resolution', () => {
  it('[ASAP-166] [ASAP-165] [ASAP-282] hunts a registrar first, then asks it: GV-HR but for the S flag', () => {
    const ladder = new UserLadder();
    resolve(ladder);
    expect(ladder.take()).toEqual(['connect 1 192.0.2.1']);
    ladder.up(1);
    expect(ladder.take()).toEqual(['event home-changed', '1: handle-resolution abc']);
    expect(ladder.lastSent(1)).toBe('0500000b0009000761626300');
  });

  it('[ASAP-005] asks one registrar, its home, whatever it asks', () => {
    const ladder = new UserLadder(3);
    ladder.call((role, now) => role.start(now));
    ladder.up(3, host(2));
    ladder.take();
    for (const name of ['a', 'b', 'c']) resolve(ladder, poolHandle(name));
    expect(ladder.take()).toEqual(['3: handle-resolution a', '3: handle-resolution b', '3: handle-resolution c']);
  });

  it('[ASAP-055] sets the S flag if it subscribes', () => {
    const ladder = new UserLadder(1, { subscribe: true });
    ladder.home();
    resolve(ladder);
    expect(ladder.lastSent(1)).toBe('0501000b0009000761626300');
  });

  it('[ASAP-283] [ASAP-175] [ASAP-374] understands GV-HRRSP and passes its elements on', () => {
    const ladder = new UserLadder();
    ladder.home();
    resolve(ladder);
    ladder.asap(
      1,
      hex(`06010044 00090007 61626300 0008000c 00000002 00000000 000a002c 12345678 0badcafe 00000258 00050010 00500000
        00010008 c0000201 0008000c 00000002 00000003`),
    );
    expect(ladder.eventsOf('resolved')).toMatchObject([
      {
        source: 'registrar',
        policy: { kind: 'weighted-round-robin' },
        elements: [{ identifier: 0x12345678, userTransport: { protocol: 'tcp', port: 80 } }],
      },
    ]);
  });

  it('[ASAP-283] [ASAP-338] [ASAP-068] fails with a clear reason when the pool is unknown: GV-HRRSP-NEG', () => {
    const ladder = new UserLadder();
    ladder.home();
    resolve(ladder);
    ladder.asap(1, hex('06000014 00090007 61626300 000c0008 00090004'));
    expect(ladder.eventsOf('resolution-failed')).toMatchObject([
      { failure: 'unknown-pool', reason: 'there is no such pool', causes: [{ kind: 'unknown-pool-handle' }] },
    ]);
    expect(ladder.role.nextTimeoutAt()).toBeUndefined();
  });

  it('[ASAP-064] [ASAP-065] takes round robin where there is no overall policy, whatever the elements say', () => {
    const ladder = new UserLadder();
    ladder.home();
    resolve(ladder);
    const policy = { kind: 'priority', priority: 9 } as const;
    ladder.answer(1, [element(10, { policy }), element(11, { policy: { kind: 'priority', priority: 8 } })]);
    const picked = [1, 2, 3].map(() => ladder.call((role, now) => role.pick(POOL, now)?.peIdentifier));
    expect(picked).toEqual([10, 11, 10]);
    expect(ladder.eventsOf('resolved')).toMatchObject([{ policy: { kind: 'round-robin' } }]);
  });

  it('[ASAP-176] asks once for one pool, however often the question comes', () => {
    const ladder = new UserLadder();
    ladder.home();
    for (let i = 0; i < 5; i++) resolve(ladder);
    ladder.open();
    ladder.open();
    expect(ladder.take()).toEqual(['1: handle-resolution abc']);
    ladder.answer(1, [10]);
    expect(ladder.take()).toEqual(['event resolved', 'connect 3 192.0.2.10', 'connect 5 192.0.2.10']);
  });

  it('[ASAP-170] [ASAP-255] [ASAP-257] [ASAP-258] [ASAP-379] [ASAP-388] asks three times at 15 s, then reports', () => {
    const ladder = new UserLadder();
    ladder.home();
    resolve(ladder);
    expect(ladder.take()).toEqual(['1: handle-resolution abc']);
    ladder.advance(14_999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual(['1: handle-resolution abc']);
    ladder.advance(15_000);
    expect(ladder.takeOnly('1:')).toEqual(['1: handle-resolution abc']);
    expect(ladder.eventsOf('resolution-failed')).toEqual([]);
    ladder.advance(15_000);
    expect(ladder.eventsOf('resolution-failed')).toMatchObject([{ failure: 'no-answer' }]);
    expect(ladder.takeOnly('1:')).toEqual([]);
  });

  it('waits for the oldest question that is open, and for the next one when it has looked', () => {
    const ladder = new UserLadder();
    ladder.home();
    const began = ladder.now;
    for (const name of ['first', 'second']) {
      resolve(ladder, poolHandle(name));
      ladder.advance(1000);
    }
    ladder.answer(1, [10], { pool: poolHandle('first') });
    ladder.take();
    // Too early does no harm.
    ladder.advance(13_000);
    expect(ladder.take()).toEqual([]);
    expect(ladder.role.nextTimeoutAt()).toBe(began + 16_000);
    ladder.answer(1, [10], { pool: poolHandle('second') });
    resolve(ladder);
    expect(ladder.role.nextTimeoutAt()).toBe(began + 30_000);
  });

  it('[ASAP-256] [ASAP-259] [ASAP-171] hunts beside a silent registrar, and moves the question to the one that answers', () => {
    const ladder = new UserLadder(3);
    ladder.call((role, now) => role.start(now));
    ladder.up(1);
    resolve(ladder);
    ladder.take();
    ladder.advance(15_000);
    // Two attempts and the home registrar are three associations (SH1).
    expect(ladder.take()).toEqual(['1: handle-resolution abc', 'connect 7 192.0.2.2', 'connect 9 192.0.2.3']);
    expect(ladder.role.home?.channel).toBe(1);
    ladder.up(9, host(3));
    expect(ladder.take()).toEqual([
      'close 7 abort',
      'close 1 shutdown',
      'event home-changed',
      '9: handle-resolution abc',
    ]);
    ladder.answer(9, [10]);
    expect(ladder.take()).toEqual(['event resolved']);
  });

  it('[ASAP-258] gives a registrar up that used up its chances, and hunts without it', () => {
    const ladder = new UserLadder();
    ladder.home();
    resolve(ladder);
    ladder.advance(44_999);
    ladder.take();
    ladder.advance(1);
    expect(ladder.takeOnly('close')).toEqual(['close 1 abort']);
    expect(ladder.eventsOf('home-changed').at(-1)?.home).toBeUndefined();
    expect(ladder.role.home).toBeUndefined();
  });

  it('says so when the registrar is gone', () => {
    const ladder = new UserLadder();
    ladder.home();
    ladder.down(1, true, 'crashed');
    expect(ladder.eventsOf('home-changed').at(-1)).toMatchObject({ home: undefined, reason: 'crashed' });
  });

  it('asks a registrar that restarted once more', () => {
    const ladder = new UserLadder();
    ladder.home();
    resolve(ladder);
    ladder.take();
    ladder.input({ kind: 'channel-changed', channel: 1, remote: host(1), restarted: false });
    expect(ladder.take()).toEqual([]);
    ladder.input({ kind: 'channel-changed', channel: 1, remote: host(1), restarted: true });
    expect(ladder.take()).toEqual(['1: handle-resolution abc']);
  });

  it('takes an answer without elements for a refusal, and one with a cause, and keeps what it knows of the pool', () => {
    for (const [elements, causes, reason, failure] of [
      [[], [], 'neither elements nor a reason', 'refused'],
      [[10], [{ kind: 'lack-of-resources' }], 'lack', 'refused'],
      [[], [{ kind: 'rejected-for-security' }], 'security', 'denied'],
    ] as const) {
      const ladder = new UserLadder();
      ladder.home();
      resolve(ladder);
      ladder.answer(1, [10]);
      ladder.advance(30_000);
      resolve(ladder);
      ladder.asap(1, {
        kind: 'handle-resolution-response',
        acceptedSubscription: false,
        poolHandle: POOL,
        elements: elements.map((n) => element(n)),
        causes,
      });
      expect(ladder.eventsOf('resolution-failed')).toMatchObject([
        { failure, reason: expect.stringContaining(reason) },
      ]);
      expect(ladder.role.cacheSize).toBe(1);
    }
  });

  it('[ASAP-174] ends the hunt and T1 when the silent registrar answers after all', () => {
    const ladder = new UserLadder(2);
    ladder.call((role, now) => role.start(now));
    ladder.up(1);
    resolve(ladder);
    ladder.advance(15_000);
    ladder.take();
    ladder.answer(1, [10]);
    expect(ladder.take()).toEqual(['close 5 abort', 'event resolved']);
    ladder.advance(3_600_000);
    expect(ladder.take()).toEqual([]);
  });

  it('calls a silent registrar again at once when its association is gone, though a hunt runs beside it', () => {
    const ladder = new UserLadder();
    ladder.home();
    resolve(ladder);
    ladder.answer(1, [10]);
    ladder.advance(30_000);
    resolve(ladder);
    ladder.advance(15_000);
    ladder.take();
    ladder.down(1);
    expect(ladder.takeOnly('connect')).toEqual(['connect 3 192.0.2.1']);
    ladder.up(3, host(1));
    expect(ladder.takeOnly('3:')).toEqual(['3: handle-resolution abc']);
  });

  it('[ASAP-172] [ASAP-173] [ASAP-250] asks the next registrar when the association fails', () => {
    const ladder = new UserLadder(2);
    ladder.call((role, now) => role.start(now));
    ladder.up(1);
    resolve(ladder);
    ladder.take();
    ladder.input({ kind: 'send-failed', channel: 1, ppid: 11, bytes: Uint8Array.of(1) });
    expect(ladder.take()).toEqual(HOME_GIVEN_UP);
    ladder.up(5, host(2));
    expect(ladder.take()).toEqual(['close 7 abort', 'event home-changed', '5: handle-resolution abc']);
  });

  it('says so when no registrar can be reached', () => {
    const ladder = new UserLadder();
    resolve(ladder);
    ladder.advance(44_999);
    expect(ladder.eventsOf('resolution-failed')).toEqual([]);
    ladder.advance(1);
    expect(ladder.eventsOf('resolution-failed')).toMatchObject([{ failure: 'no-registrar' }]);
  });

  it('cannot be kept waiting by registrars that come and go', () => {
    const ladder = new UserLadder();
    resolve(ladder);
    for (let channel = 1; channel < 20; channel += 2) {
      ladder.up(channel, host(1));
      ladder.advance(5000);
      ladder.down(channel);
    }
    expect(ladder.eventsOf('resolution-failed')).toHaveLength(1);
  });

  it('[ASAP-312] [ASAP-114] ignores answers that nobody asked for, and messages for other roles', () => {
    const ladder = new UserLadder();
    ladder.home();
    ladder.answer(1, [10]);
    ladder.asap(
      1,
      hex(
        '01000034 00090007 61626300 000a0028 12345678 00000000 00000258 00040010 12670001 00010008 c0000201 00080008 00000001',
      ),
    );
    ladder.asap(1, hex('0701000f 0badcafe 00090007 61626300'));
    expect(ladder.take()).toEqual([]);
    expect(ladder.role.cacheSize).toBe(0);
  });

  it('[ASAP-284] reports unknown messages to the registrar, and passes its errors on', () => {
    const ladder = new UserLadder();
    ladder.home();
    ladder.asap(1, hex('4f000008 01020304'));
    expect(ladder.take()).toEqual(['1: error']);
    ladder.asap(1, hex('0e000010 000c000c 00020008 4f000004'));
    expect(ladder.eventsOf('peer-error')).toMatchObject([{ channel: 1 }]);
  });

  it('refuses channels from others', () => {
    const ladder = new UserLadder();
    ladder.up(2, host(66), 'remote');
    expect(ladder.take()).toEqual(['close 2 abort']);
  });
});

describe('handle cache', () => {
  it('[ASAP-178] [ASAP-182] [ASAP-183] [ASAP-386] answers from the cache for 30 s', () => {
    const ladder = new UserLadder();
    ladder.home();
    resolve(ladder);
    ladder.answer(1, [10]);
    ladder.advance(29_999);
    ladder.take();
    resolve(ladder);
    expect(ladder.take()).toEqual(['event resolved']);
    expect(ladder.eventsOf('resolved').at(-1)).toMatchObject({ source: 'fresh-cache' });
  });

  it('[ASAP-179] [ASAP-180] [ASAP-181] answers from a stale cache and refreshes it meanwhile', () => {
    const ladder = new UserLadder();
    ladder.home();
    resolve(ladder);
    ladder.answer(1, [10]);
    ladder.advance(30_000);
    ladder.take();
    resolve(ladder);
    expect(ladder.take()).toEqual(['event resolved', '1: handle-resolution abc']);
    expect(ladder.eventsOf('resolved').at(-1)).toMatchObject({ source: 'stale-cache' });
    ladder.answer(1, [10, 11]);
    expect(ladder.eventsOf('resolved').at(-1)).toMatchObject({ source: 'registrar' });
  });

  it('[ASAP-181] or waits for the refresh, if it is told to', () => {
    const ladder = new UserLadder(1, { useStaleCache: false });
    ladder.home();
    resolve(ladder);
    ladder.answer(1, [10]);
    ladder.advance(30_000);
    ladder.take();
    resolve(ladder);
    expect(ladder.take()).toEqual(['1: handle-resolution abc']);
  });

  it('[ASAP-177] [ENRP-005] resolves every time without a cache, always at the one home registrar', () => {
    const ladder = new UserLadder(3, { staleCacheMs: 0, useStaleCache: false });
    ladder.home();
    for (let i = 0; i < 3; i++) {
      resolve(ladder);
      ladder.answer(1, [10]);
    }
    expect(ladder.takeOnly('1:')).toHaveLength(3);
  });

  it('[ASAP-321] [ASAP-324] populates and purges', () => {
    const ladder = new UserLadder();
    ladder.home();
    resolve(ladder);
    ladder.answer(1, [10]);
    ladder.take();
    ladder.call((role, now) => role.populate(POOL, now));
    expect(ladder.take()).toEqual(['1: handle-resolution abc']);
    ladder.answer(1, [11]);
    expect(ladder.call((role, now) => role.pick(POOL, now))?.peIdentifier).toBe(11);
    ladder.role.purge(POOL);
    expect(ladder.call((role, now) => role.pick(POOL, now))).toBeUndefined();
    ladder.take();
    resolve(ladder);
    expect(ladder.take()).toEqual(['1: handle-resolution abc']);
  });

  it('keeps the pools used last, within its limit', () => {
    const ladder = new UserLadder(1, { maxCacheEntries: 2 });
    ladder.home();
    const pools = ['a', 'b', 'c'].map((name) => poolHandle(name));
    for (const pool of pools) {
      resolve(ladder, pool);
      ladder.answer(1, [10], { pool });
      ladder.call((role, now) => role.pick(pools[0]!, now));
    }
    expect(ladder.role.cacheSize).toBe(2);
    expect(pools.map((pool) => ladder.call((role, now) => role.pick(pool, now))?.peIdentifier)).toEqual([
      10,
      undefined,
      10,
    ]);
    const bad = expect.objectContaining({ code: 'ERR_RSERPOOL_LIMIT' });
    for (const name of ['d', 'e']) resolve(ladder, poolHandle(name));
    expect(() => resolve(ladder, poolHandle('f'))).toThrow(bad);
  });
});

describe('updates of subscribed pools', () => {
  const subscribed = (registrars = 1): UserLadder => {
    const ladder = new UserLadder(registrars, { subscribe: true });
    ladder.home();
    resolve(ladder);
    ladder.answer(1, [10], { acceptedSubscription: true });
    ladder.take();
    return ladder;
  };

  it('[REQ-032] [OVW-042] takes updates, and needs no refresh meanwhile', () => {
    const ladder = subscribed();
    ladder.advance(600_000);
    resolve(ladder);
    expect(ladder.take()).toEqual(['event resolved']);
    ladder.answer(1, [10, 11], { acceptedSubscription: true });
    expect(ladder.eventsOf('resolved').at(-1)).toMatchObject({ source: 'update', elements: [{}, {}] });
    ladder.take();
    resolve(ladder);
    expect(ladder.take()).toEqual(['event resolved']);
  });

  it('takes a change for one although it does not say that others will follow', () => {
    const ladder = subscribed();
    ladder.answer(1, [10, 11]);
    ladder.advance(600_000);
    ladder.take();
    resolve(ladder);
    expect(ladder.take()).toEqual(['event resolved']);
  });

  it('[ASAP-062] goes back to polling if the registrar does not accept', () => {
    const ladder = new UserLadder(1, { subscribe: true });
    ladder.home();
    resolve(ladder);
    ladder.answer(1, [10]);
    ladder.advance(30_000);
    ladder.take();
    resolve(ladder);
    expect(ladder.takeOnly('1:')).toEqual(['1: handle-resolution abc']);
  });

  it('[ASAP-058] [ASAP-057] subscribes again at the next home registrar', () => {
    const ladder = subscribed(2);
    ladder.down(1);
    ladder.up(5, host(2));
    expect(ladder.takeOnly('5:')).toEqual(['5: handle-resolution abc']);
  });

  it('forgets a pool that vanished', () => {
    const ladder = subscribed();
    ladder.unknownPool(1);
    expect(ladder.take()).toEqual(['event resolution-failed']);
    expect(ladder.role.cacheSize).toBe(0);
  });
});

describe('failures that the application sees', () => {
  it('[ASAP-377] [ASAP-210] [ASAP-404] [ENRP-237] [SEC-036] [OVW-029] [REQ-028] [OVW-030] reports an element once and picks the next one', () => {
    const ladder = new UserLadder();
    ladder.home();
    resolve(ladder);
    ladder.answer(1, [10, 11]);
    ladder.take();
    expect(ladder.call((role, now) => role.pick(POOL, now))).toEqual({
      peIdentifier: 10,
      target: { protocol: 'sctp', addresses: ['192.0.2.10'], port: 4711, udpPort: undefined },
    });
    for (let i = 0; i < 3; i++) ladder.call((role, now) => role.transportFailure(POOL, 10, now));
    expect(ladder.take()).toEqual(['1: endpoint-unreachable abc 10']);
    expect([1, 2].map(() => ladder.call((role, now) => role.pick(POOL, now))?.peIdentifier)).toEqual([11, 11]);
    ladder.advance(30_000);
    expect([1, 2].map(() => ladder.call((role, now) => role.pick(POOL, now))?.peIdentifier)).toEqual([10, 11]);
  });

  it('[ASAP-211] [ASAP-378] does not report elements that it never named', () => {
    const ladder = new UserLadder();
    ladder.home();
    ladder.call((role, now) => role.transportFailure(POOL, 10, now));
    resolve(ladder);
    ladder.answer(1, [11]);
    ladder.take();
    ladder.call((role, now) => role.transportFailure(POOL, 10, now));
    expect(ladder.take()).toEqual([]);
  });
});
