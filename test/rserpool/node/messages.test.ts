import { describe, expect, it } from 'vitest';
import {
  DELIVERY_FLAGS,
  deliveryOptions,
  type PoolElementHandle,
  PoolUser,
  type SessionHandler,
} from '../../../src/rserpool/index.ts';
import { SCTP, Scope } from './scope.ts';

/** Says who it is, and what it was told. */
const named =
  (name: number): SessionHandler =>
  async (session) => {
    for await (const { data, stream, ppid } of session) {
      await session.send(`${name}: ${new TextDecoder().decode(data)}`, { stream, ppid });
    }
  };

async function poolOf(count: number): Promise<{ scope: Scope; registrars: readonly string[]; user: PoolUser }> {
  const scope = new Scope();
  const registrars = await scope.start(1);
  for (let i = 1; i <= count; i++) await scope.join(i, registrars, named(i));
  return { scope, registrars, user: await scope.user(registrars) };
}

async function answers(scope: Scope, user: PoolUser, count: number): Promise<string[]> {
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    const { data, from } = await scope.world.run(user.receive());
    texts.push(`${new TextDecoder().decode(data)} from ${from.peIdentifier}`);
  }
  return texts.sort();
}

describe('messages without a session', () => {
  it('[ASAP-002] [REQ-003] [ASAP-346] [ASAP-326] [ASAP-339] [ASAP-345] [ASAP-351] go to the pool in turn, and to an element by the PE handle that came back', async () => {
    const { scope, user } = await poolOf(3);
    const handles: PoolElementHandle[] = [];
    for (const text of ['a', 'b', 'c']) handles.push(...(await scope.world.run(user.send('Pool', text))));
    expect(handles.map(({ peIdentifier }) => peIdentifier).toSorted()).toEqual([1, 2, 3]);
    for (const { poolHandle, peIdentifier, target } of handles) {
      expect([poolHandle.toString(), target?.protocol, target?.addresses]).toEqual([
        'Pool',
        'sctp',
        [`10.0.1.${peIdentifier}`],
      ]);
    }
    expect(await answers(scope, user, 3)).toEqual(
      ['a', 'b', 'c']
        .map((text, i) => `${handles[i]!.peIdentifier}: ${text} from ${handles[i]!.peIdentifier}`)
        .toSorted(),
    );
    const [again] = await scope.world.run(user.send(handles[1]!, 'again'));
    expect(again).toEqual(handles[1]);
    await scope.world.run(user.send('Pool', 'last', { to: 'last' }));
    const { peIdentifier } = again!;
    expect(await answers(scope, user, 2)).toEqual([
      `${peIdentifier}: again from ${peIdentifier}`,
      `${peIdentifier}: last from ${peIdentifier}`,
    ]);
  });

  it('[ASAP-360] [ASAP-361] [ASAP-363] go to all, but to the sender itself only if they are told to', async () => {
    const { scope, registrars } = await poolOf(2);
    const element = await scope.join(3, registrars, named(3));
    const substrate = scope.hosts.get('element 3')!;
    const user = await PoolUser.open({
      registrars,
      addresses: ['10.0.1.3'],
      udpPort: 9900,
      substrate,
      sctp: SCTP,
      self: [element],
    });
    const { ASAP_SEND_FAILOVER, ASAP_SEND_TO_ALL, ASAP_SEND_TO_SELF } = DELIVERY_FLAGS;
    const some = await scope.world.run(user.send('Pool', 'x', deliveryOptions(ASAP_SEND_FAILOVER | ASAP_SEND_TO_ALL)));
    expect(some.map(({ peIdentifier }) => peIdentifier).toSorted()).toEqual([1, 2]);
    expect(await answers(scope, user, 2)).toEqual(['1: x from 1', '2: x from 2']);
    await scope.world.run(user.send('Pool', 'y', deliveryOptions(ASAP_SEND_TO_ALL | ASAP_SEND_TO_SELF)));
    expect(await answers(scope, user, 3)).toEqual(['1: y from 1', '2: y from 2', '3: y from 3']);
  });

  it('[ASAP-352] [ASAP-326] [ASAP-362] [ASAP-366] go to a transport address, with stream and PPID', async () => {
    const { scope, registrars, user } = await poolOf(0);
    const element = await scope.join(1, registrars, named(1));
    const { addresses, port } = element.target;
    const where = { target: `${addresses[0]}:${port}` };
    expect(await scope.world.run(user.send(where, 'direct', { stream: 2, ppid: 99, unordered: true }))).toEqual([]);
    const { from, stream, ppid } = await scope.world.run(user.receive());
    expect([from.peIdentifier, stream, ppid]).toEqual([undefined, 2, 99]);
    await scope.world.run(user.resolve('Pool'));
    await scope.world.run(user.send(where, 'known'));
    expect((await scope.world.run(user.receive())).from.peIdentifier).toBe(1);
    expect(await scope.codeOf(user.send({ target: '10.0.1.1' }, 'x'))).toBe('ERR_RSERPOOL_BAD_ARGUMENT');
  });

  it('[ASAP-355] [ASAP-358] [ASAP-368] come back from an element that dies: to another one, or to the program', async () => {
    const { scope, user } = await poolOf(2);
    const reports: string[] = [];
    user.on('error-report', ({ bytes, destination }) =>
      reports.push(`${new TextDecoder().decode(bytes)} to ${destination.peIdentifier}`),
    );
    const [first] = await scope.world.run(user.send('Pool', 'hello', { to: 'all' }));
    await answers(scope, user, 2);
    const dead = first!.peIdentifier;
    scope.hosts.get(`element ${dead}`)!.kill();
    await scope.world.run(user.send(first!, 'resent', { failover: true }));
    await scope.world.run(user.send(first!, 'returned', { failover: false }));
    const other = 3 - dead;
    expect(await answers(scope, user, 1)).toEqual([`${other}: resent from ${other}`]);
    expect(reports).toEqual([`returned to ${dead}`]);
  });

  it('[ASAP-338] [ASAP-319] are refused for a pool that does not exist, or a user that is closed', async () => {
    const { scope, user } = await poolOf(0);
    expect(await scope.codeOf(user.send('Nobody', 'x'))).toBe('ERR_RSERPOOL_UNKNOWN_POOL');
    const waiting = scope.codeOf(user.receive());
    await scope.world.run(user.close());
    expect(await waiting).toBe('ERR_RSERPOOL_CLOSED');
    expect(await scope.codeOf(user.send('Pool', 'x'))).toBe('ERR_RSERPOOL_CLOSED');
    expect(await scope.codeOf(user.receive())).toBe('ERR_RSERPOOL_CLOSED');
  });

  it('are in the order of the calls, and wait for a program that does not read', async () => {
    const { scope, user } = await poolOf(1);
    const texts = Array.from({ length: 300 }, (_, i) => `${i}`);
    const sent = Promise.all(texts.map((text) => user.send('Pool', text)));
    await scope.world.run(sent);
    await scope.world.pass(2000);
    for (const text of texts) {
      const { data } = await scope.world.run(user.receive());
      expect(new TextDecoder().decode(data)).toBe(`1: ${text}`);
    }
  });
});

describe('the cache of a user', () => {
  it('[ASAP-321] [ASAP-322] [ASAP-324] [ASAP-375] [ASAP-376] is filled by resolve and populate, and forgets by purge, also by a PE handle', async () => {
    const { scope, registrars, user } = await poolOf(1);
    const asked: string[] = [];
    user.on('resolved', ({ source }) => asked.push(source));
    const identifiers = async (elements: ReturnType<PoolUser['resolve']>): Promise<number[]> =>
      (await scope.world.run(elements)).map(({ identifier }) => identifier).toSorted();
    expect(await identifiers(user.resolve('Pool'))).toEqual([1]);
    await scope.join(2, registrars, named(2));
    expect(await identifiers(user.resolve('Pool'))).toEqual([1]);
    const [handle] = await scope.world.run(user.send('Pool', 'x'));
    expect(await identifiers(user.populate(handle!))).toEqual([1, 2]);
    expect(await identifiers(user.resolve('Pool'))).toEqual([1, 2]);
    user.purge(handle!);
    expect(await identifiers(user.resolve('Pool'))).toEqual([1, 2]);
    expect(asked).toEqual(['registrar', 'fresh-cache', 'registrar', 'fresh-cache', 'registrar']);
  });

  it('[ASAP-377] [ASAP-378] [OVW-028] avoids and reports what the program says has failed, if it was named', async () => {
    const { scope, user } = await poolOf(2);
    const reported: number[] = [];
    scope.registrars[0]!.on('element-reported', ({ peIdentifier }) => reported.push(peIdentifier));
    user.transportFailure('Pool', 1);
    await scope.world.pass(100);
    await scope.world.run(user.resolve('Pool'));
    expect([user.pick('Pool'), user.pick('Pool')].map((handle) => handle?.peIdentifier).toSorted()).toEqual([1, 2]);
    user.transportFailure('Pool', 1);
    expect([user.pick('Pool'), user.pick('Pool')].map((handle) => handle?.peIdentifier)).toEqual([2, 2]);
    expect(user.pick('Nobody')).toBeUndefined();
    await scope.world.pass(100);
    for (let i = 0; i < 3; i++) expect((await scope.world.run(user.send('Pool', 'x')))[0]!.peIdentifier).toBe(2);
    expect(reported).toEqual([1]);
  });
});
