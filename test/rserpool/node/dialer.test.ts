import { describe, expect, it } from 'vitest';
import { PoolElement, PoolUser, Registrar } from '../../../src/rserpool/index.ts';
import { echoService } from '../../../src/rserpool/services/index.ts';
import type { StageFactory } from '../../harness/links/stage.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';
import { ServiceScope } from '../services/service-scope.ts';

describe('sessions of one user', () => {
  it('several lead to the same element at the same time, on the same UDP port', async () => {
    const scope = await ServiceScope.open();
    const element = await scope.start(echoService());
    const sessions = await scope.world.run(Promise.all([1, 2, 3].map(() => scope.user.connect('EchoPool'))));
    for (const [i, session] of sessions.entries()) await session.send(`session ${i}`);
    const answers = await scope.world.run(Promise.all(sessions.map((session) => session.receive())));
    expect(answers.map(({ data }) => new TextDecoder().decode(data))).toEqual(['session 0', 'session 1', 'session 2']);
    const remotes = element.sessions.map(({ remote }) => remote);
    expect(new Set(remotes.map(({ port }) => port)).size).toBe(3);
    expect(new Set(remotes.map(({ udpPort }) => udpPort)).size).toBe(1);
  });

  it('one begins as soon as the one before is closed', async () => {
    const scope = await ServiceScope.open();
    await scope.start(echoService());
    for (let i = 0; i < 5; i++) {
      const session = await scope.world.run(scope.user.connect('EchoPool'));
      session.close();
    }
    await scope.world.pass(2000);
    expect(scope.elements[0]!.element.sessions).toEqual([]);
  });

  it('a session can be made to turn to another element', async () => {
    const scope = await ServiceScope.open();
    for (let i = 0; i < 2; i++) await scope.start(echoService());
    const session = await scope.world.run(scope.user.connect('EchoPool'));
    const before = session.element!.peIdentifier;
    const failovers: number[] = [];
    session.on('failover', ({ to }) => failovers.push(to.peIdentifier));
    session.forceFailover('it answers nonsense');
    await scope.world.pass(2000);
    expect(failovers).toEqual([3 - before]);
  });
});

const COOKIE_ACK = 11;

/** The network 10.0 takes 1 ms, 10.1 5 ms; and a COOKIE ACK is late, so that a second INIT ACK comes before it. */
const twoNetworks: StageFactory = () => ({
  name: 'two networks',
  counters: {},
  pass(datagram, at, out) {
    const isLate = datagram.bytes[12] === COOKIE_ACK;
    out.forward(datagram, at + (isLate ? 40 : datagram.to.address.startsWith('10.0.') ? 1 : 5));
  },
});

describe('a registrar that is called at two of its addresses at once', () => {
  it('[SCTP-0010] is home by one association, and users reach the element that it has registered', async () => {
    const world = new SimWorld([twoNetworks]);
    const at = (n: number) => {
      const addresses = [`10.0.0.${n}`, `10.1.0.${n}`];
      return { addresses, substrate: world.host(`host ${n}`, ...addresses), registrars: ['10.0.0.1', '10.1.0.1'] };
    };
    const { registrars: _, ...place } = at(1);
    const registrar = await Registrar.start({ ...place, config: { mentorDiscoveryTimeoutMs: 100 } });
    await world.run(registrar.whenServing());
    const element = await world.run(
      PoolElement.join('Pool', at(2), async (session) => {
        for await (const { data } of session) await session.send(data);
      }),
    );
    const homes: unknown[] = [];
    element.on('home-changed', (event) => homes.push(event));
    await world.pass(3000);
    expect(homes).toEqual([]);
    const user = await PoolUser.open(at(3));
    const [found] = await world.run(user.resolve('Pool'));
    expect(found!.userTransport).toMatchObject({ port: element.target.port });
    const session = await world.run(user.connect('Pool'));
    await session.send('hello');
    expect(new TextDecoder().decode((await world.run(session.receive())).data)).toBe('hello');
  });
});
