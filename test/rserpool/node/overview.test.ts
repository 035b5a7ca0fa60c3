import { describe, expect, it } from 'vitest';
import {
  PoolElement,
  PoolUser,
  poolHandle,
  Registrar,
  type SessionHandler,
  type UserSession,
} from '../../../src/rserpool/index.ts';
import { SctpEndpoint } from '../../../src/sctp/index.ts';
import { corruption } from '../../harness/links/corruption.ts';
import { delay } from '../../harness/links/delay.ts';
import { duplication } from '../../harness/links/duplication.ts';
import { loss } from '../../harness/links/loss.ts';
import { reordering } from '../../harness/links/reordering.ts';
import { SimTcp } from '../../harness/sim-tcp.ts';
import { REGISTRAR_CONFIG, SCTP, Scope } from './scope.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const echo: SessionHandler = async (session) => {
  for await (const { data } of session) {
    await session.setCookie(data);
    await session.send(data);
  }
};

async function ask(scope: Scope, session: UserSession, request: string): Promise<string> {
  await session.send(request);
  return text((await scope.world.run(session.receive())).data);
}

function userAt(scope: Scope, i: number, registrars: readonly string[]): Promise<PoolUser> {
  const address = `10.0.2.${i}`;
  return PoolUser.open({ registrars, addresses: [address], substrate: scope.host(`user ${i}`, address), sctp: SCTP });
}

describe('the parts of a scope', () => {
  it('[OVW-001] [OVW-005] [OVW-023] [ASAP-105] [ASAP-314] [REQ-035] whoever registers at one registrar is found at every other', async () => {
    const scope = new Scope();
    const registrars = await scope.start(3);
    const element = await scope.join(1, registrars.slice(0, 1), echo);
    const events: string[] = [];
    element.on('event', ({ kind }) => events.push(kind));
    await scope.world.pass(100);
    for (const [i, registrar] of registrars.entries()) {
      const user = await userAt(scope, 1 + i, [registrar]);
      const elements = await scope.world.run(user.resolve('Pool'));
      expect(elements.map(({ identifier }) => identifier)).toEqual([1]);
      const session = await scope.world.run(user.connect('Pool'));
      expect(await ask(scope, session, `by way of ${registrar}`)).toBe(`by way of ${registrar}`);
    }
    expect(events.filter((kind) => kind === 'session-opened')).toHaveLength(3);
    expect(scope.registrars.map((registrar) => registrar.snapshot().pools[0]?.elements.length)).toEqual([1, 1, 1]);
  });

  it('[REQ-016] [REQ-006] [REQ-043] [OVW-039] an element that fails is replaced within milliseconds, and the program can say what is needed then', async () => {
    const scope = new Scope([delay(1)]);
    const registrars = await scope.start(1);
    const heard: string[] = [];
    const handler =
      (name: number): SessionHandler =>
      async (session) => {
        if (session.cookie !== undefined) heard.push(`${name} has the cookie ${text(session.cookie)}`);
        for await (const { data } of session) {
          heard.push(`${name} hears ${text(data)}`);
          await session.setCookie(data);
          if (text(data) === 'fail') throw new Error('as told');
          await session.send(data);
        }
      };
    const elements = [await scope.join(1, registrars, handler(1)), await scope.join(2, registrars, handler(2))];
    for (const element of elements) element.on('handler-error', () => undefined);
    const user = await scope.user(registrars);
    const session = await scope.world.run(user.connect('Pool'));
    await ask(scope, session, 'begin');
    const first = session.element!.peIdentifier;
    const failovers: number[] = [];
    session.on('failover', ({ afterMs }) => {
      failovers.push(afterMs);
      void session.send('recover');
    });
    await session.send('fail');
    await scope.world.pass(50);
    expect(failovers).toHaveLength(1);
    // Two round trips of 2 ms: INIT and COOKIE ECHO.
    expect(failovers[0]).toBeLessThan(5);
    expect(heard).toEqual([
      `${first} hears begin`,
      `${first} hears fail`,
      `${3 - first} has the cookie fail`,
      `${3 - first} hears recover`,
    ]);
  });
});

describe('addresses and networks', () => {
  it('[OVW-004] [REQ-014] an element has IPv4 and IPv6 addresses, and the loss of one network is not the loss of a session', async () => {
    const scope = new Scope();
    const both = ['10.0.0.1', 'fd00::1'];
    const registrars = ['10.0.0.1'];
    const substrate = scope.host('registrar', ...both);
    await scope.world.run(Registrar.start({ addresses: both, substrate, sctp: SCTP, config: REGISTRAR_CONFIG }));
    const addresses = ['10.0.1.1', 'fd00::11'];
    const element = PoolElement.join(
      'Pool',
      { registrars, addresses, substrate: scope.host('element 1', ...addresses), sctp: SCTP, peIdentifier: 1 },
      echo,
    );
    await scope.world.run(element);
    await scope.join(2, registrars, echo);
    const user = await PoolUser.open({
      registrars,
      addresses: ['10.0.2.1', 'fd00::21'],
      substrate: scope.host('user', '10.0.2.1', 'fd00::21'),
      sctp: SCTP,
    });
    const [found] = (await scope.world.run(user.resolve('Pool'))).filter(({ identifier }) => identifier === 1);
    expect(found?.userTransport).toMatchObject({ addresses });
    const session = await scope.world.run(user.connect('Pool', { peIdentifier: 1 }));
    const troubles: string[] = [];
    session.on('interrupted', ({ reason }) => troubles.push(reason));
    await scope.world.pass(1000);
    expect(await ask(scope, session, 'before')).toBe('before');
    scope.world.network.partition.cutBetween('10.0.1.1', '10.0.2.1');
    expect(await ask(scope, session, 'after')).toBe('after');
    await scope.world.pass(5000);
    expect(await ask(scope, session, 'later')).toBe('later');
    expect(troubles).toEqual([]);
  });

  it('[REQ-015] on a bad network everything arrives, once, in order and as it was', async () => {
    const scope = new Scope([loss(0.05), duplication(0.1, 3), corruption(0.02), reordering(0.1, 20), delay(5)]);
    const registrars = await scope.start(1);
    await scope.join(1, registrars, echo);
    const user = await scope.user(registrars);
    const session = await scope.world.run(user.connect('Pool', { waitForPool: true }));
    const requests = Array.from({ length: 200 }, (_, i) => `request ${i}`);
    const replies: string[] = [];
    for (const request of requests) await session.send(request);
    while (replies.length < requests.length) replies.push(text((await scope.world.run(session.receive())).data));
    expect(replies).toEqual(requests);
    await scope.world.pass(2000);
    expect(await ask(scope, session, 'last')).toBe('last');
  });

  it('[REQ-017] a client that knows nothing of pools is served as well, by the address of an element', async () => {
    const scope = new Scope();
    const registrars = await scope.start(1);
    const element = await scope.join(1, registrars, echo);
    const substrate = scope.host('client', '10.0.9.1');
    const client = await SctpEndpoint.bind({ addresses: ['10.0.9.1'], substrate, config: SCTP });
    const { addresses, port: sctpPort, udpPort } = element.target;
    const association = await scope.world.run(client.connect({ addresses, sctpPort, udpPort }));
    await association.send('plain');
    for (;;) {
      const { data, ppid } = await scope.world.run(association.receive());
      // It leaves aside what it does not know: business card and cookie.
      if (ppid === 11) continue;
      expect(text(data)).toBe('plain');
      break;
    }
  });
});

describe('an element that is a user as well', () => {
  it('[ASAP-311] [REQ-007] [ASAP-295] [ASAP-209] does what both do, and tells its registrar by SCTP whom it cannot reach', async () => {
    const scope = new Scope();
    // Nobody but the user finds out.
    const registrars = await scope.start(1, { keepAlivePeriodMs: 0 });
    for (const i of [1, 2]) await scope.join(i, registrars, echo);
    const substrate = scope.host('front', '10.0.3.1');
    const at = { registrars, addresses: ['10.0.3.1'], substrate, sctp: SCTP };
    let back: PoolUser | undefined;
    const front = await scope.world.run(
      PoolElement.join('Front', at, async (session) => {
        const behind = await back!.connect('Pool');
        for await (const { data } of session) {
          await behind.send(data);
          await session.send(`front of ${text((await behind.receive()).data)}`);
        }
      }),
    );
    back = await PoolUser.open({ ...at, udpPort: 9900, self: [front] });
    const reported: number[] = [];
    scope.registrars[0]!.on('element-reported', ({ peIdentifier }) => reported.push(peIdentifier));
    const user = await scope.user(registrars);
    const session = await scope.world.run(user.connect('Front'));
    expect(await ask(scope, session, 'one')).toBe('front of one');
    const lost = (await scope.world.run(back.resolve('Pool')))[0]!.identifier;
    scope.hosts.get(`element ${lost}`)!.kill();
    await scope.world.run(back.send({ poolHandle: poolHandle('Pool'), peIdentifier: lost }, 'x'));
    expect(reported).toEqual([lost]);
  });

  it('[ASAP-167] [ASAP-209] does not speak TCP with registrars', async () => {
    const scope = new Scope();
    const registrars = await scope.start(1);
    const element = await scope.join(1, registrars, echo);
    const substrate = scope.host('other', '10.0.3.1');
    const tcpNetwork = new SimTcp({ clock: scope.world.clock }).host('10.0.3.1');
    const byTcp = { registrars: ['10.0.0.1:3863;tcp'], addresses: ['10.0.3.1'], substrate, tcpNetwork };
    await scope.world.run((await PoolUser.open(byTcp)).close());
    expect(await scope.codeOf(PoolUser.open({ ...byTcp, self: [element] }))).toBe('ERR_RSERPOOL_BAD_ARGUMENT');
  });
});
