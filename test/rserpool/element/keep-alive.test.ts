import { describe, expect, it } from 'vitest';
import { decodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { hex, host } from '../asap/role-ladder.ts';
import { ElementLadder, POOL } from './element-ladder.ts';

describe('keep-alive', () => {
  it('[ASAP-196] [ASAP-197] [ASAP-198] [ASAP-072] [ASAP-293] [ASAP-294] [OVW-013] answers GV-KA with GV-KAACK', () => {
    const ladder = new ElementLadder();
    ladder.join({ peIdentifier: 0x12345678 });
    ladder.asap(1, hex('0701000f 0badcafe 00090007 61626300'));
    expect(ladder.lastSent(1)).toBe('08000014' + '0009000761626300' + '000e000812345678');
  });

  it('[ASAP-195] discards one for another pool: no answer, no error, no change of home', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2, 9);
    ladder.asap(2, {
      kind: 'endpoint-keep-alive',
      home: true,
      registrarIdentifier: 5,
      poolHandle: poolHandle('other'),
    });
    expect(ladder.take()).toEqual([]);
    expect(ladder.role.home?.channel).toBe(1);
  });

  it('[ASAP-204] discards one while it is not registered', () => {
    const ladder = new ElementLadder();
    ladder.register();
    ladder.up(1);
    ladder.take();
    ladder.keepAlive(1, true);
    expect(ladder.take()).toEqual([]);
  });

  it('[ASAP-199] [ASAP-201] answers another registrar on its own association, and keeps its home', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2, 9);
    ladder.keepAlive(2, false);
    expect(ladder.take()).toEqual(['2: endpoint-keep-alive-ack abc 7']);
    expect(ladder.role.home?.channel).toBe(1);
    ladder.advance(580_000);
    expect(ladder.take()).toEqual(['1: registration 7']);
  });

  it('[ASAP-200] [ASAP-070] [ASAP-071] makes the sender home if it wants to be, and registers there at once', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.keepAlive(1, false, 0x1111);
    ladder.take();
    ladder.incoming(2, 9);
    ladder.keepAlive(2, true, 0x2222);
    expect(ladder.take()).toEqual([
      '2: endpoint-keep-alive-ack abc 7',
      'close 1 shutdown',
      'event home-changed',
      '2: registration 7',
    ]);
    expect(ladder.role.home).toMatchObject({ channel: 2, target: host(9, 40_000), identifier: 0x2222 });
    ladder.granted(2);
    expect(ladder.take()).toEqual(['event registered']);
  });

  it('takes any registrar that asks for its home while it has none: a hunt cannot find one that is connected', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2, 9);
    ladder.keepAlive(2, false, 0x2222);
    ladder.down(1);
    ladder.take();
    ladder.keepAlive(2, false, 0x2222);
    expect(ladder.take()).toEqual(expect.arrayContaining(['event home-changed', '2: registration 7']));
    expect(ladder.role.home).toMatchObject({ channel: 2, identifier: 0x2222 });
  });

  it('[ASAP-200] adopts a home while it has none, and ends the hunt', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.down(1);
    ladder.take();
    ladder.incoming(2, 9);
    ladder.keepAlive(2, true, 0x2222);
    expect(ladder.take()).toEqual([
      '2: endpoint-keep-alive-ack abc 7',
      'close 5 abort',
      'close 7 abort',
      'event home-changed',
      '2: registration 7',
    ]);
    ladder.granted(2);
    ladder.take();
    ladder.advance(579_999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual(['2: registration 7']);
  });

  it('[ASAP-200] [ASAP-342] tells the new home at once what the former one did not answer', () => {
    const ladder = new ElementLadder();
    ladder.join();
    const policy = { kind: 'least-used', load: 9 } as const;
    ladder.call((role, now) => role.update(POOL, 7, { policy }, now));
    ladder.down(1);
    ladder.take();
    ladder.incoming(2, 9);
    ladder.keepAlive(2, true, 0x2222);
    expect(ladder.takeOnly('2:')).toEqual(['2: endpoint-keep-alive-ack abc 7', '2: registration 7']);
    const sent = decodeAsap(hex(ladder.lastSent(2)));
    expect(sent).toMatchObject({ kind: 'registration', element: { policy } });
  });

  it('[ASAP-200] changes nothing if the sender is home already, by another association', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.keepAlive(1, true, 0x1111);
    ladder.incoming(2, 1);
    ladder.keepAlive(2, true, 0x1111);
    expect(ladder.role.home?.channel).toBe(1);
  });

  it('[ASAP-202] answers for each of several elements of a pool', () => {
    const ladder = new ElementLadder(1, { dialect: 'rfc' });
    ladder.join();
    ladder.register({ peIdentifier: 8 });
    ladder.granted(1, 8);
    ladder.take();
    ladder.keepAlive(1, false);
    expect(ladder.take()).toEqual(['1: endpoint-keep-alive-ack abc 7', '1: endpoint-keep-alive-ack abc 8']);
    ladder.keepAlive(1, false, 1, 8);
    expect(ladder.take()).toEqual(['1: endpoint-keep-alive-ack abc 8']);
    ladder.keepAlive(1, false, 1, 9);
    expect(ladder.take()).toEqual([]);
  });

  it('does not let a user make itself home', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    ladder.data(2, 'hello');
    ladder.take();
    ladder.keepAlive(2, true, 0x666);
    expect(ladder.role.home?.channel).toBe(1);
  });

  it('takes a silent channel for a session until its first message proves otherwise', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    ladder.advance(299);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual(['event session-opened']);
    ladder.keepAlive(2, true, 0x2222);
    expect(ladder.take()).toContain('event session-closed');
    expect(ladder.role.home?.channel).toBe(2);
    expect(ladder.role.sessionCount).toBe(0);
  });
});
