import { afterEach, describe, expect, it } from 'vitest';
import {
  ASAP_PORT,
  PoolElement,
  PoolUser,
  Registrar,
  RSerPoolError,
  type SessionHandler,
  type UserSession,
} from '../../../src/rserpool/index.ts';
import { SctpEndpoint } from '../../../src/sctp/index.ts';
import { REGISTRAR_CONFIG, SCTP, Scope } from './scope.ts';

const echo: SessionHandler = async (session) => {
  for await (const { data } of session) {
    await session.setCookie(data);
    await session.send(data);
  }
};

async function ask(scope: Scope, session: UserSession, text: string): Promise<string> {
  await session.send(text);
  const { data } = await scope.world.run(session.receive());
  return new TextDecoder().decode(data);
}

const rejections: unknown[] = [];
const collect = (reason: unknown): void => void rejections.push(reason);
process.on('unhandledRejection', collect);

afterEach(() => {
  expect(rejections.splice(0)).toEqual([]);
});

describe('a scope of registrars, elements and users', () => {
  it('[ASAP-244] [ASAP-245] [OVW-023] keeps one channel to the home registrar and closes the surplus ones of the hunt', async () => {
    const scope = new Scope();
    const registrars = await scope.start(3);
    await scope.join(1, registrars, echo);
    await scope.world.pass(1000);
    const channels = scope.registrars.map((registrar) => registrar.snapshot().channels);
    // Two peers each, and one of them has the element.
    expect(channels.toSorted()).toEqual([2, 2, 3]);
    for (const registrar of scope.registrars) expect(registrar.snapshot().pools[0]?.elements).toHaveLength(1);
  });

  it('lets a session go on with the next element, which has the cookie', async () => {
    const scope = new Scope();
    const registrars = await scope.start(1);
    const cookies: (string | undefined)[] = [];
    const handler: SessionHandler = async (session) => {
      for await (const { data } of session) {
        cookies.push(session.cookie && new TextDecoder().decode(session.cookie));
        await session.setCookie(data);
        await session.send(data);
      }
    };
    await scope.join(1, registrars, handler);
    await scope.join(2, registrars, handler);
    const user = await scope.user(registrars);
    const session = await scope.world.run(user.connect('Pool'));
    expect(await ask(scope, session, 'one')).toBe('one');
    const first = session.element!.peIdentifier;
    const failovers: number[] = [];
    session.on('failover', ({ to, cookie }) => failovers.push(cookie ? to.peIdentifier : -1));
    scope.hosts.get(`element ${first}`)!.kill();
    await session.send('lost with the element');
    await scope.world.pass(5000);
    expect(failovers).toEqual([3 - first]);
    expect(await ask(scope, session, 'two')).toBe('two');
    expect(cookies).toEqual([undefined, 'one']);
  });

  it('lets the peers take over when a registrar dies, and the elements stay members', async () => {
    const scope = new Scope();
    const registrars = await scope.start(3);
    const element = await scope.join(1, registrars, echo);
    const home = Number(element.home!.addresses[0]!.at(-1));
    const survivors = scope.registrars.filter((_, i) => i + 1 !== home);
    scope.hosts.get(`registrar ${home}`)!.kill();
    await scope.world.pass(10_000);
    for (const registrar of survivors) {
      const { pools, peers } = registrar.snapshot();
      expect(pools[0]?.elements.map(({ homeRegistrarIdentifier }) => homeRegistrarIdentifier)).not.toContain(home);
      expect(pools[0]?.elements).toHaveLength(1);
      expect(peers.map(({ registrarId }) => registrarId)).not.toContain(home);
    }
    const user = await scope.user(registrars);
    const session = await scope.world.run(user.connect('Pool'));
    expect(await ask(scope, session, 'still here')).toBe('still here');
  });

  it('[ASAP-103] goes on trying when a registrar takes its association and never answers, until one does', async () => {
    const scope = new Scope();
    const [real] = await scope.start(1);
    const silent = '10.0.0.9';
    const element = await scope.join(1, [real!, silent], echo);
    const failures: string[] = [];
    element.on('registration-failed', ({ reason }) => failures.push(reason));
    scope.hosts.get('registrar 1')!.kill();
    const host = scope.host('silent', silent);
    const mute = await SctpEndpoint.bind({ addresses: [silent], sctpPort: ASAP_PORT, udpPort: 9899, substrate: host });
    mute.listen();
    await scope.world.pass(30_000);
    expect(failures.length).toBeGreaterThan(1);

    await scope.world.run(mute.close({ timeoutMs: 0 }));
    const again = await Registrar.start({ addresses: [silent], substrate: host, sctp: SCTP, config: REGISTRAR_CONFIG });
    await scope.world.pass(30_000);
    expect(again.snapshot().pools[0]?.elements.map(({ identifier }) => identifier)).toEqual([1]);
  });

  it('tells what is wrong: unknown pool, no registrar, no element, refused registration', async () => {
    const scope = new Scope();
    const registrars = await scope.start(1);
    await scope.join(1, registrars, echo);
    const user = await scope.user(registrars);
    expect(await scope.codeOf(user.connect('Nobody'))).toBe('ERR_RSERPOOL_UNKNOWN_POOL');
    expect(await scope.codeOf(user.resolve('Nobody'))).toBe('ERR_RSERPOOL_UNKNOWN_POOL');
    expect(await scope.codeOf(user.connect(''))).toBe('ERR_RSERPOOL_BAD_ARGUMENT');

    const substrate = scope.host('other', '10.0.3.1');
    const refused = PoolElement.join(
      'Pool',
      { registrars, addresses: ['10.0.3.1'], substrate, sctp: SCTP, policy: { kind: 'random' } },
      echo,
    );
    expect(await scope.codeOf(refused)).toBe('ERR_RSERPOOL_REJECTED');

    const lost = await PoolUser.open({
      registrars: ['10.9.9.9'],
      addresses: ['10.0.4.1'],
      substrate: scope.host('lost', '10.0.4.1'),
      sctp: SCTP,
      config: { t5ServerhuntMs: 500 },
    });
    expect(await scope.codeOf(lost.connect('Pool'))).toBe('ERR_RSERPOOL_NO_REGISTRAR');

    scope.hosts.get('element 1')!.kill();
    expect(await scope.codeOf(user.connect('Pool'))).toBe('ERR_RSERPOOL_NO_ELEMENT');
  });

  it('ends waits by their signal, and refuses calls on what is closed', async () => {
    const scope = new Scope();
    const registrars = await scope.start(1);
    const user = await scope.user(registrars);
    const stop = new AbortController();
    const waiting = user.connect('Pool', { signal: stop.signal, waitForPool: true });
    waiting.catch(() => undefined);
    await scope.world.pass(3000);
    stop.abort(new Error('enough'));
    expect(await scope.codeOf(waiting)).toBe('Error: enough');

    const element = await scope.join(1, registrars, echo);
    const session = await scope.world.run(user.connect('Pool'));
    session.close();
    await scope.world.pass(1000);
    expect(await scope.codeOf(session.send('late'))).toBe('ERR_RSERPOOL_CLOSED');
    expect(await scope.codeOf(session.receive())).toBe('ERR_RSERPOOL_CLOSED');
    await scope.world.run(user.close());
    expect(await scope.codeOf(user.connect('Pool'))).toBe('ERR_RSERPOOL_CLOSED');
    await scope.world.run(element.leave());
    expect(scope.registrars[0]!.snapshot().pools).toEqual([]);
    expect(() => element.update({})).toThrow(RSerPoolError);
    await scope.world.run(scope.registrars[0]!.close());
  });
});
