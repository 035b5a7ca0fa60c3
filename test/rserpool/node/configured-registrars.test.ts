import { describe, expect, it } from 'vitest';
import { PoolUser, type PoolUserOptions, Registrar } from '../../../src/rserpool/index.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';
import { Names } from './names.ts';

const SCTP = { rtoInitialMs: 100, rtoMinMs: 50, rtoMaxMs: 400, associationMaxRetrans: 3 } as const;

class Scope {
  readonly world = new SimWorld();
  readonly names = new Names();
  #users = 0;

  async registrar(address: string, options = {}): Promise<Registrar> {
    const substrate = this.world.host(address, address);
    const config = { mentorDiscoveryTimeoutMs: 100 };
    const registrar = await Registrar.start({ addresses: [address], substrate, sctp: SCTP, config, ...options });
    await this.world.run(registrar.whenServing());
    return registrar;
  }

  user(registrars: readonly string[], options: Partial<PoolUserOptions> = {}): Promise<PoolUser> {
    const address = `10.0.2.${++this.#users}`;
    return PoolUser.open({
      registrars,
      addresses: [address],
      substrate: this.world.host(`user ${this.#users}`, address),
      sctp: SCTP,
      resolver: this.names,
      config: { t5ServerhuntMs: 1000 },
      ...options,
    });
  }
}

describe('registrars by name', () => {
  it('[ASAP-006] [ASAP-021] are found at the address and port that the name server knows', async () => {
    const scope = new Scope();
    await scope.registrar('10.0.0.1', { asap: { sctpPort: 4001 } });
    scope.names.host('r.example', '10.0.0.1').service('_asap._sctp.example', '0 0 4001 r.example');
    const user = await scope.user(['example;srv']);
    await scope.world.pass(100);
    expect(user.home).toMatchObject({ addresses: ['10.0.0.1'], port: 4001 });
  });

  it('by priority: the second one only when the first does not answer', async () => {
    const scope = new Scope();
    await scope.registrar('10.0.0.1');
    await scope.registrar('10.0.0.2');
    scope.names
      .host('r1.example', '10.0.0.1')
      .host('r2.example', '10.0.0.2')
      .host('r3.example', '10.0.0.3')
      .service('_asap._sctp.one', '2 0 3863 r1.example', '1 0 3863 r2.example')
      .service('_asap._sctp.two', '2 0 3863 r1.example', '1 0 3863 r3.example');
    const [one, two] = [await scope.user(['one;srv']), await scope.user(['two;srv'])];
    await scope.world.pass(50);
    expect([one.home?.addresses, two.home]).toEqual([['10.0.0.2'], undefined]);
    await scope.world.pass(2000);
    expect(two.home?.addresses).toEqual(['10.0.0.1']);
  });

  it('are looked up again while none can be reached, with growing pauses', async () => {
    const scope = new Scope();
    scope.names.host('r.example', '10.0.0.1');
    const user = await scope.user(['r.example'], { lookup: { nameRetryMs: 1000, nameTtlMs: 4000 } });
    const times: number[] = [];
    for (let i = 0; i < 160; i++) {
      await scope.world.pass(100);
      if (scope.names.asked.splice(0).length > 0) times.push(scope.world.clock.now());
    }
    expect(times.slice(1)).toEqual([1000, 3000, 7000, 11_000, 15_000]);
    await scope.registrar('10.0.0.2');
    scope.names.host('r.example', '10.0.0.2');
    await scope.world.pass(6000);
    expect(user.home?.addresses).toEqual(['10.0.0.2']);
  });

  it('are looked up again when the answer is too old, and the home stays', async () => {
    const scope = new Scope();
    await scope.registrar('10.0.0.1');
    const second = await scope.registrar('10.0.0.2');
    scope.names.host('r.example', '10.0.0.2').ttlS = 30;
    const user = await scope.user(['r.example']);
    await scope.world.pass(29_000);
    expect(scope.names.asked).toHaveLength(1);
    scope.names.host('r.example', '10.0.0.1');
    await scope.world.pass(2000);
    expect([scope.names.asked.length, user.home?.addresses]).toEqual([2, ['10.0.0.2']]);
    await scope.world.run(second.close());
    await scope.world.pass(100);
    expect(user.home?.addresses).toEqual(['10.0.0.1']);
  });

  it('that are unknown are reported; what is known is used, also when it is forgotten by the name server', async () => {
    const scope = new Scope();
    await scope.registrar('10.0.0.1');
    scope.names.host('r.example', '10.0.0.1');
    await expect(scope.user(['gone.example'])).rejects.toMatchObject({ code: 'ERR_RSERPOOL_LOOKUP' });
    const user = await scope.user(['gone.example', 'r.example']);
    const failures: string[] = [];
    user.on('lookup-failed', ({ message }) => failures.push(message));
    await scope.world.pass(100);
    expect([user.home?.addresses, failures]).toEqual([['10.0.0.1'], ['"gone.example" was not found: ENOTFOUND']]);
    scope.names.hosts.clear();
    await scope.world.pass(61_000);
    expect(failures).toHaveLength(3);
    expect(user.home?.addresses).toEqual(['10.0.0.1']);
  });

  it('with announcements beside them may all be unknown', async () => {
    const scope = new Scope();
    const user = await scope.user(['gone.example'], { announcements: true });
    expect(user.home).toBeUndefined();
  });

  it('are asked no more when nobody needs them', async () => {
    const scope = new Scope();
    scope.names.host('r.example', '10.0.0.1');
    const user = await scope.user(['r.example']);
    await scope.world.run(user.close());
    const asked = scope.names.asked.length;
    await scope.world.pass(300_000);
    expect(scope.names.asked).toHaveLength(asked);
  });

  it('are found by each other: peers by SRV, and again when they have moved', async () => {
    const scope = new Scope();
    await scope.registrar('10.0.0.1', { registrarId: 1 });
    scope.names.host('r1.example', '10.0.0.7').service('_enrp._sctp.example', '0 0 9901 r1.example');
    const second = await scope.registrar('10.0.0.2', {
      registrarId: 2,
      peers: ['example;srv'],
      resolver: scope.names,
      lookup: { nameRetryMs: 1000 },
    });
    expect(second.snapshot().peers).toEqual([]);
    scope.names.host('r1.example', '10.0.0.1');
    await scope.world.pass(4000);
    expect(second.snapshot().peers).toMatchObject([{ registrarId: 1, connected: true }]);
  });
});
