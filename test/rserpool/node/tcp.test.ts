import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/base/bytes.ts';
import {
  decodeAsap,
  PoolElement,
  PoolUser,
  poolHandle,
  Registrar,
  type RegistrarStartOptions,
} from '../../../src/rserpool/index.ts';
import { encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { SimTcp, type SimTcpSocket } from '../../harness/sim-tcp.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';

const REGISTRAR = '10.0.0.1';
const SCTP = { rtoInitialMs: 100, rtoMinMs: 50, rtoMaxMs: 400, associationMaxRetrans: 3 } as const;

interface Options extends RegistrarStartOptions {
  readonly segments?: (bytes: Uint8Array) => readonly Uint8Array[];
}

/** A registrar with TCP, an element in the pool `Pool`, and whoever else comes. */
class Scope {
  readonly world = new SimWorld();
  readonly tcp: SimTcp;
  registrar!: Registrar;
  element!: PoolElement;
  #users = 0;

  private constructor(segments: Options['segments']) {
    this.tcp = new SimTcp({ clock: this.world.clock, ...(segments && { segments }) });
  }

  static async start({ segments, ...options }: Options = {}): Promise<Scope> {
    const scope = new Scope(segments);
    scope.registrar = await Registrar.start({
      addresses: [REGISTRAR],
      substrate: scope.world.host('registrar', REGISTRAR),
      tcpNetwork: scope.tcp.host(REGISTRAR),
      sctp: SCTP,
      registrarId: 1,
      ...options,
    });
    await scope.world.run(scope.registrar.whenServing());
    scope.element = await scope.world.run(
      PoolElement.join(
        'Pool',
        {
          registrars: [REGISTRAR],
          addresses: ['10.0.1.1'],
          substrate: scope.world.host('element', '10.0.1.1'),
          sctp: SCTP,
          peIdentifier: 7,
        },
        async (session) => {
          for await (const { data } of session) await session.send(data);
        },
      ),
    );
    return scope;
  }

  user(registrars: readonly string[], config = {}): Promise<PoolUser> {
    const address = `10.0.2.${++this.#users}`;
    const substrate = this.world.host(`user ${this.#users}`, address);
    const tcpNetwork = this.tcp.host(address);
    return PoolUser.open({ registrars, addresses: [address], substrate, tcpNetwork, sctp: SCTP, config });
  }

  /** A peer that writes bytes as it likes. */
  async raw(address = '10.0.3.1', start = true): Promise<RawPeer> {
    const signal = new AbortController().signal;
    const socket = await this.world.run(this.tcp.host(address).connect(REGISTRAR, 3863, signal));
    return new RawPeer(socket as SimTcpSocket, start);
  }

  get channels(): number {
    return this.registrar.snapshot().channels;
  }
}

class RawPeer {
  readonly socket: SimTcpSocket;
  readonly received: string[] = [];
  #closed: string | undefined;

  constructor(socket: SimTcpSocket, start: boolean) {
    this.socket = socket;
    if (start) this.start();
  }

  start(): void {
    this.socket.start({
      onData: (bytes) => this.received.push(toHex(bytes)),
      onDrain: () => undefined,
      onClose: (failure) => {
        this.#closed = failure ?? 'gracefully';
      },
    });
  }

  get closed(): string | undefined {
    return this.#closed ?? (this.socket.isOpen ? undefined : 'reset by peer');
  }

  get kinds(): string[] {
    return this.received.map((hex) => decodeAsap(Buffer.from(hex, 'hex')).kind);
  }
}

const handle = poolHandle('Pool');
const resolution = (): Uint8Array =>
  encodeAsap({ kind: 'handle-resolution', subscribe: false, poolHandle: handle, itemCount: undefined });
const byteByByte = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));

describe('ASAP over TCP', () => {
  it('[ASAP-014] [ASAP-168] [ASAP-184] [ASAP-391] answers users by TCP and by SCTP on the well-known ports alike', async () => {
    const scope = await Scope.start();
    expect(scope.registrar.asapTcp).toEqual([{ protocol: 'tcp', addresses: [REGISTRAR], port: 3863 }]);
    const [byTcp, bySctp] = [await scope.user([`${REGISTRAR};tcp`]), await scope.user([REGISTRAR])];
    const answers = await scope.world.run(Promise.all([byTcp.resolve('Pool'), bySctp.resolve('Pool')]));
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]!.map(({ identifier }) => identifier)).toEqual([7]);
    expect([byTcp.home, bySctp.home].map((home) => [home?.protocol, home?.port])).toEqual([
      ['tcp', 3863],
      ['sctp', 3863],
    ]);
    // The session itself runs over SCTP.
    const session = await scope.world.run(byTcp.connect('Pool'));
    await session.send('hello');
    expect(new TextDecoder().decode((await scope.world.run(session.receive())).data)).toBe('hello');
  });

  it('[ASAP-022] understands messages that come byte by byte, and tells them so', async () => {
    const scope = await Scope.start({ segments: byteByByte });
    const user = await scope.user([`${REGISTRAR}:3863;tcp`]);
    expect(await scope.world.run(user.resolve('Pool'))).toHaveLength(1);
    const unknown = scope.world.run(user.resolve('Nobody'));
    await expect(unknown).rejects.toMatchObject({ code: 'ERR_RSERPOOL_UNKNOWN_POOL' });
  });

  it('[ASAP-022] answers several messages of one segment, in their order', async () => {
    const scope = await Scope.start();
    const peer = await scope.raw();
    const unreachable = encodeAsap({ kind: 'endpoint-unreachable', poolHandle: handle, peIdentifier: 99 });
    peer.socket.write(
      Buffer.concat([resolution(), unreachable, resolution(), new Uint8Array([0x45, 0, 0, 5, 1, 0, 0, 0])]),
    );
    await scope.world.pass(100);
    expect(peer.kinds).toEqual(['handle-resolution-response', 'handle-resolution-response', 'error']);
  });

  it('[ASAP-013] refuses registrations by TCP, and elements do not look for registrars there', async () => {
    const scope = await Scope.start();
    const peer = await scope.raw('10.0.1.1');
    const element = {
      identifier: 8,
      homeRegistrarIdentifier: 0,
      registrationLifeS: 600,
      userTransport: { protocol: 'tcp', port: 80, addresses: ['10.0.1.1'] },
      policy: { kind: 'round-robin' },
    } as const;
    peer.socket.write(encodeAsap({ kind: 'registration', poolHandle: poolHandle('Other'), element }));
    await scope.world.pass(100);
    expect(decodeAsap(Buffer.from(peer.received[0]!, 'hex'))).toMatchObject({
      kind: 'registration-response',
      rejected: true,
    });
    expect(scope.registrar.snapshot().pools.map(({ poolHandle }) => poolHandle.toString())).toEqual(['Pool']);
    const byTcp = PoolElement.join('Pool', { registrars: [`${REGISTRAR};tcp`] }, () => undefined);
    await expect(byTcp).rejects.toMatchObject({
      code: 'ERR_RSERPOOL_BAD_ARGUMENT',
      message: '"10.0.0.1;tcp": it is reached by sctp only (RFC 5352 §2.1)',
    });
  });

  it('lets nobody speak for an element by TCP, not even from its address and port number', async () => {
    const scope = await Scope.start();
    const { port } = scope.element.target;
    // A socket whose port is that of the element's SCTP endpoint.
    scope.tcp.nextPort = port;
    const peer = await scope.raw('10.0.1.1');
    peer.socket.write(encodeAsap({ kind: 'deregistration', poolHandle: handle, peIdentifier: 7 }));
    await scope.world.pass(100);
    expect(peer.socket.local.port).toBe(port);
    expect(decodeAsap(Buffer.from(peer.received[0]!, 'hex'))).toMatchObject({
      kind: 'deregistration-response',
      causes: [{ kind: 'rejected-for-security' }],
    });
    expect(scope.registrar.snapshot().pools[0]?.elements).toHaveLength(1);
  });

  it('[ASAP-239] goes from SCTP to TCP when a registrar cannot be reached by SCTP, and not before', async () => {
    const scope = await Scope.start();
    const dead = '10.9.9.9';
    const user = await scope.user([`${REGISTRAR};tcp`, dead], { t5ServerhuntMs: 60_000 });
    await scope.world.pass(20);
    expect(user.home).toBeUndefined();
    expect(await scope.world.run(user.resolve('Pool'))).toHaveLength(1);
    expect(user.home?.protocol).toBe('tcp');
  });

  it('[ASAP-232] a user whose registrar closes the connection finds another one', async () => {
    const scope = await Scope.start();
    const user = await scope.user([`${REGISTRAR};tcp`]);
    await scope.world.run(user.resolve('Pool'));
    const changes: (string | undefined)[] = [];
    user.on('home-changed', ({ home }) => changes.push(home?.protocol));
    await scope.world.run(scope.registrar.close());
    await scope.world.pass(100);
    expect([changes, user.home]).toEqual([[undefined], undefined]);
  });

  it('counts TCP off if it is switched off, and says which port is taken', async () => {
    const off = await Scope.start({ asap: { tcp: false } });
    expect(off.registrar.asapTcp).toEqual([]);
    const user = await off.user([`${REGISTRAR};tcp`], { t5ServerhuntMs: 500 });
    await expect(off.world.run(user.resolve('Pool'))).rejects.toMatchObject({ code: 'ERR_RSERPOOL_NO_REGISTRAR' });

    const scope = await Scope.start();
    const address = '10.0.0.9';
    const tcpNetwork = scope.tcp.host(address);
    await tcpNetwork.listen({ address, port: 3863, onConnection: () => undefined });
    const substrate = scope.world.host('other', address);
    const options = { addresses: [address], substrate, tcpNetwork };
    await expect(Registrar.start({ ...options, asap: { tcp: 3863 } })).rejects.toMatchObject({
      code: 'ERR_RSERPOOL_PORT_TAKEN',
      details: { address, port: 3863 },
    });
    const anyPort = await Registrar.start(options);
    expect(anyPort.asapTcp[0]!.port).toBeGreaterThan(49_151);
  });
});

describe('peers of a registrar that are slow or hostile, by TCP', () => {
  const TIMES = { progressTimeoutMs: 1000, idleTimeoutMs: 5000 };

  it('closes a connection whose message does not come to its end, however it drips', async () => {
    const scope = await Scope.start({ asap: { tcpLimits: TIMES } });
    const peer = await scope.raw();
    const before = scope.channels;
    for (const byte of byteByByte(resolution()).slice(0, 11)) {
      peer.socket.write(byte);
      await scope.world.pass(90);
    }
    expect(peer.closed).toBeUndefined();
    await scope.world.pass(60);
    expect([peer.closed, scope.channels]).toEqual(['reset by peer', before - 1]);
  });

  it('closes an idle connection, but not one that asks now and then', async () => {
    const scope = await Scope.start({ asap: { tcpLimits: TIMES } });
    const [silent, active] = [await scope.raw(), await scope.raw('10.0.3.2')];
    for (let i = 0; i < 3; i++) {
      await scope.world.pass(2500);
      active.socket.write(resolution());
    }
    await scope.world.pass(100);
    expect([silent.closed, active.closed, active.received.length]).toEqual(['reset by peer', undefined, 3]);
  });

  it('closes a connection at bytes that cannot be a message', async () => {
    const scope = await Scope.start();
    const peer = await scope.raw();
    peer.socket.write(Buffer.concat([resolution(), new Uint8Array([5, 0, 0, 0]), resolution()]));
    await scope.world.pass(50);
    expect([peer.kinds, peer.closed]).toEqual([['handle-resolution-response'], 'reset by peer']);
  });

  it('does not read from a peer that does not read, and gives it up', async () => {
    const scope = await Scope.start({ asap: { tcpLimits: { ...TIMES, maxWaitingBytes: 65_536 } } });
    const peer = await scope.raw('10.0.3.1', false);
    const resolved: unknown[] = [];
    scope.registrar.on('resolved', (event) => resolved.push(event));
    for (let i = 0; i < 100; i++) peer.socket.write(resolution());
    await scope.world.pass(900);
    // Each was a segment of its own: the answer to the first one was not taken.
    expect(resolved).toHaveLength(1);
    await scope.world.pass(300);
    peer.start();
    await scope.world.pass(50);
    expect(peer.closed).toBe('reset by peer');
  });

  it('gives up a peer for which too many bytes wait, though they come from one segment', async () => {
    const scope = await Scope.start({ asap: { tcpLimits: { ...TIMES, maxWaitingBytes: 65_536 } } });
    const peer = await scope.raw('10.0.3.1', false);
    peer.socket.write(Buffer.concat(Array.from({ length: 5000 }, resolution)));
    await scope.world.pass(20);
    peer.start();
    await scope.world.pass(20);
    expect(peer.closed).toBe('reset by peer');
  });

  it('takes a bounded number of connections, from everybody and from each', async () => {
    const scope = await Scope.start({ asap: { tcpLimits: { maxConnections: 3, maxConnectionsPerAddress: 2 } } });
    const one = [await scope.raw(), await scope.raw(), await scope.raw()];
    const other = [await scope.raw('10.0.3.2'), await scope.raw('10.0.3.2')];
    await scope.world.pass(50);
    expect([...one, ...other].map(({ closed }) => closed === undefined)).toEqual([true, true, false, true, false]);
    one[0]!.socket.end();
    await scope.world.pass(50);
    const next = await scope.raw();
    await scope.world.pass(50);
    expect([one[0]!.closed, next.closed]).toEqual(['gracefully', undefined]);
  });
});
