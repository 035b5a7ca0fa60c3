import { describe, expect, it } from 'vitest';
import { PoolElement, PPID, Registrar, type RegistrarStartOptions } from '../../../src/rserpool/index.ts';
import { encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { type SctpAssociation, SctpEndpoint } from '../../../src/sctp/index.ts';
import { TestAuthority } from '../../harness/certificates.ts';
import { element } from '../registrar/registrar-ladder.ts';
import { SCTP, Scope } from './scope.ts';

const authority = new TestAuthority();
const REGISTRAR = '10.0.0.1';
const ENEMY = '10.0.9.9';
const keys = new Map(['pe-1', 'pe-2'].map((name, i) => [name, Buffer.alloc(32, i + 1)]));

/** A registrar at 10.0.0.1, and an enemy at 10.0.9.9 with an SCTP of its own. */
class Siege {
  readonly scope = new Scope();
  readonly endpoints: SctpEndpoint[] = [];
  readonly registrar: Promise<Registrar>;

  constructor(options: RegistrarStartOptions = {}) {
    const substrate = this.scope.host('registrar', REGISTRAR);
    this.registrar = Registrar.start({ addresses: [REGISTRAR], substrate, sctp: SCTP, ...options });
  }

  /** So many associations of the enemy. */
  async associate(count: number, sctpPort = 3863): Promise<SctpAssociation[]> {
    const { world } = this.scope;
    const substrate = this.scope.hosts.get('enemy') ?? this.scope.host('enemy', ENEMY);
    this.endpoints.push(await SctpEndpoint.bind({ addresses: [ENEMY], substrate, config: SCTP }));
    const { encapsulation } = this.endpoints[0]!;
    while (this.endpoints.length < count) this.endpoints.push(await SctpEndpoint.bind({ encapsulation, config: SCTP }));
    const target = { addresses: [REGISTRAR], sctpPort };
    return world.run(Promise.all(this.endpoints.map((endpoint) => endpoint.connect(target))));
  }

  /** How long an honest element takes to be in a pool, ms. */
  async joins(options: { readonly security?: Parameters<typeof PoolElement.join>[1]['security'] } = {}) {
    const { world } = this.scope;
    const substrate = this.scope.host('element', '10.0.1.1');
    const from = world.clock.now();
    const joining = PoolElement.join(
      'Pool',
      { registrars: [REGISTRAR], addresses: ['10.0.1.1'], substrate, sctp: SCTP, ...options },
      () => undefined,
    );
    await world.run(joining);
    return world.clock.now() - from;
  }
}

describe('a registrar under a flood of one peer', () => {
  it('[SEC-014] of registrations: they wait in its window, none is lost, and others register at once', async () => {
    const siege = new Siege({ config: { keepAlivePeriodMs: 0, registrationBurst: 100 } });
    const registrar = await siege.registrar;
    const [association] = await siege.associate(1);
    const user = { protocol: 'sctp', port: 4711, use: 'data-and-control', addresses: [ENEMY] } as const;
    const send = (i: number): Promise<void> =>
      association!.send(
        encodeAsap({
          kind: 'registration',
          poolHandle: poolHandle(`Flood${i}`),
          element: element(i, 9, { userTransport: user }),
        }),
        { ppid: PPID.asap },
      );
    const flood = (async () => {
      for (let i = 1; i <= 1000; i++) await send(i);
    })();
    await siege.scope.world.run(flood);
    await siege.scope.world.pass(1000);
    expect(await siege.joins()).toBeLessThan(1000);
    const registered = () => registrar.snapshot().counters.registrations;
    // 100 at once, and 200 in each second since.
    expect(registered()).toBeLessThan(100 + 2 * 200);
    expect(registered()).toBeGreaterThan(100 + 100);
    await siege.scope.world.pass(6000);
    expect(registered()).toBe(1001);
  });

  it('[SEC-014] of associations: it has its share of channels, and others have theirs', async () => {
    const siege = new Siege({ config: { maxChannels: 30, maxChannelsPerPeer: 20 } });
    const registrar = await siege.registrar;
    await siege.associate(50);
    await siege.scope.world.pass(100);
    expect(registrar.snapshot().channels).toBe(20);
    expect(await siege.joins()).toBeLessThan(1000);
  });

  it('[SEC-014] of handshakes that do not go on: others are let in', async () => {
    const siege = new Siege({
      security: {
        certificate: authority.certify(REGISTRAR),
        elementKeys: { find: (identity) => keys.get(identity) },
        maxHandshakes: 40,
        maxHandshakesPerAddress: 30,
      },
    });
    const registrar = await siege.registrar;
    const refused: string[] = [];
    registrar.on('handshake-refused', ({ address, why }) => refused.push(`${address}: ${why}`));
    const associations = await siege.associate(50, 3864);
    const psk = { identity: 'pe-1', key: keys.get('pe-1')! };
    expect(await siege.joins({ security: { psk } })).toBeLessThan(1000);
    let open = associations.length;
    for (const { closed } of associations) void closed.then(() => open--);
    await siege.scope.world.pass(0);
    expect(open).toBe(30);
    // Told once, and counted.
    expect(refused).toEqual([`${ENEMY}: too many handshakes of one address at a time`]);
    expect(registrar.snapshot().counters.refusedHandshakes).toBe(20);
    await siege.scope.world.pass(10_000);
    expect(open).toBe(0);
  });
});
