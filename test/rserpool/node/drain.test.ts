import { describe, expect, it } from 'vitest';
import type { PoolElement, PoolUser, SessionHandler, UserSession } from '../../../src/rserpool/index.ts';
import { Scope } from './scope.ts';

const echo: SessionHandler = async (session) => {
  for await (const { data } of session) {
    await session.setCookie(data);
    await session.send(data);
  }
};

async function ask(scope: Scope, session: UserSession, text: string): Promise<string> {
  await session.send(text);
  return new TextDecoder().decode((await scope.world.run(session.receive())).data);
}

interface Drained {
  readonly scope: Scope;
  readonly elements: readonly PoolElement[];
  readonly user: PoolUser;
  readonly session: UserSession;
  /** The element that serves the session. */
  readonly first: PoolElement;
}

async function twoElementsAndASession(): Promise<Drained> {
  const scope = new Scope();
  const registrars = await scope.start(1);
  const elements = [await scope.join(1, registrars, echo), await scope.join(2, registrars, echo)];
  const user = await scope.user(registrars);
  const session = await scope.world.run(user.connect('Pool'));
  await ask(scope, session, 'one');
  return { scope, elements, user, session, first: elements[session.element!.peIdentifier - 1]! };
}

describe('drain', () => {
  it('[ASAP-154] [REQ-018] leaves when the last session has ended by itself', async () => {
    const { scope, elements, user, session, first } = await twoElementsAndASession();
    let done = false;
    const draining = first.drain().then(() => {
      done = true;
    });
    await scope.world.pass(1000);
    const pools = scope.registrars[0]!.snapshot().pools;
    expect(pools[0]?.elements.map(({ identifier }) => identifier)).toEqual([3 - first.peIdentifier]);
    // The session goes on, also with a user that knows the element only from its cache.
    expect(await ask(scope, session, 'two')).toBe('two');
    const other = await scope.world.run(user.connect('Pool'));
    expect(await ask(scope, other, 'three')).toBe('three');
    expect(other.element?.peIdentifier).toBe(3 - first.peIdentifier);
    await scope.world.pass(60_000);
    expect(done).toBe(false);
    session.close();
    await scope.world.run(draining);
    expect(elements.map((element) => element.sessions.length)).toEqual(first === elements[0] ? [0, 1] : [1, 0]);
  });

  it('ends what lasts longer than the deadline: its user goes on elsewhere, with its cookie', async () => {
    const { scope, session, first } = await twoElementsAndASession();
    const failovers: [number, boolean][] = [];
    session.on('failover', ({ to, cookie }) => failovers.push([to.peIdentifier, cookie]));
    await scope.world.run(first.drain({ deadlineMs: 5000 }));
    await scope.world.pass(100);
    expect(failovers).toEqual([[3 - first.peIdentifier, true]]);
    expect(await ask(scope, session, 'two')).toBe('two');
  });

  it('gives way to leave, and refuses a deadline that is no time', async () => {
    const { scope, first } = await twoElementsAndASession();
    await expect(first.drain({ deadlineMs: -1 })).rejects.toMatchObject({ code: 'ERR_RSERPOOL_BAD_ARGUMENT' });
    const draining = first.drain();
    await scope.world.pass(100);
    await scope.world.run(first.leave());
    await scope.world.run(draining);
    await scope.world.run(first.drain());
  });
});
