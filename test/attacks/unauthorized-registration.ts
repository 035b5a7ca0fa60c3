import { ASAP_PORT, ASAP_TLS_PORT, PPID } from '../../src/rserpool/role.ts';
import { ATTACKER, deregistration, POOL, registration } from './arena.ts';
import { type Attack, list } from './attack.ts';
import { authority, keysOf, psk } from './credentials.ts';

/** RFC 5355 §2.4: an element of one pool that may not be in another one. */
export const unauthorizedRegistration: Attack = {
  threat: '2.4',
  what: 'An element with a key, and with the right to register in another pool, registers in this one',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    const access = [
      { who: 'psk:pe-1', register: [POOL] },
      { who: 'psk:pe-66', register: ['Other*'] },
    ];
    const certificate = authority.certify('10.0.0.1');
    const security = { certificate, elementKeys: keysOf('pe-'), access };
    await arena.registrar(1, arena.isSecured ? { security } : {});
    await arena.element(1);
    const way = arena.isSecured ? { sctpPort: ASAP_TLS_PORT, tls: { psk: psk('pe-66') } } : { sctpPort: ASAP_PORT };
    const attacker = await arena.contact(way, PPID.asap);
    attacker.say(registration(66, ATTACKER, 66));
    await arena.pass(500);
    const succeeded = arena.elements().length > 1;
    attacker.say(deregistration(1));
    await arena.pass(500);
    const harm = succeeded ? 'its element is among those of the pool' : 'the pool has its one element';
    return { succeeded, saw: list(harm, ...attacker.sights()) };
  },
};
