import { PPID } from '../../src/rserpool/role.ts';
import { poolHandle } from '../../src/rserpool/wire/pool-handle.ts';
import { asap, POOL } from './arena.ts';
import { type Attack, list } from './attack.ts';

const REPORTS = 10_000;
/** RFC 5355 §2.13: a registrar is told again and again that an element cannot be reached. */
export const unreachableFlood: Attack = {
  threat: '2.13',
  what: 'A user reports an element 10,000 times that is there, so that it is taken out and the registrar has no time for others',
  succeedsAgainst: { plain: false, secured: false },
  async run(arena) {
    const registrar = await arena.registrar(1);
    await arena.element(1);
    const user = await arena.user();
    const report = asap({ kind: 'endpoint-unreachable', poolHandle: poolHandle(POOL), peIdentifier: 1 });
    let [lost, served, others] = [0, 0, 1];
    registrar.on('element-lost', () => lost++);
    await arena.byAllWays(PPID.asap, async (attacker) => {
      for (let i = 0; i < REPORTS; i++) attacker.say(report);
      await arena.element(++others);
      served += (await arena.run(user.resolve(POOL))).length > 0 ? 1 : 0;
      await arena.pass(1000);
    });
    await arena.pass(10_000);
    const isHeld = lost === 0 && served === others - 1 && arena.elements().length === others;
    const saw = list(
      isHeld ? 'the element stays in the pool' : 'the element is taken out, or others wait',
      'meanwhile others register and resolve',
    );
    return { succeeded: !isHeld, saw };
  },
};
