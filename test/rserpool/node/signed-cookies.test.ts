import { describe, expect, it } from 'vitest';
import { type SessionHandler, SignedCookies } from '../../../src/rserpool/index.ts';
import { Scope } from './scope.ts';

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);

describe('signed cookies', () => {
  const cookies = new SignedCookies(new Uint8Array(32).fill(1));

  it('[ASAP-270] [OVW-016] give back the state that was signed, whatever it is', () => {
    for (const state of ['', 'x', 'state '.repeat(1000)]) expect(text(cookies.verify(cookies.sign(state)))).toBe(state);
    const bytes = Uint8Array.of(0, 255, 7);
    expect(cookies.verify(cookies.sign(bytes))).toEqual(bytes);
  });

  it('[ASAP-270] [OVW-016] are nothing if a bit is changed, the key is another one, or there is none', () => {
    const cookie = cookies.sign('state');
    for (let i = 0; i < 8 * cookie.length; i++) {
      const forged = cookie.slice();
      forged[i >> 3]! ^= 1 << (i & 7);
      expect(cookies.verify(forged)).toBeUndefined();
    }
    expect(new SignedCookies(new Uint8Array(32).fill(2)).verify(cookie)).toBeUndefined();
    expect(cookies.verify(cookie.subarray(0, 31))).toBeUndefined();
    expect(cookies.verify(undefined)).toBeUndefined();
  });

  it('[ASAP-270] [OVW-016] [OVW-015] are verified by the element that takes a session over', async () => {
    const scope = new Scope();
    const registrars = await scope.start(1);
    const restored: (string | undefined)[] = [];
    const handler: SessionHandler = async (session) => {
      restored.push(text(cookies.verify(session.cookie)));
      for await (const { data } of session) {
        await session.setCookie(cookies.sign(data));
        await session.send(data);
      }
    };
    await scope.join(1, registrars, handler);
    await scope.join(2, registrars, handler);
    const user = await scope.user(registrars);
    const session = await scope.world.run(user.connect('Pool'));
    for (const each of ['one', 'two']) {
      await session.send(each);
      await scope.world.run(session.receive());
    }
    scope.hosts.get(`element ${session.element!.peIdentifier}`)!.kill();
    await session.send('lost');
    await scope.world.pass(5000);
    await session.send('three');
    await scope.world.run(session.receive());
    expect(restored).toEqual([undefined, 'two']);
  });
});
