import { describe, expect, it } from 'vitest';
import type { DialectSetting } from '../../../src/rserpool/dialects.ts';
import { UserRole } from '../../../src/rserpool/user/user.ts';
import type { UserRoleOptions } from '../../../src/rserpool/user/user-options.ts';
import { encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { SeededRandom } from '../../harness/random.ts';
import { host, RoleLadder } from './role-ladder.ts';

function hunter(registrars: number, options: Partial<UserRoleOptions> = {}) {
  const role = new UserRole({
    profile: 'rfc',
    registrars: Array.from({ length: registrars }, (_, i) => host(i + 1)),
    announcements: registrars === 0,
    entropy: new SeededRandom(1),
    ...options,
  });
  return new RoleLadder(role);
}

const announce = { kind: 'server-announce', registrarIdentifier: 7, transports: [] } as const;

describe('server hunt', () => {
  it('[ASAP-234] [ASAP-235] [ASAP-232] [ASAP-233] tries three of five registrars at start-up and never more at once', () => {
    const ladder = hunter(5);
    ladder.call((role, now) => role.start(now));
    expect(ladder.take()).toEqual(['connect 1 192.0.2.1', 'connect 3 192.0.2.2', 'connect 5 192.0.2.3']);
    ladder.call((role, now) => role.start(now));
    expect(ladder.take()).toEqual([]);
  });

  it('[ASAP-237] [ASAP-244] [ASAP-245] [OVW-008] [OVW-024] [ASAP-233] makes the first one that comes up home, closes the others, stops T5', () => {
    const ladder = hunter(3);
    ladder.call((role, now) => role.start(now));
    ladder.take();
    ladder.up(3, host(2));
    expect(ladder.take()).toEqual(['close 1 abort', 'close 5 abort', 'event home-changed']);
    expect(ladder.role.home?.target).toEqual(host(2));
    // The race was lost after all: nothing comes of it.
    ladder.up(5, host(3));
    ladder.down(1);
    expect(ladder.role.home?.channel).toBe(3);
    expect(ladder.role.nextTimeoutAt()).toBeUndefined();
    expect(ladder.take()).toEqual([]);
  });

  it('[ASAP-239] [ASAP-224] [ASAP-233] tries another address as soon as an attempt fails, and each only once a round', () => {
    const ladder = hunter(4);
    ladder.call((role, now) => role.start(now));
    ladder.take();
    ladder.down(1);
    expect(ladder.take()).toEqual(['connect 7 192.0.2.4']);
    ladder.down(3);
    ladder.down(5);
    ladder.down(7);
    expect(ladder.take()).toEqual([]);
  });

  it('[ASAP-236] [ASAP-240] [ASAP-389] [ASAP-383] [ASAP-233] doubles T5 from 10 s to RETRAN-MAX, 60 s', () => {
    const ladder = hunter(1);
    ladder.call((role, now) => role.start(now));
    const rounds: number[] = [];
    for (let round = 0; round < 5; round++) {
      const start = ladder.now;
      ladder.take();
      while (ladder.takeOnly('connect').length === 0) ladder.advance(1000);
      rounds.push((ladder.now - start) / 1000);
    }
    expect(rounds).toEqual([10, 20, 40, 60, 60]);
  });

  it('[ASAP-241] [ASAP-242] [ASAP-243] [ASAP-233] gives up hanging attempts at T5 and begins with addresses not tried yet', () => {
    const ladder = hunter(5);
    ladder.call((role, now) => role.start(now));
    ladder.take();
    ladder.advance(9999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual([
      'close 1 abort',
      'close 3 abort',
      'close 5 abort',
      'connect 7 192.0.2.4',
      'connect 9 192.0.2.5',
      'connect 11 192.0.2.1',
    ]);
  });

  it('[ASAP-233] follows SH1 to SH6 from the start to the home, and again when that is lost', () => {
    const ladder = hunter(5, { config: { t5ServerhuntMs: 10_000, retranMaxMs: 60_000 } });
    ladder.call((role, now) => role.start(now));
    // SH1, SH2: three at once; SH4: another one for the one that failed.
    expect(ladder.take()).toEqual(['connect 1 192.0.2.1', 'connect 3 192.0.2.2', 'connect 5 192.0.2.3']);
    ladder.down(3);
    expect(ladder.take()).toEqual(['connect 7 192.0.2.4']);
    // SH5: T5 ends the round, and the next one begins with whom the last one left out.
    ladder.advance(10_000);
    expect(ladder.take()).toEqual([
      ...['close 1 abort', 'close 5 abort', 'close 7 abort'],
      ...['connect 9 192.0.2.5', 'connect 11 192.0.2.1', 'connect 13 192.0.2.2'],
    ]);
    expect(ladder.role.nextTimeoutAt()).toBe(ladder.now + 20_000);
    // SH3, SH6: the first one is home, the others are closed, T5 does not run.
    ladder.up(11, host(1));
    expect(ladder.take()).toEqual(['close 9 abort', 'close 13 abort', 'event home-changed']);
    expect(ladder.role.nextTimeoutAt()).toBeUndefined();
    ladder.down(11);
    expect(ladder.takeOnly('connect')).toHaveLength(3);
    expect(ladder.role.nextTimeoutAt()).toBe(ladder.now + 10_000);
  });

  it('tries registrars of the lowest priority number first, the others when those have failed or used up T5', () => {
    const registrars = [
      { ...host(1), priority: 20 },
      { ...host(2), priority: 10 },
      { ...host(3), priority: 20 },
    ];
    const ladder = hunter(0, { registrars });
    ladder.call((role, now) => role.start(now));
    expect(ladder.take()).toEqual(['connect 1 192.0.2.2']);
    ladder.down(1);
    expect(ladder.take()).toEqual(['connect 3 192.0.2.1', 'connect 5 192.0.2.3']);
    const hanging = hunter(0, { registrars });
    hanging.call((role, now) => role.start(now));
    hanging.take();
    hanging.advance(10_000);
    expect(hanging.take()).toEqual(['close 1 abort', 'connect 3 192.0.2.1', 'connect 5 192.0.2.3']);
  });

  it('tries TCP when SCTP has failed', () => {
    const tcp = { protocol: 'tcp', addresses: ['192.0.2.1'], port: 3863 } as const;
    const ladder = hunter(0, { registrars: [tcp, host(1)], registrarProtocols: ['sctp', 'tcp'] });
    ladder.call((role, now) => role.start(now));
    expect(ladder.role.nextTimeoutAt()).toBe(10_000);
    expect(ladder.take()).toEqual(['connect 1 192.0.2.1']);
    ladder.down(1);
    expect(ladder.take()).toEqual(['connect 3 192.0.2.1']);
    ladder.up(3, tcp);
    expect(ladder.role.home?.target.protocol).toBe('tcp');
  });

  it('[ASAP-224] goes on with other configured registrars, and remembers which of them were tried', () => {
    const ladder = hunter(1);
    ladder.call((role, now) => role.start(now));
    ladder.take();
    ladder.call((role) => role.configureRegistrars([host(1), host(2)]));
    expect(ladder.take()).toEqual(['connect 3 192.0.2.2']);
    ladder.up(3, host(2));
    ladder.take();
    ladder.call((role) => role.configureRegistrars([host(3)]));
    expect(ladder.role.home?.target).toEqual(host(2));
    ladder.down(3);
    expect(ladder.takeOnly('connect')).toEqual(['connect 5 192.0.2.3']);
    const none = { ...host(4), addresses: [] };
    expect(() => ladder.role.configureRegistrars([none])).toThrow(/needs an address/);
  });

  it('[ASAP-230] takes copies of an announcement, heard in several groups, for one when it measures how often they come', () => {
    const ladder = hunter(0);
    const hear = () => ladder.announce('192.0.2.1', announce);
    // Every 8 s, as with eight registrars: more seldom than T7.
    for (let i = 0; i < 3; i++) {
      hear();
      ladder.advance(1);
      hear();
      if (i < 2) ladder.advance(7999);
    }
    ladder.advance(20_000);
    ladder.call((role, now) => role.start(now));
    expect(ladder.takeOnly('connect')).toEqual(['connect 1 192.0.2.1']);
    const gone = hunter(0);
    gone.announce('192.0.2.1', announce);
    gone.advance(5001);
    gone.call((role, now) => role.start(now));
    expect(gone.takeOnly('connect')).toEqual([]);
  });

  it('[ASAP-238] begins the next hunt with T5 at its initial value', () => {
    const ladder = hunter(1);
    ladder.call((role, now) => role.start(now));
    ladder.advance(30_000);
    expect(ladder.takeOnly('connect')).toEqual(['connect 1 192.0.2.1', 'connect 3 192.0.2.1', 'connect 5 192.0.2.1']);
    ladder.up(5, host(1));
    ladder.down(5);
    ladder.take();
    ladder.advance(10_000);
    expect(ladder.takeOnly('connect')).toEqual(['connect 7 192.0.2.1']);
  });

  it('waits for T5 before it calls a registrar again that ended the association without an answer', () => {
    const ladder = hunter(2);
    ladder.call((role, now) => role.start(now));
    ladder.up(1);
    ladder.take();
    ladder.down(1);
    expect(ladder.takeOnly('connect')).toEqual(['connect 5 192.0.2.2']);
    ladder.up(5, host(2));
    ladder.take();
    ladder.down(5);
    expect(ladder.takeOnly('connect')).toEqual([]);
    ladder.advance(9_999);
    expect(ladder.takeOnly('connect')).toEqual([]);
    ladder.advance(1);
    expect(ladder.takeOnly('connect')).toHaveLength(2);
  });

  it('[ASAP-232] hunts again when the home registrar is gone, that one last', () => {
    const ladder = hunter(4);
    ladder.call((role, now) => role.start(now));
    ladder.up(1);
    ladder.take();
    ladder.down(1);
    expect(ladder.take()).toEqual([
      'connect 7 192.0.2.4',
      'connect 9 192.0.2.2',
      'connect 11 192.0.2.3',
      'event home-changed',
    ]);
    expect(ladder.role.home).toBeUndefined();
  });

  it('[ASAP-232] knows a home with several addresses by each of them: not called beside itself, and last when it is gone', () => {
    const nothing = { acceptedSubscription: false, elements: [], causes: [] };
    const both = { ...host(1), addresses: ['192.0.2.1', '192.0.2.2'] };
    const ladder = hunter(4);
    ladder.call((role, now) => role.start(now));
    ladder.up(1, both);
    ladder.call((role, now) => role.resolve(poolHandle('abc'), now));
    ladder.take();
    // Silent: hunted beside it.
    ladder.advance(15_000);
    expect(ladder.takeOnly('connect')).toEqual(['connect 7 192.0.2.4', 'connect 9 192.0.2.3']);
    ladder.down(7);
    ladder.down(9);
    ladder.take();
    ladder.asap(1, { kind: 'handle-resolution-response', poolHandle: poolHandle('abc'), ...nothing });
    ladder.down(1);
    expect(ladder.takeOnly('connect')).toEqual([
      'connect 11 192.0.2.4',
      'connect 13 192.0.2.3',
      'connect 15 192.0.2.1',
    ]);
  });

  it('waits for T5 before it calls any address of a registrar that ended the association without an answer', () => {
    const ladder = hunter(2);
    ladder.call((role, now) => role.start(now));
    ladder.up(1, { ...host(1), addresses: ['192.0.2.1', '192.0.2.2'] });
    ladder.take();
    ladder.down(1);
    expect(ladder.takeOnly('connect')).toEqual([]);
    ladder.advance(10_000);
    expect(ladder.takeOnly('connect')).toHaveLength(2);
  });

  it('[ASAP-235] [ASAP-256] counts a home that is silent but connected among the three', () => {
    const ladder = hunter(5);
    ladder.call((role, now) => role.start(now));
    ladder.up(1);
    ladder.call((role, now) => role.resolve(poolHandle('abc'), now));
    ladder.take();
    ladder.advance(15_000);
    expect(ladder.takeOnly('connect')).toHaveLength(2);
    expect(ladder.role.home?.channel).toBe(1);
  });

  it('[ASAP-231] refuses to start without registrars and without announcements', () => {
    expect(() => hunter(0, { announcements: false })).toThrow(
      expect.objectContaining({ code: 'ERR_RSERPOOL_NO_REGISTRARS' }),
    );
  });
});

describe('announcements of registrars', () => {
  it('[ASAP-227] [ASAP-229] [ASAP-288] tries the source address at port 3863 if an announcement has no transports', () => {
    const ladder = hunter(0);
    ladder.call((role, now) => role.start(now));
    ladder.announce('192.0.2.9', announce);
    expect(ladder.outputs).toEqual([
      {
        kind: 'connect',
        channel: 1,
        ppid: 11,
        target: { protocol: 'sctp', addresses: ['192.0.2.9'], port: 3863, udpPort: undefined },
      },
    ]);
  });

  it('tries the number of the UDP source port as well, as rsplib means it, unless it is one of ours', () => {
    const targets = (udpPort: number, dialect?: DialectSetting, ours?: number) => {
      const ladder = hunter(0, { config: dialect === undefined ? {} : { dialect } });
      ladder.call((role, now) => role.start(now));
      const bytes = encodeAsap({ ...announce, udpPort: ours });
      ladder.input({ kind: 'announcement', from: { address: '192.0.2.9', udpPort }, bytes });
      return ladder.outputs.map(
        (output) => output.kind === 'connect' && `${output.target.port} ${output.target.dialect}`,
      );
    };
    expect(targets(41_000)).toEqual(['3863 undefined', '41000 rsplib']);
    expect(targets(3863)).toEqual(['3863 undefined']);
    expect(targets(41_000, 'rfc')).toEqual(['3863 undefined']);
    expect(targets(41_000, 'rsplib')).toEqual(['41000 rsplib']);
    expect(targets(41_000, 'auto', 9900)).toEqual(['3863 undefined']);
  });

  it('[ASAP-076] takes the SCTP transport with all its addresses and its UDP port, not the TCP one', () => {
    const ladder = hunter(0);
    ladder.call((role, now) => role.start(now));
    ladder.announce('192.0.2.9', {
      ...announce,
      udpPort: 7777,
      transports: [
        { protocol: 'tcp', port: 3863, addresses: ['192.0.2.9'] },
        { protocol: 'sctp', port: 4000, use: 'data-only', addresses: ['192.0.2.9', '2001:db8::9', '224.0.0.1'] },
      ],
    });
    const target = { protocol: 'sctp', addresses: ['192.0.2.9', '2001:db8::9'], port: 4000, udpPort: 7777 };
    expect(ladder.outputs).toEqual([{ kind: 'connect', channel: 1, ppid: 11, target }]);
  });

  it('[ASAP-230] [ASAP-385] forgets an announced registrar after T7, 5 s', () => {
    const ladder = hunter(0);
    ladder.announce('192.0.2.9', announce);
    ladder.advance(4999);
    ladder.call((role, now) => role.start(now));
    expect(ladder.take()).toEqual(['connect 1 192.0.2.9']);
    ladder.advance(10_000);
    expect(ladder.takeOnly('connect')).toEqual([]);
  });

  it('[ASAP-228] restarts T7 with every announcement', () => {
    const ladder = hunter(0);
    for (let i = 0; i < 3; i++) {
      ladder.announce('192.0.2.9', announce);
      ladder.advance(4000);
    }
    ladder.call((role, now) => role.start(now));
    expect(ladder.take()).toEqual(['connect 1 192.0.2.9']);
  });

  it('[ASAP-228] keeps a registrar whose announcements come more seldom than T7, once their interval is known', () => {
    const ladder = hunter(0);
    ladder.announce('192.0.2.9', announce);
    ladder.advance(8000);
    ladder.announce('192.0.2.9', announce);
    ladder.advance(23_999);
    ladder.call((role, now) => role.start(now));
    expect(ladder.take()).toEqual(['connect 1 192.0.2.9']);
    ladder.advance(1);
    ladder.advance(10_000);
    expect(ladder.takeOnly('connect')).toEqual([]);
  });

  it('[ASAP-249] keeps the configured registrars and a bounded number of forged ones', () => {
    const ladder = hunter(1, { announcements: true, config: { maxAnnouncedRegistrars: 10 } });
    for (let i = 0; i < 100_000; i++) {
      const address = `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
      ladder.announce(address, announce);
    }
    ladder.call((role, now) => role.start(now));
    for (let channel = 1; channel < 60; channel += 2) ladder.down(channel);
    const forged = Array.from({ length: 10 }, (_, i) => `10.0.0.${i}`);
    const tried = ladder.takeOnly('connect').map((line) => line.split(' ')[2]);
    // Those that were there first stay, so that a flood cannot push out true registrars.
    expect(tried).toEqual(['192.0.2.1', ...forged]);
  });

  it('[ASAP-227] replaces announced registrars that fell silent by new ones', () => {
    const ladder = hunter(0, { config: { maxAnnouncedRegistrars: 2 } });
    ladder.announce('192.0.2.7', announce);
    ladder.advance(1000);
    ladder.announce('192.0.2.8', announce);
    ladder.advance(4500);
    ladder.announce('192.0.2.9', announce);
    ladder.call((role, now) => role.start(now));
    expect(ladder.take()).toEqual(['connect 1 192.0.2.8', 'connect 3 192.0.2.9']);
  });

  it('[ASAP-084] never answers an announcement, however broken', () => {
    const ladder = hunter(1, { announcements: true });
    const from = { address: '192.0.2.9', udpPort: 3863 };
    // SERVER_ANNOUNCE cut short, a 01-type message, REGISTRATION.
    for (const bytes of [
      [0x0a, 0, 0, 6, 1, 2],
      [0x4f, 0, 0, 4],
      [1, 0, 0, 4],
    ]) {
      ladder.input({ kind: 'announcement', from, bytes: Uint8Array.from(bytes) });
    }
    expect(ladder.take()).toEqual([]);
  });

  it('[ASAP-076] ignores addresses that are nobody’s', () => {
    const ladder = hunter(0);
    ladder.call((role, now) => role.start(now));
    ladder.announce('224.0.1.185', announce);
    ladder.announce('0.0.0.0', announce);
    expect(ladder.take()).toEqual([]);
  });
});
