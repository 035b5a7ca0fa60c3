import { fromHex } from '../../src/base/bytes.ts';
import { POOL } from './arena.ts';
import { type Attack, list } from './attack.ts';

/** RFC 5355 §2.11: what is said is overheard. */
export const eavesdropping: Attack = {
  threat: '2.11',
  what: 'Somebody on the path reads all datagrams of registrars, elements and a user',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    await arena.registrar(1);
    await arena.registrar(2);
    await arena.element(1, {}, async (session) => {
      for await (const { data } of session) {
        await session.setCookie('state of the session');
        await session.send(data);
      }
    });
    const user = await arena.user({ registrars: ['10.0.0.2'] });
    await arena.ask(user);
    await arena.pass(5000);
    const wanted: readonly (readonly [string, Uint8Array])[] = [
      ['the pool handle', Buffer.from(POOL)],
      ['the address of the element', fromHex('00010008 0a000101')],
      ['the cookie', Buffer.from('state of the session')],
      ['what the user says', Buffer.from('secret')],
    ];
    const seen = wanted.filter(([, bytes]) => arena.wire.saw(bytes)).map(([name]) => name);
    const count = arena.wire.datagrams.length;
    const sights = seen.length > 0 ? seen : ['neither pool handle, addresses, cookie nor data'];
    return { succeeded: seen.length > 0 || count < 50, saw: list(...sights) };
  },
};
