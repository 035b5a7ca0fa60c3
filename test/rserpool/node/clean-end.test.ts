import { expect, it } from 'vitest';
import type { SessionHandler } from '../../../src/rserpool/index.ts';
import { delay } from '../../harness/links/delay.ts';
import { Scope } from './scope.ts';

/** One way; long against everything else that takes time. */
const DELAY_MS = 100;

interface Served {
  readonly cookies: { readonly text: string; readonly at: number }[];
  /** Ends the session that was served last. */
  end(): number;
}

async function twoElements(lastWords: readonly string[]) {
  const scope = new Scope([delay(DELAY_MS)]);
  const registrars = await scope.start(1);
  const served: Served = { cookies: [], end: () => 0 };
  const serve: SessionHandler = async (session) => {
    const text = new TextDecoder().decode(session.cookie);
    if (text !== '') served.cookies.push({ text, at: scope.world.clock.now() });
    await session.setCookie('state');
    served.end = () => {
      for (const words of lastWords) void session.send(words);
      if (lastWords.length > 0) void session.setCookie('last state');
      session.close();
      return scope.world.clock.now();
    };
    for await (const _ of session);
  };
  for (const i of [1, 2]) await scope.join(i, registrars, serve);
  const user = await scope.user(registrars);
  const session = await scope.world.run(user.connect('Pool'));
  await scope.world.pass(2000);
  return { scope, session, served };
}

it('an element that ends a session: the next one has the cookie after SHUTDOWN, INIT, INIT ACK and COOKIE ECHO', async () => {
  const { scope, served } = await twoElements([]);
  const endsAt = served.end();
  await scope.world.pass(2000);
  expect(served.cookies).toEqual([{ text: 'state', at: endsAt + 4 * DELAY_MS }]);
});

it('nothing is lost of what the element sent last, and the next one gets the latest cookie', async () => {
  const words = Array.from({ length: 300 }, (_, i) => `words ${i}`);
  const { scope, session, served } = await twoElements(words);
  served.end();
  // It takes its time: most of it is still in the transport when SHUTDOWN comes.
  await scope.world.pass(5000);
  for (const text of words) {
    const { data } = await scope.world.run(session.receive());
    expect(new TextDecoder().decode(data)).toBe(text);
  }
  expect(served.cookies.map(({ text }) => text)).toEqual(['last state']);
});
