import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import {
  decodeAsap,
  type JoinOptions,
  PoolElement,
  PoolUser,
  Registrar,
  type RegistrarStartOptions,
} from '../../../src/rserpool/index.ts';
import { MulticastListener } from '../../../src/rserpool/node/multicast-listener.ts';
import { asapListening } from '../../../src/rserpool/node/multicast-options.ts';
import type { TapEntry } from '../../harness/network.ts';
import { runAsync } from '../../harness/run-async.ts';
import { SimTcp } from '../../harness/sim-tcp.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';

const SCTP = { rtoInitialMs: 100, rtoMinMs: 50, rtoMaxMs: 400, associationMaxRetrans: 3 } as const;
const IPV4 = '224.0.1.185';
const IPV6 = 'ff05::133';
const RSPLIB = '239.0.0.50';

class Scope {
  readonly world = new SimWorld();
  /** What was sent to multicast groups, `SOURCE PORT > GROUP PORT` with its bytes. */
  readonly sent: { readonly way: string; readonly bytes: Uint8Array; readonly at: number }[] = [];

  constructor() {
    this.world.network.tap(({ fate, from, to, bytes, at }: TapEntry) => {
      if (fate !== 'sent' || !/^(2[23]\d\.|ff)/.test(to.address)) return;
      this.sent.push({ way: `${from.address} ${from.udpPort} > ${to.address} ${to.udpPort}`, bytes, at });
    });
  }

  async registrar(addresses: readonly string[], options: Partial<RegistrarStartOptions> = {}): Promise<Registrar> {
    const substrate = options.substrate ?? this.world.host(addresses[0]!, ...addresses);
    const config = { mentorDiscoveryTimeoutMs: 100, ...options.config };
    return Registrar.start({ addresses, sctp: SCTP, ...options, substrate, config });
  }

  join(addresses: readonly string[], options: Partial<JoinOptions> = {}): Promise<PoolElement> {
    const substrate = options.substrate ?? this.world.host(addresses[0]!, ...addresses);
    return PoolElement.join('Pool', { addresses, sctp: SCTP, ...options, substrate }, () => undefined);
  }

  /** Somebody who only listens: what it hears makes the network carry it. */
  async listener(group: string, address: string, port = 3863): Promise<void> {
    const host = this.world.host(`listener ${group} ${address}`, address);
    await host.openSocket({
      address: address.includes(':') ? '::' : '0.0.0.0',
      port,
      multicastGroups: [group],
      shared: true,
      onDatagram: () => undefined,
      onError: () => undefined,
    });
  }

  ways(): string[] {
    return [...new Set(this.sent.splice(0).map(({ way }) => way))].sort();
  }
}

describe('registrars that announce themselves', () => {
  it('[ASAP-247] [ASAP-394] [ASAP-395] send to the groups of RFC 5352 and of rsplib, from the SCTP port, on each interface', async () => {
    const scope = new Scope();
    await Promise.all([scope.listener(IPV4, '10.9.0.1'), scope.listener(RSPLIB, '10.9.0.2')]);
    await scope.listener(IPV6, '2001:db8::9');
    await scope.registrar(['10.0.0.1', '10.1.0.1', '2001:db8::1'], { announce: true, registrarId: 1 });
    await scope.world.pass(1500);
    const [first] = scope.sent;
    expect(decodeAsap(first!.bytes)).toMatchObject({
      kind: 'server-announce',
      transports: [{ protocol: 'sctp', port: 3863, addresses: ['10.0.0.1', '10.1.0.1', '2001:db8::1'] }],
    });
    expect(scope.ways()).toEqual([
      '10.0.0.1 3863 > 224.0.1.185 3863',
      '10.0.0.1 3863 > 239.0.0.50 3863',
      '10.1.0.1 3863 > 224.0.1.185 3863',
      '10.1.0.1 3863 > 239.0.0.50 3863',
      '2001:db8::1 3863 > ff05::133 3863',
    ]);
  });

  it('[ASAP-225] say all places where ASAP is taken: TCP first, one SCTP transport last', async () => {
    const scope = new Scope();
    await scope.listener(IPV4, '10.9.0.1');
    const tcp = new SimTcp({ clock: scope.world.clock });
    const addresses = ['10.0.0.1', '10.1.0.1'];
    await scope.registrar(addresses, { announce: true, registrarId: 1, tcpNetwork: tcp.host('10.0.0.1') });
    await scope.world.pass(500);
    const { transports } = decodeAsap(scope.sent[0]!.bytes) as Extract<
      ReturnType<typeof decodeAsap>,
      { kind: 'server-announce' }
    >;
    expect(transports.map(({ protocol, addresses: of }) => [protocol, ...of])).toEqual([
      ['tcp', '10.1.0.1'],
      ['tcp', '10.0.0.1'],
      ['sctp', '10.0.0.1', '10.1.0.1'],
    ]);
  });

  it('send where they are told to, and not beyond', async () => {
    const scope = new Scope();
    await scope.listener('239.1.2.3', '10.9.0.1', 4444);
    const announce = { groups: ['239.1.2.3:4444'], interfaces: ['eth1'] };
    await scope.registrar(['10.0.0.1', '10.1.0.1'], { announce });
    await scope.world.pass(500);
    expect(scope.ways()).toEqual(['10.1.0.1 3863 > 239.1.2.3 4444']);
  });

  it('are refused for what is no multicast, or not there', async () => {
    for (const [announce, message] of [
      [{ interfaces: ['eth7'] }, 'eth7 has no address of that family, or is not there; known are eth0'],
      [{ groups: ['10.0.0.1'] }, '"10.0.0.1": expected ADDRESS[:PORT] of a multicast group'],
      [{ groups: [] }, 'no multicast group is given'],
      [{ ttl: 256 }, 'ttl is a number from 0 to 255, not 256'],
    ] as const) {
      await expect(new Scope().registrar(['10.0.0.1'], { announce })).rejects.toMatchObject({
        code: 'ERR_RSERPOOL_BAD_ARGUMENT',
        message: expect.stringContaining(message),
      });
    }
  });

  it('send from any port if another program has the SCTP port number for itself', async () => {
    const scope = new Scope();
    await scope.listener(IPV4, '10.9.0.1');
    const substrate = scope.world.host('shared', '10.0.0.1');
    const silent = { onDatagram: () => undefined, onError: () => undefined };
    await substrate.openSocket({ address: '10.0.0.1', port: 4001, ...silent });
    await scope.registrar(['10.0.0.1'], { announce: { groups: [IPV4] }, asap: { sctpPort: 4001 }, substrate });
    await scope.world.pass(500);
    expect(scope.ways()).toEqual([expect.stringMatching(/^10\.0\.0\.1 (?!4001)\d+ > 224\.0\.1\.185 3863$/)]);
  });

  it('follow interfaces that come and go', async () => {
    const scope = new Scope();
    await scope.listener(IPV4, '10.9.0.1');
    const substrate = scope.world.host('moving', '10.0.0.1', '10.1.0.1');
    substrate.down.add('eth1');
    const announce = { groups: [IPV4], interfaces: ['eth0', 'eth1'] };
    await scope.registrar(['10.0.0.1'], { announce, substrate });
    const sources = async (): Promise<string[]> => {
      await scope.world.pass(5100);
      scope.ways();
      await scope.world.pass(1000);
      return scope.ways().map((way) => way.split(' ')[0]!);
    };
    expect(await sources()).toEqual(['10.0.0.1']);
    substrate.down.clear();
    expect(await sources()).toEqual(['10.0.0.1', '10.1.0.1']);
    substrate.down.add('eth0');
    expect(await sources()).toEqual(['10.1.0.1']);
  });

  it('[ASAP-225] [ASAP-226] hear each other, and announce themselves the less often the more there are', async () => {
    const scope = new Scope();
    for (const i of [1, 2, 3]) await scope.registrar([`10.0.0.${i}`], { announce: { groups: [IPV4] }, registrarId: i });
    await scope.world.pass(10_000);
    scope.sent.length = 0;
    await scope.world.pass(9000);
    // Each is sent once for every listener of the group: those of the three registrars.
    const instants = new Set(scope.sent.map(({ at, way }) => `${at} ${way}`));
    expect(instants.size).toBe(9);
  });
});

describe('elements and users that listen', () => {
  it('[ASAP-006] [ASAP-246] [ASAP-288] [ASAP-300] [ASAP-310] [OVW-022] [OVW-025] find a registrar without configuration, in either family', async () => {
    for (const [own, user] of [
      ['10.0.0.1', '10.0.2.1'],
      ['2001:db8::1', '2001:db8::2:1'],
    ] as const) {
      const scope = new Scope();
      const registrar = await scope.registrar([own], { announce: true, asap: { sctpPort: 4001 } });
      const element = await scope.world.run(scope.join([own.replace(/1$/, '7')]));
      expect(element.home).toMatchObject({ addresses: [own], port: 4001 });
      expect(registrar.snapshot().pools[0]?.elements).toHaveLength(1);
      const substrate = scope.world.host('user', user);
      const finder = await PoolUser.open({ addresses: [user], sctp: SCTP, substrate });
      expect(await scope.world.run(finder.resolve('Pool'))).toHaveLength(1);
    }
  });

  it('[ASAP-246] hear every scope of IPv6, and the group that rsplib uses', async () => {
    for (const group of ['ff02::133', 'ff05::133', 'ff08::133', 'ff0e::133', RSPLIB]) {
      const scope = new Scope();
      const own = group === RSPLIB ? '10.0.0.1' : '2001:db8::1';
      await scope.registrar([own], { announce: { groups: [group] } });
      const element = await scope.world.run(scope.join([own.replace(/1$/, '7')]), 60_000);
      expect(element.home?.addresses).toEqual([own]);
    }
  });

  it('[ASAP-229] take an announcement without transports for SCTP on the well-known port of its source', async () => {
    const scope = new Scope();
    const substrate = scope.world.host('registrar', '10.0.0.8');
    await scope.registrar(['10.0.0.8'], { substrate });
    const joining = scope.join(['10.0.0.7']);
    await scope.world.pass(100);
    const silent = { onDatagram: () => undefined, onError: () => undefined };
    const socket = await substrate.openSocket({ address: '10.0.0.8', port: 0, ...silent });
    socket.send(fromHex('0a000008 00000001'), IPV4, 3863);
    expect((await scope.world.run(joining)).home).toMatchObject({ addresses: ['10.0.0.8'], port: 3863 });
  });

  it('[ASAP-249] read a bounded number of announcements from one source, and hear the others meanwhile', async () => {
    const scope = new Scope();
    const heard: string[] = [];
    await MulticastListener.open(asapListening(true)!, scope.world.host('ears', '10.0.0.1'), (address, _, bytes) =>
      heard.push(`${address} ${toHex(bytes)}`),
    );
    const open = (address: string) =>
      scope.world.host(address, address).openSocket({
        address,
        port: 0,
        onDatagram: () => undefined,
        onError: () => undefined,
      });
    const [flood, calm] = [await open('10.0.0.2'), await open('10.0.0.3')];
    for (let i = 0; i < 500; i++) flood.send(fromHex('0a000008 00000002'), IPV4, 3863);
    calm.send(fromHex('0a000008 00000003'), IPV4, 3863);
    await scope.world.pass(100);
    expect(heard.filter((each) => each.startsWith('10.0.0.2'))).toHaveLength(20);
    expect(heard.filter((each) => each.startsWith('10.0.0.3'))).toEqual(['10.0.0.3 0a00000800000003']);
  });

  it('listen no more when they are closed', async () => {
    const scope = new Scope();
    const substrate = scope.world.host('user', '10.0.0.1');
    const user = await PoolUser.open({ addresses: ['10.0.0.1'], substrate });
    await scope.world.run(user.close());
    await scope.registrar(['10.0.0.2'], { announce: true });
    await scope.world.pass(5000);
    expect(scope.ways()).toHaveLength(2);
    await expect(runAsync(scope.world.clock, user.resolve('Pool'))).rejects.toMatchObject({
      code: 'ERR_RSERPOOL_CLOSED',
    });
  });
});

describe('registrars that find each other by multicast', () => {
  it('[OVW-020] call whoever they hear, and one of them is the mentor of the next', async () => {
    const scope = new Scope();
    const start = (i: number) =>
      scope.registrar([`10.0.0.${i}`], {
        registrarId: i,
        enrp: { announce: true },
        config: { mentorDiscoveryTimeoutMs: 5000 },
      });
    const first = await start(1);
    await scope.world.run(first.whenServing());
    expect(scope.world.clock.now()).toBe(5000);
    const second = await start(2);
    const mentors: (number | undefined)[] = [];
    second.on('serving', ({ mentorId }) => mentors.push(mentorId));
    await scope.world.pass(1000);
    expect(mentors).toEqual([1]);
    const third = await start(3);
    await scope.world.pass(1000);
    for (const registrar of [first, second, third]) {
      expect(registrar.snapshot().peers.filter(({ connected }) => connected)).toHaveLength(2);
    }
    expect(scope.ways()).toContain('10.0.0.1 9901 > 239.0.0.51 9901');
  });

  it('neither send nor hear PRESENCE by multicast unless that is wanted', async () => {
    const scope = new Scope();
    const quiet = await scope.registrar(['10.0.0.1']);
    const loud = await scope.registrar(['10.0.0.2'], { enrp: { announce: true } });
    await scope.world.pass(10_000);
    expect([quiet.snapshot().peers, loud.snapshot().peers]).toEqual([[], []]);
    expect(scope.ways()).toEqual(['10.0.0.2 9901 > 239.0.0.51 9901']);
  });
});
