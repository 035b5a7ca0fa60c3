import { describe, expect, it } from 'vitest';
import { PoolElement, PoolUser, poolHandle, Registrar } from '../../../src/rserpool/index.ts';
import { nodeTcp } from '../../../src/rserpool/node/node-tcp.ts';
import { encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { TestAuthority } from '../../harness/certificates.ts';
import { SimTcp } from '../../harness/sim-tcp.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';

const authority = new TestAuthority();
const REGISTRAR = '10.0.0.1';
const SCTP = { rtoInitialMs: 100, rtoMinMs: 50, rtoMaxMs: 400, associationMaxRetrans: 3 } as const;
const certificate = authority.certify('registrar.example', REGISTRAR);
const psk = { identity: 'pe-1', key: Buffer.alloc(32, 1) };
const elementKeys = new Map([[psk.identity, psk.key]]);
const resolution = encodeAsap({ kind: 'handle-resolution', subscribe: false, poolHandle: poolHandle('SecretPool') });

/** A secured registrar with TCP, and the element 7 in `SecretPool`. */
class Scope {
  readonly world = new SimWorld();
  /** What TCP carries, whole writes. */
  readonly wire: Buffer[] = [];
  readonly tcp = new SimTcp({
    clock: this.world.clock,
    segments: (bytes) => {
      this.wire.push(Buffer.from(bytes));
      return this.cut(bytes);
    },
  });
  cut = (bytes: Uint8Array): readonly Uint8Array[] => [bytes];
  registrar!: Registrar;
  #users = 0;

  static async start(options: Parameters<typeof Registrar.start>[0] = {}): Promise<Scope> {
    const scope = new Scope();
    scope.registrar = await Registrar.start({
      addresses: [REGISTRAR],
      substrate: scope.world.host('registrar', REGISTRAR),
      tcpNetwork: scope.tcp.host(REGISTRAR),
      sctp: SCTP,
      registrarId: 1,
      security: { certificate, elementKeys: { find: (identity) => elementKeys.get(identity) } },
      ...options,
    });
    await scope.world.run(scope.registrar.whenServing());
    await scope.world.run(
      PoolElement.join(
        'SecretPool',
        {
          registrars: [REGISTRAR],
          addresses: ['10.0.1.1'],
          substrate: scope.world.host('element', '10.0.1.1'),
          sctp: SCTP,
          peIdentifier: 7,
          security: { psk, certificate: authority.certify('10.0.1.1') },
        },
        async (session) => {
          for await (const { data } of session) await session.send(data);
        },
      ),
    );
    return scope;
  }

  user(registrars: readonly string[], { isPlain = false } = {}): Promise<PoolUser> {
    const security = isPlain ? undefined : { ca: authority.cert };
    const address = `10.0.2.${++this.#users}`;
    const substrate = this.world.host(`user ${this.#users}`, address);
    const tcpNetwork = this.tcp.host(address);
    return PoolUser.open({ registrars, addresses: [address], substrate, tcpNetwork, sctp: SCTP, security });
  }

  /** A connection without TLS; tells how it ended. */
  async raw(
    port: number,
    ...writes: readonly Uint8Array[]
  ): Promise<{ received: Buffer[]; ended: string | undefined }> {
    const socket = await this.world.run(
      this.tcp.host('10.0.3.1').connect(REGISTRAR, port, new AbortController().signal),
    );
    const seen = { received: [] as Buffer[], ended: undefined as string | undefined };
    socket.start({
      onData: (bytes) => seen.received.push(Buffer.from(bytes)),
      onDrain: () => undefined,
      onClose: (failure) => {
        seen.ended = failure ?? 'gracefully';
      },
    });
    for (const bytes of writes) socket.write(bytes);
    return seen;
  }

  get channels(): number {
    return this.registrar.snapshot().channels;
  }
}

describe('ASAP over TLS over TCP', () => {
  it('[ASAP-392] [ASAP-430] [ASAP-400] [ENRP-235] [SEC-056] answers users on port 3864, whom it proves who it is', async () => {
    const scope = await Scope.start();
    expect(scope.registrar.asapTcp).toEqual([{ protocol: 'tcp', addresses: [REGISTRAR], port: 3864 }]);
    const user = await scope.user([`${REGISTRAR};tcp`]);
    const elements = await scope.world.run(user.resolve('SecretPool'));
    expect(elements.map(({ identifier }) => identifier)).toEqual([7]);
    expect(user.home).toMatchObject({ protocol: 'tcp', addresses: [REGISTRAR], port: 3864 });
    // The session itself runs over SCTP, by TLS too.
    const session = await scope.world.run(user.connect('SecretPool'));
    await scope.world.run(session.send('hello'));
    expect(Buffer.from((await scope.world.run(session.receive())).data).toString()).toBe('hello');
  });

  it('[SEC-045] [SEC-056] [REQ-041] whatever goes by it is a TLS record: nobody on the way reads a word', async () => {
    const scope = await Scope.start();
    const user = await scope.user([`${REGISTRAR};tcp`]);
    await scope.world.run(user.resolve('SecretPool'));
    await expect(scope.world.run(user.resolve('OtherPool'))).rejects.toMatchObject({
      code: 'ERR_RSERPOOL_UNKNOWN_POOL',
    });
    const all = Buffer.concat(scope.wire);
    expect(scope.wire.length).toBeGreaterThan(5);
    // ChangeCipherSpec, alert, handshake, application data.
    expect(new Set(scope.wire.map((bytes) => bytes[0]!))).toEqual(new Set([20, 22, 23]));
    expect([all.includes('SecretPool'), all.includes('OtherPool')]).toEqual([false, false]);
  });

  it('takes records that come byte by byte', async () => {
    const scope = await Scope.start();
    scope.cut = (bytes) => Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
    const user = await scope.user([`${REGISTRAR};tcp`]);
    expect(await scope.world.run(user.resolve('SecretPool'))).toHaveLength(1);
  });

  it('[ASAP-429] [ENRP-260] [ASAP-438] what is no TLS is closed without an answer, and gives its place back', async () => {
    const scope = await Scope.start({
      asap: { tcpLimits: { maxConnections: 2 } },
      security: { certificate, elementKeys: { find: (identity) => elementKeys.get(identity) } },
    });
    const before = scope.channels;
    for (let i = 0; i < 5; i++) {
      const plain = await scope.raw(3864, resolution);
      await scope.world.pass(1000);
      expect(plain).toEqual({ received: [], ended: 'reset by peer' });
    }
    const plainUser = await scope.user([`${REGISTRAR}:3864;tcp`], { isPlain: true });
    const failed = scope.world.run(plainUser.resolve('SecretPool')).then(
      () => 'answered',
      (error: { code: string }) => error.code,
    );
    expect(await failed).toBe('ERR_RSERPOOL_NO_REGISTRAR');
    expect(scope.channels).toBe(before);
    const user = await scope.user([`${REGISTRAR};tcp`]);
    expect(await scope.world.run(user.resolve('SecretPool'))).toHaveLength(1);
  });

  it('a handshake that does not go on is given up, and there are not too many at a time', async () => {
    const scope = await Scope.start({
      security: {
        certificate,
        elementKeys: { find: (identity) => elementKeys.get(identity) },
        maxHandshakes: 2,
        handshakeTimeoutMs: 3000,
      },
    });
    // A ClientHello that does not come to its end.
    const begin = Buffer.from([22, 3, 1, 0, 200, 1, 0, 0, 196]);
    const silent = [await scope.raw(3864, begin), await scope.raw(3864)];
    await scope.world.pass(100);
    const third = await scope.raw(3864, begin);
    await scope.world.pass(100);
    expect([...silent, third].map(({ ended }) => ended)).toEqual([undefined, undefined, 'reset by peer']);
    await scope.world.pass(3000);
    expect(silent.map(({ ended }) => ended)).toEqual(['reset by peer', 'reset by peer']);
    const user = await scope.user([`${REGISTRAR};tcp`]);
    expect(await scope.world.run(user.resolve('SecretPool'))).toHaveLength(1);
  });

  it('[SEC-053] [SEC-019] [REQ-040] a registrar that cannot prove who it is hears no question', async () => {
    const stranger = new TestAuthority('stranger');
    for (const untrusted of [stranger.certify(REGISTRAR), authority.certify('10.0.0.2')]) {
      const scope = await Scope.start({
        security: { certificate: untrusted, elementKeys: { find: (identity) => elementKeys.get(identity) } },
      });
      const resolved: unknown[] = [];
      scope.registrar.on('resolved', (event) => resolved.push(event));
      const user = await scope.user([`${REGISTRAR};tcp`]);
      const answer = scope.world.run(user.resolve('SecretPool'));
      await expect(answer).rejects.toMatchObject({ code: 'ERR_RSERPOOL_NO_REGISTRAR' });
      expect([user.home, resolved]).toEqual([undefined, []]);
    }
  });

  it('keys that are taken away end it as they end associations', async () => {
    const scope = await Scope.start();
    const user = await scope.user([`${REGISTRAR};tcp`]);
    await scope.world.run(user.resolve('SecretPool'));
    user.reloadSecurity({ ca: new TestAuthority('another').cert });
    await scope.world.pass(1000);
    expect(user.home).toBeUndefined();
  });

  it('works on real sockets', async () => {
    const local = authority.certify('127.0.0.1');
    await using registrar = await Registrar.start({
      asap: { sctpPort: 0, tcp: 0 },
      enrp: { sctpPort: 0 },
      tcpNetwork: nodeTcp,
      security: { certificate: local, elementKeys: { find: (identity) => elementKeys.get(identity) } },
    });
    await registrar.whenServing();
    await using element = await PoolElement.join(
      'SecretPool',
      { registrars: [registrar.asap], security: { psk, certificate: local } },
      () => undefined,
    );
    await using user = await PoolUser.open({ registrars: [...registrar.asapTcp], security: { ca: authority.cert } });
    const [found] = await user.resolve('SecretPool');
    expect([found?.identifier, user.home?.protocol]).toEqual([element.peIdentifier, 'tcp']);
  });
});
