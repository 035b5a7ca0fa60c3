import { describe, expect, it } from 'vitest';
import type { PeerIdentity } from '../../../src/rserpool/access/identity.ts';
import { registrarCheck } from '../../../src/rserpool/node/registrar-check.ts';
import { host } from '../asap/role-ladder.ts';
import { ElementLadder } from './element-ladder.ts';

const psk = (name: string): PeerIdentity => ({ kind: 'psk', name });
const certificate = (...names: string[]): PeerIdentity => ({ kind: 'certificate', names });
const anonymous: PeerIdentity = { kind: 'anonymous' };
const key = Buffer.alloc(32, 1);

/** A secured element that is registered with the registrar at 192.0.2.1, by channel 1. */
function secured(config = {}): ElementLadder {
  const isRegistrar = registrarCheck({ psk: { identity: 'pe-7', key } });
  const ladder = new ElementLadder(2, { dialect: 'rfc', ...config }, { isRegistrar });
  ladder.join();
  return ladder;
}

function denials(ladder: ElementLadder): string[] {
  return ladder.eventsOf('access-denied').map(({ who, what, why }) => `${who}: ${what}: ${why}`);
}

describe('a secured element', () => {
  it('[ASAP-205] [ASAP-438] [SEC-052] sends away who comes without TLS, and does not hear a word of it', () => {
    const ladder = secured();
    ladder.up(2, host(9, 40_000), 'remote');
    ladder.keepAlive(2, true, 0x666);
    ladder.data(2, 'hello');
    ladder.advance(1000);
    expect(ladder.take()).toEqual(['close 2 abort', 'event access-denied']);
    expect(ladder.role.home?.channel).toBe(1);
    expect(denials(ladder)).toEqual(['plain: channel: this element is secured: TLS is needed']);
  });

  it.each([
    ['a user', anonymous],
    ['a user with a certificate', certificate('dns:user.example')],
    ['another element', psk('pe-8')],
  ])('[ASAP-205] [ENRP-233] [SEC-057] %s does not command it, neither with the flag H nor without', (_, peer) => {
    for (const home of [true, false]) {
      const ladder = secured();
      ladder.up(2, host(50, 40_000), 'remote', peer);
      ladder.keepAlive(2, home, 0x666);
      expect(ladder.take()).toEqual(['close 2 abort', 'event access-denied']);
      ladder.keepAlive(2, home, 0x666);
      ladder.data(2, 'hello');
      ladder.down(2);
      ladder.advance(1000);
      expect(ladder.take()).toEqual([]);
      expect(ladder.role.home?.channel).toBe(1);
      expect(denials(ladder)[0]).toContain('endpoint-keep-alive: only registrars command this element');
    }
  });

  it('[ASAP-205] not even while it has no home: its session ends, that of others goes on', () => {
    const ladder = secured();
    ladder.up(2, host(50, 40_000), 'remote', anonymous);
    ladder.up(4, host(51, 40_000), 'remote', anonymous);
    for (const channel of [2, 4]) ladder.data(channel, 'hello');
    ladder.down(1);
    ladder.take();
    ladder.keepAlive(2, true, 0x666);
    expect(ladder.take()).toEqual(['event session-closed', 'close 2 abort', 'event access-denied']);
    ladder.data(4, 'more');
    expect(ladder.take()).toEqual(['event data']);
    expect([ladder.role.home, ladder.role.sessionCount]).toEqual([undefined, 1]);
  });

  it('[ASAP-398] [ENRP-233] hears answers from the registrar that it has called, and from nobody else', () => {
    const ladder = secured();
    ladder.up(2, host(50, 40_000), 'remote', anonymous);
    ladder.up(4, host(9, 40_000), 'remote', psk('pe-7'));
    for (const channel of [2, 4]) {
      ladder.granted(channel);
      ladder.rejected(channel, [{ kind: 'lack-of-resources' }]);
      ladder.deregistered(channel);
    }
    expect(ladder.take()).toEqual([]);
    ladder.deregistered(1);
    expect(ladder.take()).toEqual(['event registration-expired', '1: registration 7']);
  });

  it('[ASAP-205] [SEC-057] a registrar that shows the key takes over', () => {
    const ladder = secured();
    ladder.up(2, host(9, 40_000), 'remote', psk('pe-7'));
    ladder.keepAlive(2, true, 0x2222);
    expect(ladder.take()).toContain('2: registration 7');
    expect(ladder.role.home).toMatchObject({ channel: 2, identifier: 0x2222 });
  });

  it('other registrars are recognized when that is said', () => {
    const ladder = secured();
    ladder.call((role) => role.recognizeRegistrars(registrarCheck({ psk: { identity: 'pe-new', key } })));
    ladder.up(2, host(9, 40_000), 'remote', psk('pe-7'));
    ladder.up(4, host(9, 40_000), 'remote', psk('pe-new'));
    for (const channel of [2, 4]) ladder.keepAlive(channel, true, channel);
    expect(ladder.take().slice(0, 3)).toEqual([
      'close 2 abort',
      'event access-denied',
      '4: endpoint-keep-alive-ack abc 7',
    ]);
    expect(ladder.role.home?.channel).toBe(4);
  });

  it('tells who its users are', () => {
    const ladder = secured();
    ladder.up(2, host(50, 40_000), 'remote', certificate('dns:user.example'));
    ladder.data(2, 'hello');
    expect(ladder.eventsOf('session-opened')).toMatchObject([{ session: 2, peer: certificate('dns:user.example') }]);
  });

  it('[SEC-039] stays at the disposal of its users and of its home under a flood of keep-alives', () => {
    const ladder = secured();
    ladder.up(2, host(9, 40_000), 'remote', psk('pe-7'));
    ladder.up(4, host(50, 40_000), 'remote', anonymous);
    ladder.data(4, 'hello');
    ladder.take();
    const answers = { rogue: 0, home: 0, user: 0 };
    for (let second = 0; second < 3; second++) {
      for (let i = 0; i < 10_000; i++) ladder.keepAlive(2, false, 0x666);
      answers.rogue += ladder.takeOnly('2: endpoint-keep-alive-ack').length;
      ladder.keepAlive(1, false, 0x1111);
      answers.home += ladder.takeOnly('1: endpoint-keep-alive-ack').length;
      ladder.data(4, 'again');
      answers.user += ladder.takeOnly('event data').length;
      ladder.advance(1000);
    }
    expect(answers).toEqual({ rogue: 3000, home: 3, user: 3 });
  });
});

describe('who is a registrar', () => {
  it('[SEC-017] the holder of the key that the element shares with registrars', () => {
    const isRegistrar = registrarCheck({ psk: { identity: 'pe-7', key } }, ['10.0.0.1']);
    const peers = [psk('pe-7'), psk('pe-8'), certificate('ip:10.0.0.1'), anonymous];
    expect(peers.map(isRegistrar)).toEqual([true, false, false, false]);
  });

  it('[SEC-017] else who has a certificate for a registrar that is configured, by name or by address', () => {
    const isRegistrar = registrarCheck({}, [
      'Registrar-1.example:4000',
      'example.com;srv',
      '10.0.0.1',
      '[2001:db8::1]:3864',
      { protocol: 'sctp', addresses: ['10.0.0.9'], port: 3864, names: ['named.example'] },
    ]);
    const accepted = [
      'dns:registrar-1.example',
      'dns:*.example',
      'dns:example.com',
      'ip:10.0.0.1',
      'ip:2001:DB8:0:0:0:0:0:1',
      'dns:named.example',
    ];
    const refused = [
      'dns:registrar-2.example.org',
      'dns:*.com.example',
      'dns:10.0.0.1',
      'uri:registrar-1.example',
      'ip:10.0.0.9',
      'email:registrar-1.example',
    ];
    expect(accepted.filter((name) => isRegistrar(certificate('dns:other', name)))).toEqual(accepted);
    expect(refused.filter((name) => isRegistrar(certificate(name)))).toEqual([]);
    expect(isRegistrar(certificate())).toBe(false);
  });

  it('or for one of the names that are given', () => {
    const isRegistrar = registrarCheck({ registrarNames: ['r.example'] }, ['10.0.0.1']);
    expect(isRegistrar(certificate('dns:r.example'))).toBe(true);
    expect(isRegistrar(certificate('ip:10.0.0.1'))).toBe(false);
  });
});
