import { describe, expect, it } from 'vitest';
import { decodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { hex, host } from '../asap/role-ladder.ts';
import { element } from '../user/user-ladder.ts';
import { ElementLadder, POOL } from './element-ladder.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('sessions of a pool element', () => {
  it('[ASAP-364] [ASAP-265] [ASAP-264] tells data and control of one association apart by PPID 11', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    for (let i = 0; i < 100; i++) {
      ladder.data(2, `m${i}`, i % 3);
      if (i % 10 === 0) ladder.asap(2, { kind: 'cookie-echo', cookie: bytes(`c${i}`) });
    }
    expect(ladder.eventsOf('data').map((event) => new TextDecoder().decode(event.bytes))).toEqual(
      Array.from({ length: 100 }, (_, i) => `m${i}`),
    );
    expect(ladder.eventsOf('data')[4]).toMatchObject({ session: 2, ppid: 0, streamId: 1 });
    expect(ladder.eventsOf('cookie-echo')).toHaveLength(10);
    expect(ladder.eventsOf('session-opened')).toEqual([
      { kind: 'session-opened', session: 2, remote: host(50, 40_000) },
    ]);
  });

  it('[ASAP-298] [ASAP-078] opens the session with the cookie that the user brings, GV-COOKIE-ECHO', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    ladder.asap(2, hex('0c00000d 000d0009 73746174 65000000'));
    expect(ladder.take()).toEqual(['event session-opened', 'event cookie-echo']);
    expect(ladder.eventsOf('cookie-echo')).toEqual([{ kind: 'cookie-echo', session: 2, cookie: bytes('state') }]);
  });

  it('[ASAP-261] [ASAP-297] [ASAP-019] [ASAP-077] sends GV-COOKIE-MSG on the control channel', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    ladder.data(2, 'hi');
    ladder.call((role) => role.setCookie(2, bytes('state')));
    expect(ladder.lastSent(2)).toBe('0b00000d000d00097374617465000000');
    expect(ladder.outputs.at(-1)).toMatchObject({ ppid: 11, streamId: 0, unordered: false });
  });

  it('[ASAP-020] refuses data with PPID 11', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    ladder.data(2, 'hi');
    expect(() => ladder.role.sendData(2, { bytes: bytes('x'), ppid: 11 })).toThrow(
      expect.objectContaining({ code: 'ERR_RSERPOOL_BAD_ARGUMENT' }),
    );
  });

  it('[ASAP-262] [ASAP-266] [ASAP-274] has no control channel in a pool that carries data only', () => {
    const ladder = new ElementLadder(2, { businessCards: true });
    ladder.join({ use: 'data-only' });
    ladder.incoming(2);
    ladder.asap(2, { kind: 'cookie-echo', cookie: bytes('state') });
    expect(ladder.take()).toEqual([]);
    ladder.data(2, 'hi');
    expect(ladder.take()).toEqual(['event session-opened', 'event data']);
    const none = expect.objectContaining({ code: 'ERR_RSERPOOL_NO_CONTROL_CHANNEL' });
    expect(() => ladder.role.setCookie(2, bytes('x'))).toThrow(none);
    expect(() => ladder.role.sendBusinessCard(2, POOL, [])).toThrow(none);
  });

  it('[ASAP-272] [ASAP-299] [ASAP-079] [OVW-018] sends a business card when a session begins: GV-BC but for the home, and our own parameter', () => {
    const ladder = new ElementLadder(2, { businessCards: true });
    ladder.register({ peIdentifier: 0x12345678 });
    const local = host(1, 4711, 9899);
    ladder.input({ kind: 'channel-up', channel: 1, initiator: 'local', remote: host(9), local });
    ladder.granted(1, 0x12345678);
    ladder.incoming(2);
    ladder.data(2, 'hi');
    expect(ladder.lastSent(2)).toBe(
      '0d00003c0009000761626300000a0030123456780000000000000258000400101267000100010008c000020100080008000000018f09000826ab26ab',
    );
  });

  it('[ASAP-275] [ASAP-041] [OVW-041] sends a new business card whenever it is told to', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    ladder.data(2, 'hi');
    ladder.take();
    const preferred = [element(12), element(11)];
    ladder.call((role) => role.sendBusinessCard(2, poolHandle('other'), preferred));
    expect(ladder.take()).toEqual(['2: business-card']);
    expect(decodeAsap(hex(ladder.lastSent(2)))).toMatchObject({ poolHandle: { key: 'other' }, elements: preferred });
  });

  it('[OVW-018] [OVW-041] lists in its card what the program prefers, in that order, and what it prefers later', () => {
    const ladder = new ElementLadder(2, { businessCards: true });
    const cardFor = (session: number): unknown => {
      ladder.incoming(session);
      ladder.data(session, 'hi');
      return decodeAsap(hex(ladder.lastSent(session)));
    };
    ladder.join({ preferredElements: [element(12), element(11)] });
    expect(cardFor(2)).toMatchObject({
      kind: 'business-card',
      poolHandle: { key: 'abc' },
      elements: [{ identifier: 12 }, { identifier: 11 }],
    });
    ladder.call((role, now) => role.update(POOL, 7, { preferredElements: [element(13)] }, now));
    expect(cardFor(4)).toMatchObject({ kind: 'business-card', elements: [{ identifier: 13 }] });
  });

  it('[ASAP-299] [ASAP-080] [ASAP-276] passes on the business card of a user that is an element as well', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    ladder.asap(2, { kind: 'business-card', poolHandle: poolHandle('users'), elements: [] });
    expect(ladder.eventsOf('business-card')).toMatchObject([
      { session: 2, card: { kind: 'business-card', poolHandle: { key: 'users' } } },
    ]);
  });

  it('reports the end of a session once, and refuses to send then', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    ladder.data(2, 'hi');
    ladder.take();
    ladder.input({ kind: 'send-failed', channel: 2, ppid: 0, bytes: bytes('lost') });
    ladder.down(2, true, 'lost');
    expect(ladder.take()).toEqual(['event send-failed', 'event session-closed']);
    expect(() => ladder.role.sendData(2, { bytes: bytes('x') })).toThrow(
      expect.objectContaining({ code: 'ERR_RSERPOOL_NO_SESSION' }),
    );
    expect(ladder.role.sessionCount).toBe(0);
  });

  it('sends nothing on a session that it is closing, but still delivers what comes', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    ladder.data(2, 'hi');
    ladder.call((role) => role.closeSession(2, 'shutdown', 'done'));
    ladder.take();
    ladder.data(2, 'last');
    expect(ladder.take()).toEqual(['event data']);
    expect(() => ladder.role.sendData(2, { bytes: bytes('x') })).toThrow();
  });

  it('begins a new session when the user restarted', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    ladder.data(2, 'hi');
    ladder.take();
    ladder.input({ kind: 'channel-changed', channel: 2, remote: host(50, 40_000), restarted: true });
    expect(ladder.take()).toEqual(['event session-closed', 'event session-opened']);
  });

  it('closes channels beyond its limit', () => {
    const ladder = new ElementLadder(2, { maxIncomingChannels: 2 });
    for (const channel of [2, 4, 6]) ladder.incoming(channel);
    expect(ladder.take()).toEqual(['close 6 abort', 'event limit-reached']);
    ladder.down(2);
    ladder.incoming(8);
    expect(ladder.take()).toEqual([]);
  });
});

describe('what an element does with messages that are not for it', () => {
  it('[ASAP-082] [ASAP-083] [ASAP-296] reports a message whose type asks for it, once', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.asap(1, hex('4f000008 01020304'));
    // ASAP_ERROR, Operation Error, cause 2 with the whole message.
    expect(ladder.lastSent(1)).toBe('0e000014' + '000c0010' + '0002000c' + '4f00000801020304');
    ladder.take();
    ladder.asap(1, hex('0f000004'));
    ladder.asap(1, hex('8f000004'));
    expect(ladder.take()).toEqual([]);
  });

  it('[ASAP-084] never answers an ASAP_ERROR', () => {
    const ladder = new ElementLadder();
    ladder.join();
    // With an unknown parameter whose type asks for a report (0xc0ff).
    ladder.asap(1, hex('0e000010 000c0008 00000004 c0ff0004'));
    ladder.asap(1, hex('0e000006 4001'));
    expect(ladder.takeOnly('1:')).toEqual([]);
    expect(ladder.eventsOf('peer-error')).toMatchObject([{ channel: 1, reason: 'unspecified error' }]);
  });

  it('[ASAP-312] ignores messages that belong to registrars and users', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.asap(1, hex('0501000b 00090007 61626300'));
    ladder.asap(1, hex('06000014 00090007 61626300 000c0008 00090004'));
    ladder.asap(1, hex('08000014 00090007 61626300 000e0008 12345678'));
    ladder.asap(1, hex('09000014 00090007 61626300 000e0008 12345678'));
    ladder.asap(1, hex('0b00000d 000d0009 73746174 65000000'));
    expect(ladder.take()).toEqual([]);
  });
});
