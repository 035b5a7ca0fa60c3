import { describe, expect, it } from 'vitest';
import { hex, host } from '../asap/role-ladder.ts';
import { element, POOL, UserLadder } from './user-ladder.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('session with a pool', () => {
  it('[ASAP-371] [ASAP-328] [ASAP-330] [ASAP-336] [ASAP-331] [OVW-034] hunts, resolves, selects, connects, and sends what was queued, in order', () => {
    const ladder = new UserLadder();
    const session = ladder.open();
    expect(ladder.send(session, 'one')).toBe(false);
    expect(ladder.take()).toEqual(['connect 1 192.0.2.1']);
    ladder.up(1);
    expect(ladder.take()).toEqual(['event home-changed', '1: handle-resolution abc']);
    ladder.send(session, 'two');
    ladder.answer(1, [10, 11]);
    expect(ladder.take()).toEqual(['event resolved', 'connect 3 192.0.2.10']);
    ladder.send(session, 'three');
    ladder.up(3);
    expect(ladder.take()).toEqual(['event session-up', '3: data one', '3: data two', '3: data three']);
    expect(ladder.send(session, 'four')).toBe(true);
    expect(ladder.take()).toEqual(['3: data four']);
    expect(ladder.eventsOf('session-up')[0]).toMatchObject({ session, element: { peIdentifier: 10 } });
  });

  it('[ASAP-372] asks nobody for a second session with a pool that is cached', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11]);
    ladder.open();
    expect(ladder.take()).toEqual(['connect 5 192.0.2.11']);
  });

  it('[ASAP-180] [ASAP-350] begins with a stale cache, and refreshes it meanwhile', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11]);
    ladder.advance(30_000);
    ladder.open();
    expect(ladder.take()).toEqual(['1: handle-resolution abc', 'connect 5 192.0.2.11']);
  });

  it('[ASAP-333] [ASAP-340] [ASAP-343] spreads sessions by the policy of the pool', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11, 12]);
    for (let i = 0; i < 5; i++) ladder.open();
    expect(ladder.take().map((line) => line.split('.').at(-1))).toEqual(['11', '12', '10', '11', '12']);
  });

  it('reaches an element by the UDP port that it registered', () => {
    const ladder = new UserLadder();
    ladder.home();
    ladder.open();
    ladder.answer(1, [element(10, { udpPorts: { user: 6000 } })]);
    expect(ladder.outputs.at(-1)).toMatchObject({ kind: 'connect', target: host(10, 4711, 6000) });
  });

  it('[ASAP-364] [ASAP-265] passes data on, in order', () => {
    const ladder = new UserLadder();
    const session = ladder.session([10]);
    for (let i = 0; i < 10; i++) ladder.data(3, `m${i}`, 2);
    expect(ladder.eventsOf('data')).toHaveLength(10);
    expect(ladder.eventsOf('data')[3]).toEqual({
      kind: 'data',
      session,
      peIdentifier: 10,
      ppid: 0,
      streamId: 2,
      bytes: bytes('m3'),
    });
  });

  it('[ASAP-345] [ASAP-348] [REQ-030] talks to one element only, if it is told which', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11]);
    ladder.open({ peIdentifier: 10 });
    expect(ladder.take()).toEqual(['connect 5 192.0.2.10']);
    ladder.down(5);
    expect(ladder.takeOnly('connect')).toEqual([]);
  });

  it('[ASAP-020] refuses data with PPID 11, empty data, and unknown sessions', () => {
    const ladder = new UserLadder();
    const session = ladder.session([10]);
    const bad = expect.objectContaining({ code: 'ERR_RSERPOOL_BAD_ARGUMENT' });
    expect(() => ladder.role.sendData(session, { bytes: bytes('x'), ppid: 11 }, 0)).toThrow(bad);
    expect(() => ladder.role.sendData(session, { bytes: new Uint8Array(0) }, 0)).toThrow(bad);
    expect(() => ladder.send(99, 'x')).toThrow(expect.objectContaining({ code: 'ERR_RSERPOOL_NO_SESSION' }));
    expect(() => ladder.open({ giveUpAfterMs: Number.NaN })).toThrow(bad);
  });

  it('[ASAP-362] passes unordered and stream on', () => {
    const ladder = new UserLadder();
    const session = ladder.session([10]);
    ladder.call((role, now) =>
      role.sendData(session, { bytes: bytes('x'), unordered: true, streamId: 4, ppid: 99 }, now),
    );
    expect(ladder.outputs.at(-1)).toMatchObject({ unordered: true, streamId: 4, ppid: 99, channel: 3 });
  });
});

describe('failover', () => {
  it('[ASAP-206] [ASAP-208] [ASAP-373] [ASAP-355] [REQ-006] [OVW-014] reports the element and goes on with the next one', () => {
    const ladder = new UserLadder();
    const session = ladder.session([10, 11]);
    ladder.down(3);
    expect(ladder.take()).toEqual([
      '1: endpoint-unreachable abc 10',
      'event session-interrupted',
      'connect 5 192.0.2.11',
    ]);
    ladder.advance(40);
    ladder.up(5);
    expect(ladder.take()).toEqual(['event failover']);
    expect(ladder.eventsOf('failover')).toMatchObject([
      { session, from: { peIdentifier: 10 }, to: { peIdentifier: 11 }, cookie: false, afterMs: 40 },
    ]);
  });

  it('[ASAP-207] reports to the home registrar of the time, whoever named the element', () => {
    const ladder = new UserLadder(2);
    ladder.home();
    ladder.open();
    ladder.answer(1, [10, 11]);
    ladder.up(5);
    ladder.down(1);
    ladder.up(7, host(2));
    ladder.take();
    ladder.down(5);
    expect(ladder.take()).toContain('7: endpoint-unreachable abc 10');
  });

  it('[ASAP-074] reports with GV-EU', () => {
    const ladder = new UserLadder();
    ladder.session([element(10, { identifier: 0x12345678 })]);
    ladder.down(3);
    expect(ladder.outputs.find((output) => output.kind === 'send' && output.bytes[0] === 9)).toMatchObject({
      channel: 1,
      bytes: hex('09000014 00090007 61626300 000e0008 12345678'),
    });
  });

  it('[ASAP-263] [ASAP-267] [ASAP-269] [ASAP-330] [OVW-035] [OVW-036] [OVW-038] [ASAP-285] [ASAP-286] [OVW-015] hands the latest cookie on before anything else', () => {
    const ladder = new UserLadder();
    const session = ladder.session([10, 11]);
    ladder.asap(3, hex('0b00000d 000d0009 73746174 65000000'));
    ladder.cookie(3, 'latest \u0000 one');
    ladder.take();
    ladder.down(3);
    ladder.send(session, 'queued');
    expect(ladder.takeOnly('5:')).toEqual(['5: cookie-echo latest \u0000 one']);
    ladder.up(5);
    expect(ladder.take()).toEqual(['event failover', '5: data queued']);
    expect(ladder.eventsOf('failover')[0]).toMatchObject({ cookie: true });
  });

  it('[ASAP-269] [OVW-017] returns cookies of any size unmodified', () => {
    for (const length of [0, 1, 65_000]) {
      const ladder = new UserLadder();
      ladder.session([10, 11]);
      const cookie = Uint8Array.from({ length }, (_, i) => (i * 7) & 0xff);
      ladder.asap(3, { kind: 'cookie', cookie });
      ladder.down(3);
      const connect = ladder.outputs.findLast((output) => output.kind === 'connect');
      expect(connect).toMatchObject({ channel: 5, first: [{ ppid: 11 }] });
      expect(connect?.first?.[0]?.bytes.subarray(8, 8 + length)).toEqual(cookie);
    }
  });

  it('[ASAP-268] echoes nothing where there is no cookie, and nothing to the first element', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11]);
    ladder.cookie(3, 'state');
    const other = ladder.open();
    ladder.up(5);
    expect(ladder.takeOnly('5:')).toEqual([]);
    expect(ladder.role.elementOf(other)?.peIdentifier).toBe(11);
  });

  it('goes on while the element is still closing, and what becomes of that channel changes nothing', () => {
    const ladder = new UserLadder();
    const session = ladder.session([10, 11, 12]);
    ladder.cookie(3, 'state');
    ladder.take();
    ladder.closing(3);
    expect(ladder.take()).toEqual(['event session-interrupted', 'connect 5 192.0.2.11', '5: cookie-echo state']);
    ladder.send(session, 'queued');
    ladder.down(3, true);
    expect(ladder.take()).toEqual([]);
    ladder.up(5);
    expect(ladder.take()).toEqual(['event failover', '5: data queued']);
    expect(ladder.role.elementOf(session)?.peIdentifier).toBe(11);
  });

  it('does not avoid an element that has ended a session after it had served for a while', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11]);
    ladder.advance(1500);
    ladder.closing(3);
    ladder.up(5);
    ladder.advance(1500);
    ladder.take();
    ladder.closing(5);
    // Back to the first one, at once.
    expect(ladder.take()).toEqual(['event session-interrupted', 'connect 7 192.0.2.10']);
  });

  it('ends while the element is still closing, if failover is not wanted', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11], { failover: 'on-failure' });
    ladder.take();
    ladder.closing(3);
    ladder.down(3, false);
    expect(ladder.take()).toEqual(['event session-closed']);
    expect(ladder.eventsOf('session-closed')).toMatchObject([{ failed: false }]);
  });

  it('waits with a home registrar that is closing until it is down', () => {
    const ladder = new UserLadder(2);
    ladder.home();
    ladder.take();
    ladder.closing(1);
    expect(ladder.take()).toEqual([]);
    ladder.down(1, false);
    expect(ladder.take().length).toBeGreaterThan(0);
  });

  it('[ASAP-281] [ASAP-273] [OVW-040] sends its own business card behind the cookie, if it is an element', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11], { businessCard: { poolHandle: POOL, elements: [element(77)] } });
    ladder.cookie(3, 'state');
    ladder.take();
    ladder.down(3);
    expect(ladder.takeOnly('5:')).toEqual(['5: cookie-echo state', '5: business-card']);
    ladder.up(5);
    expect(ladder.take()).toEqual(['event failover']);
  });

  it('[ASAP-273] sends no business card as a plain user', () => {
    const ladder = new UserLadder();
    ladder.home();
    ladder.open();
    ladder.answer(1, [10]);
    ladder.up(3);
    expect(ladder.takeOnly('3:')).toEqual([]);
  });

  it('[ASAP-266] [ASAP-274] has no control channel with elements that carry data only', () => {
    const ladder = new UserLadder();
    const userTransport = { protocol: 'sctp', port: 1, use: 'data-only', addresses: ['192.0.2.10'] } as const;
    ladder.session([element(10, { userTransport }), element(11, { userTransport })], {
      businessCard: { poolHandle: POOL, elements: [element(77)] },
    });
    ladder.cookie(3, 'state');
    expect(ladder.take()).toEqual([]);
    ladder.down(3);
    ladder.up(5);
    expect(ladder.takeOnly('5:')).toEqual([]);
    expect(ladder.eventsOf('failover')[0]).toMatchObject({ cookie: false });
  });

  it('[ASAP-279] [ASAP-280] follows the business card of the element rather than the policy', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11, 12, 13]);
    ladder.asap(3, { kind: 'business-card', poolHandle: POOL, elements: [element(10), element(13), element(12)] });
    ladder.take();
    ladder.down(3);
    expect(ladder.takeOnly('connect')).toEqual(['connect 5 192.0.2.13']);
    ladder.advance(1000);
    ladder.down(5);
    expect(ladder.takeOnly('connect')).toEqual(['connect 7 192.0.2.12']);
    ladder.advance(1000);
    ladder.down(7);
    expect(ladder.takeOnly('connect')).toEqual(['connect 9 192.0.2.11']);
  });

  it('[ASAP-275] follows the latest card', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11, 12]);
    ladder.asap(3, { kind: 'business-card', poolHandle: POOL, elements: [element(12)] });
    ladder.asap(3, { kind: 'business-card', poolHandle: POOL, elements: [element(11)] });
    ladder.take();
    ladder.down(3);
    expect(ladder.takeOnly('connect')).toEqual(['connect 5 192.0.2.11']);
  });

  it('[ASAP-277] [ASAP-287] [ASAP-276] resolves the pool of a card that is not cached', () => {
    const ladder = new UserLadder();
    ladder.session([10]);
    ladder.asap(3, hex('0d00000c 00090007 78797a00'));
    expect(ladder.take()).toEqual(['event business-card', '1: handle-resolution xyz']);
    expect(ladder.eventsOf('business-card')).toMatchObject([{ poolHandle: { key: 'xyz' }, elements: [] }]);
  });

  it('[ASAP-210] reports each element that cannot be reached once, and asks again when the list is used up', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11, 12]);
    ladder.advance(1000);
    ladder.down(3);
    ladder.down(5);
    ladder.advance(1000);
    ladder.take();
    ladder.down(7);
    expect(ladder.take()).toEqual(['1: endpoint-unreachable abc 12', '1: handle-resolution abc']);
    ladder.advance(1000);
    ladder.answer(1, [10, 11, 12, 13]);
    expect(ladder.take()).toEqual(['event resolved', 'connect 9 192.0.2.13']);
    expect(ladder.eventsOf('session-waiting')).toEqual([]);
  });

  it('gives up an element that does not answer within the connect timeout', () => {
    const ladder = new UserLadder();
    ladder.home();
    ladder.open();
    ladder.answer(1, [10, 11]);
    ladder.take();
    ladder.advance(4999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual(['close 3 abort', '1: endpoint-unreachable abc 10', 'connect 5 192.0.2.11']);
    // It came up just then: nobody wants it any more.
    ladder.up(3);
    expect(ladder.take()).toEqual([]);
  });

  it('waits longer and longer when nobody can be reached, then begins with the one that failed longest ago', () => {
    const ladder = new UserLadder();
    ladder.home();
    const session = ladder.open();
    ladder.answer(1, [10]);
    const waits: number[] = [];
    let channel = 3;
    for (let round = 0; round < 8; round++) {
      ladder.down(channel);
      channel += 2;
      if (round === 0) ladder.answer(1, [10]);
      waits.push(ladder.eventsOf('session-waiting').at(-1)!.retryInMs);
      ladder.take();
      ladder.advance(waits.at(-1)!);
      expect(ladder.takeOnly('1:').at(-1)).toBe('1: handle-resolution abc');
      ladder.answer(1, [10]);
      expect(ladder.takeOnly('connect')).toEqual([`connect ${channel} 192.0.2.10`]);
    }
    for (const [round, wait] of [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000].entries()) {
      expect(waits[round]).toBeGreaterThanOrEqual(wait);
      expect(waits[round]).toBeLessThan(1.5 * wait);
    }
    // By chance, so that many users do not come back at one moment.
    expect(new Set(waits.map((wait, round) => wait / 2 ** round)).size).toBe(waits.length);
    ladder.up(channel);
    expect(ladder.eventsOf('session-up')).toMatchObject([{ session }]);
  });

  it('after a pause begins with the element that failed longest ago, without waiting until it is forgiven', () => {
    const ladder = new UserLadder();
    ladder.home();
    ladder.open();
    ladder.answer(1, [10, 11, 12]);
    for (const channel of [3, 5, 7]) {
      ladder.advance(500);
      ladder.down(channel);
    }
    ladder.answer(1, [10, 11, 12]);
    ladder.take();
    ladder.advance(1500);
    ladder.answer(1, [12, 11, 10]);
    expect(ladder.takeOnly('connect')).toEqual(['connect 9 192.0.2.10']);
    ladder.advance(1500);
    ladder.down(9);
    expect(ladder.takeOnly('connect')).toEqual(['connect 11 192.0.2.11']);
  });

  it('[ASAP-338] waits for a pool that does not exist yet', () => {
    const ladder = new UserLadder();
    ladder.home();
    const session = ladder.open();
    ladder.unknownPool(1);
    expect(ladder.eventsOf('session-waiting')).toMatchObject([{ session, reason: 'unknown-pool' }]);
    ladder.advance(1500);
    ladder.answer(1, [10]);
    ladder.up(3);
    expect(ladder.eventsOf('session-up')).toHaveLength(1);
  });

  it('gives up after the time it was given, and reports what it did not send', () => {
    const ladder = new UserLadder();
    ladder.home();
    const session = ladder.open({ giveUpAfterMs: 2500 });
    ladder.send(session, 'never');
    ladder.unknownPool(1);
    ladder.advance(1500);
    ladder.unknownPool(1);
    ladder.advance(999);
    expect(ladder.eventsOf('session-closed')).toEqual([]);
    ladder.advance(1);
    expect(ladder.eventsOf('send-failed')).toEqual([{ kind: 'send-failed', session, ppid: 0, bytes: bytes('never') }]);
    expect(ladder.eventsOf('session-closed')).toMatchObject([{ session, failed: true }]);
    expect(ladder.role.sessionCount).toBe(0);
    expect(ladder.role.nextTimeoutAt()).toBeUndefined();
  });

  it('[OVW-035] goes on elsewhere when an element leaves gracefully, without reporting it', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11]);
    ladder.down(3, false);
    expect(ladder.take()).toEqual(['event session-interrupted', 'connect 5 192.0.2.11']);
  });

  it('[ASAP-357] [ASAP-358] never turns to another element if it must not, and reports the data', () => {
    const ladder = new UserLadder();
    const session = ladder.session([10, 11], { failover: 'never' });
    ladder.send(session, 'lost');
    ladder.take();
    ladder.input({ kind: 'send-failed', channel: 3, ppid: 0, bytes: bytes('lost') });
    ladder.down(3);
    expect(ladder.take()).toEqual(['event send-failed', '1: endpoint-unreachable abc 10', 'event session-closed']);
  });

  it('ends with the element that ends gracefully, if it shall fail over on failure only', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11], { failover: 'on-failure' });
    ladder.down(3, false);
    expect(ladder.take()).toEqual(['event session-closed']);
  });

  it('does not go round in circles among elements that close at once', () => {
    const ladder = new UserLadder(1, { failedElementHoldMs: 0 });
    ladder.home();
    ladder.open();
    ladder.answer(1, [10, 11]);
    for (let channel = 3; channel <= 5; channel += 2) {
      ladder.up(channel);
      ladder.down(channel, false);
    }
    expect(ladder.eventsOf('session-waiting')).toHaveLength(1);
    // The list is brand-new: nobody is asked again.
    expect(ladder.takeOnly('1:')).toEqual(['1: handle-resolution abc']);
    expect(ladder.role.nextTimeoutAt()).toBe(ladder.now + ladder.eventsOf('session-waiting')[0]!.retryInMs);
  });

  it('[OVW-037] [ASAP-355] sends what the transport gave back to the next element, before the rest, if it is told to', () => {
    const ladder = new UserLadder();
    const session = ladder.session([10, 11], { resend: true });
    for (const text of ['a', 'b', 'c']) ladder.send(session, text);
    ladder.cookie(3, 'state');
    ladder.take();
    ladder.input({ kind: 'send-failed', channel: 3, ppid: 0, streamId: 5, bytes: bytes('b') });
    ladder.input({ kind: 'send-failed', channel: 3, ppid: 0, bytes: bytes('c') });
    ladder.down(3);
    ladder.send(session, 'd');
    expect(ladder.takeOnly('5:')).toEqual(['5: cookie-echo state']);
    ladder.up(5);
    expect(ladder.take()).toEqual(['event failover', '5: data b', '5: data c', '5: data d']);
    expect(ladder.outputs.at(-3)).toMatchObject({ streamId: 5 });
    expect(ladder.eventsOf('send-failed')).toEqual([]);
  });

  it('[ASAP-008] reports what the transport gave back, unless it is told to send it again', () => {
    const ladder = new UserLadder();
    const session = ladder.session([10, 11]);
    ladder.input({ kind: 'send-failed', channel: 3, ppid: 0, bytes: bytes('b') });
    expect(ladder.eventsOf('send-failed')).toMatchObject([{ session, bytes: bytes('b') }]);
    ladder.down(3);
    ladder.up(5);
    expect(ladder.takeOnly('5:')).toEqual([]);
  });

  it('treats a restarted element as a new one: cookie first', () => {
    const ladder = new UserLadder();
    ladder.session([10, 11]);
    ladder.cookie(3, 'state');
    ladder.take();
    ladder.input({ kind: 'channel-changed', channel: 3, remote: host(10), restarted: true });
    expect(ladder.take()).toEqual(['event failover', '3: cookie-echo state']);
  });

  it('holds queued data within its limit', () => {
    const ladder = new UserLadder(1, { maxQueuedBytes: 10 });
    const session = ladder.open();
    ladder.send(session, '12345');
    ladder.send(session, '67890');
    expect(() => ladder.send(session, 'x')).toThrow(expect.objectContaining({ code: 'ERR_RSERPOOL_QUEUE_FULL' }));
    expect(ladder.role.queuedBytesOf(session)).toBe(10);
    ladder.up(1);
    ladder.answer(1, [10]);
    ladder.up(3);
    expect(ladder.role.queuedBytesOf(session)).toBe(0);
    ladder.down(3);
    ladder.send(session, '1234567890');
  });

  it('[OVW-034] closes when it is told to, in every state', () => {
    const close = (ladder: UserLadder, session: number): void =>
      ladder.call((role) => role.closeSession(session, 'shutdown', 'done'));
    const resolving = new UserLadder();
    close(resolving, resolving.open());
    expect(resolving.eventsOf('session-closed')).toHaveLength(1);

    const connecting = new UserLadder();
    connecting.home();
    const second = connecting.open();
    connecting.answer(1, [10]);
    connecting.take();
    close(connecting, second);
    expect(connecting.take()).toEqual(['close 3 abort', 'event session-closed']);

    const up = new UserLadder();
    const third = up.session([10]);
    close(up, third);
    expect(up.take()).toEqual(['close 3 shutdown']);
    up.data(3, 'last words');
    up.down(3, false);
    expect(up.take()).toEqual(['event data', 'event session-closed']);
    expect(up.role.sessionCount).toBe(0);
  });

  it('allows so many sessions and no more', () => {
    const ladder = new UserLadder(1, { maxSessions: 2 });
    ladder.open();
    const second = ladder.open();
    const bad = expect.objectContaining({ code: 'ERR_RSERPOOL_LIMIT' });
    expect(() => ladder.open()).toThrow(bad);
    ladder.call((role) => role.closeSession(second, 'shutdown', 'done'));
    ladder.open();
  });

  it('says that it has no way to reach a pool of another transport', () => {
    const ladder = new UserLadder();
    ladder.home();
    ladder.open();
    ladder.answer(1, [element(10, { userTransport: { protocol: 'tcp', port: 80, addresses: ['192.0.2.10'] } })]);
    expect(ladder.eventsOf('session-waiting')).toMatchObject([{ reason: 'no-usable-transport' }]);
  });

  it('[ASAP-015] reaches elements by TCP if it can', () => {
    const ladder = new UserLadder(1, {}, { elementProtocols: ['sctp', 'tcp'] });
    ladder.home();
    ladder.open();
    ladder.answer(1, [element(10, { userTransport: { protocol: 'tcp', port: 80, addresses: ['192.0.2.10'] } })]);
    expect(ladder.outputs.at(-1)).toMatchObject({ target: { protocol: 'tcp', port: 80 } });
  });
});
