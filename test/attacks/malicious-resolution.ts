import { ATTACKER, POOL } from './arena.ts';
import type { Attack } from './attack.ts';

const ROGUE_ELEMENT = '10.0.9.2';
const USERS = 8;

/** RFC 5355 §2.7: a registrar of an attacker answers resolutions. */
export const maliciousResolution: Attack = {
  threat: '2.7',
  what: 'A registrar of an attacker is among those that users look for, and names an element of its own',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    await arena.registrar(1);
    await arena.element(1);
    await arena.rogueRegistrar();
    await arena.run(arena.rogueElement({ registrars: [ATTACKER] }, ROGUE_ELEMENT));
    arena.wire.messages.length = 0;
    const answers: string[] = [];
    for (let i = 1; i <= USERS; i++) {
      const user = await arena.user({ registrars: [ATTACKER, '10.0.0.1'] }, `10.0.2.${i}`);
      answers.push(await arena.ask(user));
    }
    const misled = answers.includes('attacker: secret');
    const isThwarted =
      arena.wire.hasSpoken('10.0.2.', ATTACKER) && answers.every((answer) => answer === 'element 1: secret');
    const queried = arena.wire.saidTo(ATTACKER, POOL);
    const honest = isThwarted
      ? 'a handshake that fails, and no query; the users turn to the other registrar'
      : 'nobody comes';
    const saw = misled ? 'what users say to the pool' : honest;
    return { succeeded: misled || queried || !isThwarted, saw };
  },
};
