import { PPID } from '../../src/rserpool/role.ts';
import { poolHandle } from '../../src/rserpool/wire/pool-handle.ts';
import { asap, POOL } from './arena.ts';
import { type Attack, list } from './attack.ts';

const REPORTS = 10_000;
/** reportsPerSecond of one channel, and the same at once. */
const COUNTED_AT_MOST = 20;

/** RFC 5355 §2.13: a registrar is told again and again that an element cannot be reached. */
export const unreachableFlood: Attack = {
  threat: '2.13',
  what: 'A user reports an element 10,000 times that is there, so that the registrar has no time for others',
  succeedsAgainst: { plain: false, secured: false },
  async run(arena) {
    const registrar = await arena.registrar(1);
    await arena.element(1);
    const user = await arena.user();
    const report = asap({ kind: 'endpoint-unreachable', poolHandle: poolHandle(POOL), peIdentifier: 1 });
    let [counted, served, others] = [0, 0, 1];
    await arena.byAllWays(PPID.asap, async (attacker) => {
      const { reports } = registrar.snapshot().counters;
      for (let i = 0; i < REPORTS; i++) attacker.say(report);
      await arena.element(++others);
      served += (await arena.run(user.resolve(POOL))).length > 0 ? 1 : 0;
      await arena.pass(1000);
      counted = Math.max(counted, registrar.snapshot().counters.reports - reports);
    });
    await arena.pass(10_000);
    const isHeld = counted <= COUNTED_AT_MOST && served === others - 1 && arena.elements().length === others;
    const saw = list(
      isHeld ? `no more than ${COUNTED_AT_MOST} of them are counted` : 'the registrar is busy with them',
      'meanwhile others register and resolve',
      'the element is in the pool',
    );
    return { succeeded: !isHeld, saw };
  },
};
