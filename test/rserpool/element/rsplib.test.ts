import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { PPID } from '../../../src/rserpool/role.ts';
import { encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { host } from '../asap/role-ladder.ts';
import { ElementLadder } from './element-ladder.ts';

const LIFE_600_S = '00000258';
const LIFE_600_S_IN_MS = '000927c0';
const OUR_PARAMETER = '8f090008';

/** A keep-alive as rsplib sends it. */
const keepAlive = (ladder: ElementLadder, channel: number, home = false) =>
  ladder.keepAlive(channel, home, 0x0badcafe, 7);

/** The latest registration on a channel, in hexadecimal. */
function registeredOn(ladder: ElementLadder, channel: number): string {
  const last = ladder.outputs.findLast(
    (output) => output.kind === 'send' && output.channel === channel && output.bytes[0] === 0x01,
  );
  return last?.kind === 'send' ? toHex(last.bytes) : '';
}

describe('an rsplib registrar', () => {
  it('is recognised by the element that its keep-alive names: it gets the life in milliseconds at once, anew', () => {
    const ladder = new ElementLadder();
    ladder.join();
    expect(ladder.lastSent(1)).toContain(LIFE_600_S);
    expect(ladder.lastSent(1)).toContain(OUR_PARAMETER);
    keepAlive(ladder, 1);
    // It would keep the first life that it was told.
    expect(ladder.take()).toEqual(['1: deregistration abc 7', '1: registration 7', '1: endpoint-keep-alive-ack abc 7']);
    expect(registeredOn(ladder, 1)).toContain(LIFE_600_S_IN_MS);
    expect(registeredOn(ladder, 1)).not.toContain(OUR_PARAMETER);
    ladder.deregistered(1);
    expect(ladder.take()).toEqual([]);
    ladder.granted(1);
    keepAlive(ladder, 1);
    expect(ladder.take()).toEqual(['event registered', '1: endpoint-keep-alive-ack abc 7']);
  });

  it('takes a farewell after that for what it is', () => {
    const ladder = new ElementLadder();
    ladder.join();
    keepAlive(ladder, 1);
    ladder.take();
    ladder.role.deregisterAll(ladder.now);
    // The first answer is to what was withdrawn.
    ladder.deregistered(1);
    expect(ladder.eventsOf('deregistered')).toEqual([]);
    ladder.deregistered(1);
    expect(ladder.eventsOf('deregistered')).toHaveLength(1);
  });

  it('gets registrations with the life in milliseconds, without our own parameter', () => {
    const ladder = new ElementLadder(1, { dialect: 'rsplib' });
    ladder.register();
    ladder.up(1);
    expect(ladder.lastSent(1)).toContain(LIFE_600_S_IN_MS);
    expect(ladder.lastSent(1)).not.toContain(OUR_PARAMETER);
  });

  it('is not recognised by a keep-alive of the RFC, nor if the RFC is what is to be spoken', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.keepAlive(1, false);
    expect(ladder.take()).toEqual(['1: endpoint-keep-alive-ack abc 7']);
    const rfc = new ElementLadder(1, { dialect: 'rfc' });
    rfc.join();
    keepAlive(rfc, 1);
    expect(rfc.take()).toEqual(['1: endpoint-keep-alive-ack abc 7']);
  });

  it('is recognised by a cause that the RFC does not have', () => {
    const ladder = new ElementLadder();
    ladder.register();
    ladder.up(1);
    // Rejected: no usable user address.
    ladder.asap(1, fromHex('0301001c 00090007 61626300 000e0008 00000007 000c0008 f0080004'));
    expect(ladder.eventsOf('registration-rejected')).toMatchObject([
      { reason: 'no address of the user transport is usable from this association' },
    ]);
    ladder.take();
    ladder.register({ peIdentifier: 8 });
    expect(ladder.lastSent(1)).toContain(LIFE_600_S_IN_MS);
  });

  it('stays what it is when it is called again', () => {
    const ladder = new ElementLadder(1);
    ladder.join();
    keepAlive(ladder, 1);
    ladder.take();
    ladder.down(1);
    expect(ladder.takeOnly('connect')).toEqual(['connect 3 192.0.2.1']);
    ladder.up(3, host(1));
    expect(ladder.lastSent(3)).toContain(LIFE_600_S_IN_MS);
    ladder.granted(3);
    ladder.take();
    keepAlive(ladder, 3);
    expect(ladder.take()).toEqual(['3: endpoint-keep-alive-ack abc 7']);
  });

  it('that takes over is one from its first keep-alive on', () => {
    const ladder = new ElementLadder();
    ladder.join();
    ladder.incoming(2);
    keepAlive(ladder, 2, true);
    expect(ladder.role.home?.channel).toBe(2);
    ladder.advance(600_000);
    expect(ladder.lastSent(2)).toContain(LIFE_600_S_IN_MS);
  });

  it('gets nothing that it could not bear: the registration fails with a reason', () => {
    const ladder = new ElementLadder(1, { dialect: 'rsplib' });
    ladder.register({ poolHandle: poolHandle('x'.repeat(33)) });
    ladder.up(1);
    expect(ladder.takeOnly('1:')).toEqual([]);
    expect(ladder.eventsOf('registration-failed')[0]?.reason).toContain('at most 32 bytes');
  });

  it('is one from the beginning if its target says so', () => {
    const bytes = encodeAsap({ kind: 'server-announce', registrarIdentifier: 1, transports: [] });
    const ladder = new ElementLadder(1);
    ladder.input({
      kind: 'announcement',
      from: { address: '192.0.2.44', udpPort: 4000 },
      bytes,
    });
    ladder.register();
    expect(ladder.takeOnly('connect')).toEqual(['connect 1 192.0.2.1', 'connect 3 192.0.2.44', 'connect 5 192.0.2.44']);
    ladder.up(5, host(44, 4000));
    expect(ladder.lastSent(5)).toContain(LIFE_600_S_IN_MS);
    expect(ladder.outputs.filter((output) => output.kind === 'send' && output.ppid === PPID.asap)).toHaveLength(1);
  });
});
