import { describe, expect, it } from 'vitest';
import { decodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { HOME_GIVEN_UP, HOME_LOST, hex, host } from '../asap/role-ladder.ts';
import { ElementLadder, POOL } from './element-ladder.ts';

describe('registration', () => {
  it('[ASAP-087] [ASAP-088] [ASAP-098] [ASAP-086] [OVW-008] hunts a registrar first, then registers over that association', () => {
    const ladder = new ElementLadder();
    ladder.register();
    expect(ladder.take()).toEqual(['connect 1 192.0.2.1', 'connect 3 192.0.2.2']);
    ladder.up(3);
    expect(ladder.take()).toEqual(['close 1 abort', 'event home-changed', '3: registration 7']);
    ladder.granted(3);
    expect(ladder.take()).toEqual(['event registered']);
    expect(ladder.eventsOf('registered')).toEqual([
      { kind: 'registered', poolHandle: POOL, peIdentifier: 7, renewed: false, warning: undefined },
    ]);
  });

  it('[ASAP-090] [ASAP-091] [ASAP-095] [ASAP-097] [ASAP-101] [ASAP-317] [ASAP-093] [ASAP-289] [ASAP-316] [OVW-009] [OVW-031] writes GV-REG, and our own parameter behind', () => {
    const ladder = new ElementLadder();
    ladder.register({ peIdentifier: 0x12345678, registrationLifeS: 600 });
    // The endpoint at 192.0.2.1:4711, default UDP port.
    ladder.input({
      kind: 'channel-up',
      channel: 1,
      initiator: 'local',
      remote: host(9),
      local: host(1, 4711, 9899),
    });
    expect(ladder.lastSent(1)).toBe(
      '0100003c0009000761626300000a0030123456780000000000000258000400101267000100010008c000020100080008000000018f09000826ab26ab',
    );
  });

  it('[ASAP-093] [OVW-009] [OVW-031] registers what the program asks for, and says so', () => {
    const ladder = new ElementLadder();
    const policy = { kind: 'weighted-round-robin', weight: 3 } as const;
    const userTransport = { protocol: 'tcp', port: 80, addresses: ['192.0.2.100'] } as const;
    ladder.register({ poolHandle: poolHandle('other'), policy, registrationLifeS: 77, userTransport });
    ladder.up(1);
    expect(decodeAsap(hex(ladder.lastSent(1)))).toMatchObject({
      kind: 'registration',
      poolHandle: { key: 'other' },
      element: { identifier: 7, policy, registrationLifeS: 77, userTransport },
    });
  });

  it('tells the UDP port of the endpoint where it is not 9899', () => {
    const ladder = new ElementLadder();
    ladder.register();
    ladder.up(1);
    // 0x8f09, length 8, user 5000, ASAP 5000.
    expect(ladder.lastSent(1).endsWith('8f09000813881388')).toBe(true);
  });

  it('[ASAP-092] [ASAP-099] [OVW-009] draws identifiers at random, none twice, none zero', () => {
    const ladder = new ElementLadder(2, { maxRegistrations: 20_000 });
    const drawn = new Set<number>();
    for (let i = 0; i < 10_000; i++) {
      drawn.add(ladder.call((role, now) => role.register({ poolHandle: poolHandle(`p${i}`) }, now)));
      ladder.call((role, now) => role.deregisterAll(now));
    }
    expect(drawn.size).toBeGreaterThan(9_990);
    expect(drawn.has(0)).toBe(false);
    const high = [...drawn].filter((identifier) => identifier >= 0x80000000).length;
    expect(high / drawn.size).toBeCloseTo(0.5, 1);
  });

  it('[ASAP-100] [ASAP-102] [ASAP-103] [ASAP-380] [ASAP-315] hunts 30 s after a registration without response, then registers again', () => {
    const ladder = new ElementLadder();
    ladder.register();
    ladder.up(1);
    ladder.take();
    ladder.advance(29_999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual(HOME_GIVEN_UP);
    ladder.up(5);
    expect(ladder.takeOnly('5:')).toEqual(['5: registration 7']);
  });

  it('[ASAP-104] [ASAP-291] does not hunt after a response', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.advance(60_000);
    expect(ladder.take()).toEqual([]);
  });

  it('[ASAP-113] [ASAP-112] [ASAP-387] [ASAP-260] gives up after the third registration without response', () => {
    const ladder = new ElementLadder(1);
    ladder.register();
    for (const channel of [1, 3, 5]) {
      ladder.up(channel, host(1));
      expect(ladder.takeOnly(`${channel}:`)).toEqual([`${channel}: registration 7`]);
      expect(ladder.eventsOf('registration-failed')).toEqual([]);
      ladder.advance(30_000);
    }
    expect(ladder.eventsOf('registration-failed')).toMatchObject([{ peIdentifier: 7 }]);
    ladder.take();
    ladder.advance(600_000);
    expect(ladder.take()).toEqual([]);
  });

  it('[ASAP-112] counts from zero again after a success', () => {
    const ladder = new ElementLadder(1);
    ladder.register();
    let channel = 1;
    for (let i = 0; i < 6; i++) {
      ladder.up(channel, host(1));
      if (i % 2 === 1) ladder.granted(channel);
      ladder.down(channel);
      // A registrar that said nothing is called again after T5 only.
      if (i % 2 === 0) ladder.advance(10_000);
      channel += 2;
    }
    expect(ladder.eventsOf('registration-failed')).toEqual([]);
    expect(ladder.eventsOf('registered')).toHaveLength(3);
  });

  it('[ASAP-106] [ASAP-107] [ASAP-291] reports a rejection in words and does not try again', () => {
    const ladder = new ElementLadder();
    ladder.register();
    ladder.up(1);
    ladder.rejected(1, [{ kind: 'inconsistent-pool-policy', policy: { kind: 'round-robin' } }]);
    expect(ladder.eventsOf('registration-rejected')).toMatchObject([
      { peIdentifier: 7, reason: 'the pool has another policy: round-robin' },
    ]);
    ladder.take();
    ladder.advance(3_600_000);
    expect(ladder.take()).toEqual([]);
    // Corrected, it is a new registration, and begins with a hunt: nothing was left to say to the registrar.
    ladder.register({ policy: { kind: 'round-robin' } });
    expect(ladder.takeOnly('connect')).not.toEqual([]);
  });

  it('[ASAP-107] waits for a correction when a renewal is refused, and stays a member meanwhile', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.call((role, now) => role.update(POOL, 7, { policy: { kind: 'random' } }, now));
    ladder.rejected(1, [{ kind: 'inconsistent-pool-policy' }]);
    ladder.take();
    ladder.advance(3_600_000);
    expect(ladder.take()).toEqual([]);
    ladder.keepAlive(1, false);
    expect(ladder.take()).toEqual(['1: endpoint-keep-alive-ack abc 7']);
    ladder.call((role, now) => role.update(POOL, 7, { policy: { kind: 'round-robin' } }, now));
    expect(ladder.take()).toEqual(['1: registration 7']);
  });

  it('[ASAP-049] is registered despite a warning, and passes the warning on', () => {
    const ladder = new ElementLadder();
    ladder.register();
    ladder.up(1);
    ladder.granted(1, 7, [{ kind: 'invalid-values', parameter: Uint8Array.of(0, 10, 0, 4) }]);
    expect(ladder.eventsOf('registered')).toMatchObject([{ warning: 'a parameter has an invalid value (000a0004)' }]);
  });

  it.each([
    [600, 580],
    [3600, 600],
    [-1, 600],
    [40, 20],
    [10, 5],
    [41, 21],
  ])('[ASAP-110] [ASAP-111] [ASAP-382] [ASAP-094] renews a registration of %i s after %i s', (lifeS, t4S) => {
    const ladder = new ElementLadder();
    ladder.join({ registrationLifeS: lifeS });
    for (let i = 0; i < 2; i++) {
      ladder.advance(1000 * t4S - 1);
      expect(ladder.take()).toEqual([]);
      ladder.advance(1);
      expect(ladder.take()).toEqual(['1: registration 7']);
      ladder.granted(1);
      expect(ladder.take()).toEqual(['event registered']);
    }
    expect(ladder.eventsOf('registered').map(({ renewed }) => renewed)).toEqual([false, true, true]);
  });

  it('[ASAP-108] [ASAP-109] [ASAP-342] registers again with the same identifier to tell a new load', () => {
    const ladder = new ElementLadder();
    ladder.join({ policy: { kind: 'least-used', load: 0 } });
    ladder.call((role, now) => role.update(POOL, 7, { policy: { kind: 'least-used', load: 0x80000000 } }, now));
    expect(ladder.take()).toEqual(['1: registration 7']);
    expect(ladder.lastSent(1)).toContain('0008000c4000000180000000');
    // While the response is awaited nothing is sent, and then once.
    ladder.call((role, now) => role.update(POOL, 7, { policy: { kind: 'least-used', load: 1 } }, now));
    ladder.call((role, now) => role.update(POOL, 7, { policy: { kind: 'least-used', load: 2 } }, now));
    expect(ladder.take()).toEqual([]);
    ladder.granted(1);
    expect(ladder.take()).toEqual(['event registered', '1: registration 7']);
    expect(ladder.lastSent(1)).toContain('0008000c4000000100000002');
  });

  it('[ASAP-114] ignores responses that nobody waits for, or that are not from the home registrar', () => {
    const ladder = new ElementLadder();
    ladder.register();
    ladder.up(1);
    ladder.incoming(2);
    ladder.take();
    ladder.granted(2);
    ladder.granted(1, 8);
    expect(ladder.take()).toEqual([]);
    ladder.granted(1);
    ladder.take();
    ladder.rejected(1, []);
    expect(ladder.take()).toEqual([]);
    ladder.keepAlive(1, false);
    expect(ladder.take()).toEqual(['1: endpoint-keep-alive-ack abc 7']);
  });

  it('[ASAP-318] [ASAP-042] [ASAP-089] does not register addresses that the endpoint is not bound to', () => {
    const ladder = new ElementLadder();
    ladder.register({ userTransport: { protocol: 'tcp', port: 80, addresses: ['203.0.113.9'] } });
    ladder.up(1);
    expect(ladder.takeOnly('1:')).toEqual([]);
    expect(ladder.eventsOf('registration-failed')[0]?.reason).toContain('203.0.113.9');
  });

  it('[REQ-021] registers in several pools over one association', () => {
    const ladder = new ElementLadder();
    ladder.register({ poolHandle: poolHandle('one'), peIdentifier: 1 });
    ladder.register({ poolHandle: poolHandle('two'), peIdentifier: 2 });
    ladder.up(1);
    expect(ladder.takeOnly('1:')).toEqual(['1: registration 1', '1: registration 2']);
  });

  it('refuses impossible lives, identifiers, handles and doubles', () => {
    const ladder = new ElementLadder();
    const bad = expect.objectContaining({ code: 'ERR_RSERPOOL_BAD_ARGUMENT' });
    for (const registrationLifeS of [0, -2, 1.5, 2 ** 31]) {
      expect(() => ladder.register({ registrationLifeS })).toThrow(bad);
    }
    for (const peIdentifier of [0, -1, 2 ** 32]) expect(() => ladder.register({ peIdentifier })).toThrow(bad);
    expect(() => ladder.register({ poolHandle: poolHandle(new Uint8Array(65_531)) })).toThrow(bad);
    ladder.register();
    expect(() => ladder.register()).toThrow(bad);
    expect(() => ladder.call((role, now) => role.update(POOL, 8, {}, now))).toThrow(
      expect.objectContaining({ code: 'ERR_RSERPOOL_NOT_REGISTERED' }),
    );
  });
});

describe('registrars that come and go before they answer', () => {
  it('[ASAP-103] are told of an element so many times as MAX-REG-ATTEMPT allows, then it fails', () => {
    const ladder = new ElementLadder(1, { t2RegistrationMs: 1e6, maxRegAttempt: 2 });
    ladder.register();
    for (let i = 0; i < 8; i++) {
      const calls = ladder.takeOnly('connect');
      if (calls.length === 0) break;
      const channel = Number(calls[0]!.split(' ')[1]);
      ladder.up(channel, host(1));
      ladder.down(channel);
      ladder.advance(10_000);
    }
    expect(ladder.eventsOf('registration-failed')).toMatchObject([{ reason: 'no registrar answered 3 registrations' }]);
  });
});

describe('registrations of one element', () => {
  it('are limited in number', () => {
    const ladder = new ElementLadder(1, { maxRegistrations: 2 });
    ladder.register({ peIdentifier: 1 });
    ladder.register({ peIdentifier: 2 });
    const limit = expect.objectContaining({ code: 'ERR_RSERPOOL_LIMIT' });
    expect(() => ladder.register({ peIdentifier: 3 })).toThrow(limit);
  });

  it('in several pools may have one identifier, and are told apart', () => {
    const ladder = new ElementLadder();
    const other = poolHandle('other');
    ladder.join();
    ladder.register({ poolHandle: other });
    expect(ladder.take()).toEqual(['1: registration 7']);
    const rejected = { kind: 'registration-response', rejected: true, peIdentifier: 7, causes: [] } as const;
    ladder.asap(1, { ...rejected, poolHandle: other });
    expect(ladder.eventsOf('registration-rejected')).toMatchObject([{ poolHandle: other }]);
    ladder.keepAlive(1, false);
    expect(ladder.takeOnly('1:')).toEqual(['1: endpoint-keep-alive-ack abc 7']);
  });
});

describe('registration and the home registrar', () => {
  it('[ASAP-232] [ASAP-252] [ASAP-254] registers with another registrar when the home registrar is gone, byte by byte the same', () => {
    const ladder = new ElementLadder();
    ladder.join();
    const before = ladder.lastSent(1);
    ladder.down(1);
    expect(ladder.take()).toEqual(HOME_LOST);
    ladder.up(5);
    expect(ladder.takeOnly('5:')).toEqual(['5: registration 7']);
    expect(ladder.lastSent(5)).toBe(before);
    ladder.granted(5);
    expect(ladder.eventsOf('registered').map(({ renewed }) => renewed)).toEqual([false, true]);
  });

  it('[ASAP-250] [ASAP-251] does not send a message again to the registrar that could not get it', () => {
    const ladder = new ElementLadder();
    ladder.register();
    ladder.up(1);
    ladder.take();
    ladder.input({ kind: 'send-failed', channel: 1, ppid: 11, bytes: Uint8Array.of(1) });
    expect(ladder.take()).toEqual(HOME_GIVEN_UP);
  });

  it('waits as long as it takes until a registrar is there', () => {
    const ladder = new ElementLadder(1);
    ladder.register();
    ladder.advance(3_600_000);
    expect(ladder.events).toEqual([]);
    ladder.take();
    ladder.advance(60_000);
    const channel = Number(ladder.takeOnly('connect').at(-1)!.split(' ')[1]);
    ladder.up(channel, host(1));
    expect(ladder.takeOnly(`${channel}:`)).toEqual([`${channel}: registration 7`]);
  });

  it('registers again when the home registrar restarted and knows nothing', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.input({ kind: 'channel-changed', channel: 1, remote: host(1), restarted: true });
    expect(ladder.take()).toEqual(['1: registration 7']);
  });

  it('[ASAP-052] [ASAP-292] registers again when the registrar lets the registration expire', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.deregistered(1);
    expect(ladder.take()).toEqual(['event registration-expired', '1: registration 7']);
    ladder.granted(1);
    expect(ladder.take()).toEqual(['event registered']);
  });

  it('[ASAP-300] [OVW-022] [OVW-025] finds a registrar by its announcement, the first one that it hears', () => {
    const ladder = new ElementLadder(0, {}, { announcements: true });
    ladder.register();
    expect(ladder.take()).toEqual([]);
    ladder.announce('192.0.2.9', { kind: 'server-announce', registrarIdentifier: 9, transports: [] });
    expect(ladder.take()).toEqual(['connect 1 192.0.2.9']);
    ladder.up(1, host(9));
    expect(ladder.take()).toEqual(['event home-changed', '1: registration 7']);
  });

  it('[ASAP-003] [OVW-023] [OVW-024] sends everything to one of two registrars that came up at the same time', () => {
    const ladder = new ElementLadder();
    ladder.register();
    ladder.up(3);
    ladder.up(1);
    ladder.granted(3);
    ladder.advance(580_000);
    expect(ladder.takeOnly('1:')).toEqual([]);
  });
});

describe('de-registration', () => {
  const leave = (ladder: ElementLadder): void => ladder.call((role, now) => role.deregister(POOL, 7, now));

  it('[ASAP-145] [ASAP-146] [ASAP-147] [ASAP-148] [ASAP-149] [ASAP-153] [ASAP-290] [ASAP-320] [OVW-032] leaves with GV-DEREG, and hears that it left', () => {
    const ladder = new ElementLadder();
    ladder.join({ peIdentifier: 0x12345678 });
    ladder.call((role, now) => role.deregister(POOL, 0x12345678, now));
    expect(ladder.lastSent(1)).toBe('02000014' + '0009000761626300' + '000e000812345678');
    ladder.deregistered(1, [], 0x12345678);
    expect(ladder.eventsOf('deregistered')).toMatchObject([{ peIdentifier: 0x12345678, confirmed: true }]);
    ladder.take();
    ladder.advance(3_600_000);
    expect(ladder.take()).toEqual([]);
  });

  it('[ASAP-150] [ASAP-151] [ASAP-152] [ASAP-381] hunts after 30 s without response, and leaves at the next registrar', () => {
    const ladder = new ElementLadder();
    ladder.join();
    leave(ladder);
    ladder.advance(29_999);
    expect(ladder.take()).toEqual(['1: deregistration abc 7']);
    ladder.advance(1);
    expect(ladder.take()).toEqual(HOME_GIVEN_UP);
    ladder.up(5);
    expect(ladder.takeOnly('5:')).toEqual(['5: deregistration abc 7']);
  });

  it('gives the farewell up after three times T3, whatever registrars do', () => {
    const ladder = new ElementLadder(1);
    ladder.join();
    leave(ladder);
    ladder.advance(89_999);
    expect(ladder.eventsOf('deregistered')).toEqual([]);
    ladder.advance(1);
    expect(ladder.eventsOf('deregistered')).toMatchObject([{ confirmed: false }]);
    expect(ladder.role.nextTimeoutAt()).toBeUndefined();
  });

  it('[ASAP-164] does not renew while it leaves', () => {
    const ladder = new ElementLadder(1, { t3DeregistrationMs: 3_000_000 });
    ladder.join();
    leave(ladder);
    ladder.advance(2_000_000);
    expect(ladder.take()).toEqual(['1: deregistration abc 7']);
  });

  it('[ASAP-051] stays registered when the registrar refuses', () => {
    const ladder = new ElementLadder();
    ladder.join();
    leave(ladder);
    ladder.deregistered(1, [{ kind: 'rejected-for-security' }]);
    expect(ladder.eventsOf('deregistration-rejected')).toMatchObject([{ reason: 'rejected for security reasons' }]);
    ladder.take();
    ladder.advance(580_000);
    expect(ladder.take()).toEqual(['1: registration 7']);
  });

  it('leaves at once when it was never registered', () => {
    const ladder = new ElementLadder();
    ladder.register();
    ladder.take();
    leave(ladder);
    expect(ladder.take()).toEqual(['event deregistered', 'close 1 abort', 'close 3 abort']);
  });

  it('[ASAP-155] [REQ-019] goes on serving sessions after it left', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    ladder.data(2, 'before');
    leave(ladder);
    ladder.deregistered(1);
    ladder.take();
    ladder.data(2, 'after');
    ladder.call((role) => role.sendData(2, { bytes: new TextEncoder().encode('reply') }));
    expect(ladder.take()).toEqual(['event data', '2: data reply']);
  });
});
