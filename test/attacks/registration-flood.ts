import { PPID } from '../../src/rserpool/role.ts';
import { ATTACKER, deregistration, registration } from './arena.ts';
import { type Attack, list } from './attack.ts';

const FLOOD = 300;

/** RFC 5355 §2.1: registrations and de-registrations of elements that do not exist. */
export const registrationFlood: Attack = {
  threat: '2.1',
  what: 'An outsider floods a registrar with registrations of elements that do not exist, and de-registers them',
  succeedsAgainst: { plain: true, secured: false },
  async run(arena) {
    await arena.registrar(1);
    const peer = await arena.registrar(2);
    let most = 0;
    const sights = await arena.byAllWays(PPID.asap, async (attacker) => {
      for (let i = 1; i <= FLOOD; i++) attacker.say(registration(i, ATTACKER, i));
      await arena.pass(1000);
      most = Math.max(most, arena.elements().length, arena.elements(peer).length);
      attacker.say(deregistration(1));
      await arena.pass(1000);
    });
    const { registrations, rejectedRegistrations } = arena.registrars[0]!.snapshot().counters;
    const left = most > 0 || registrations > 0;
    const harm = left ? 'false elements at both registrars' : 'both handlespaces stay empty';
    return { succeeded: left, saw: list(harm, ...(rejectedRegistrations >= FLOOD || left ? sights : ['nothing'])) };
  },
};
