import { PPID } from '../../src/rserpool/role.ts';
import { ATTACKER, registration } from './arena.ts';
import { type Attack, list } from './attack.ts';

/** RFC 5355 §2.2: elements that exist and may not be there, at a rapid rate; users are led to the attacker. */
export const unauthorizedFlood: Attack = {
  threat: '2.2',
  what: 'An outsider registers many elements at its own address, so that users come to it',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    await arena.registrar(1);
    await arena.element(1);
    let led = 0;
    const user = await arena.user();
    const sights = await arena.byAllWays(PPID.asap, async (attacker) => {
      for (let i = 100; i < 200; i++) attacker.say(registration(i, ATTACKER, i));
      await arena.pass(500);
      led += await elsewhere(arena, user);
    });
    const harm = led > 0 ? 'users are given the address of the attacker' : 'users are given the one true element';
    return { succeeded: led > 0, saw: list(harm, ...sights) };
  },
};

/** Elements at the attacker's address that a user is given. */
async function elsewhere(arena: Parameters<Attack['run']>[0], user: Awaited<ReturnType<typeof arena.user>>) {
  const elements = await arena.run(user.resolve('AttackedPool'));
  return elements.filter(({ userTransport }) => JSON.stringify(userTransport).includes(ATTACKER)).length;
}
