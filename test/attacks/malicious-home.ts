import { ATTACKER, POOL } from './arena.ts';
import type { Attack } from './attack.ts';

const ELEMENTS = 8;

/** RFC 5355 §2.6: an element registers with a registrar of an attacker. */
export const maliciousHome: Attack = {
  threat: '2.6',
  what: 'A registrar of an attacker is among those that elements look for, takes registrations and tells nobody of them',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    await arena.registrar(1);
    const rogue = await arena.rogueRegistrar();
    for (let i = 1; i <= ELEMENTS; i++) await arena.element(i, { registrars: [ATTACKER, '10.0.0.1'] });
    const trapped = arena.elements(rogue).length;
    const heard = arena.wire.saidTo(ATTACKER, POOL);
    const isThwarted = arena.wire.hasSpoken('10.0.1.', ATTACKER) && arena.elements().length === ELEMENTS;
    const honest = isThwarted ? 'a handshake that fails; the elements turn to the other registrar' : 'nobody comes';
    const saw = trapped > 0 ? 'registrations of elements, which no user finds from then on' : honest;
    return { succeeded: trapped > 0 || heard || !isThwarted, saw };
  },
};
