import { describe, expect, it } from 'vitest';
import type { SeededRandom } from '../../harness/random.ts';
import { forEachSeed } from '../../harness/seeds.ts';
import { POOL, Scope } from './scope.ts';

/** One thing that goes wrong, or right again. */
function stir(scope: Scope, random: SeededRandom): void {
  const { registrars, elements, network } = scope;
  const i = random.below(registrars.length);
  const names = registrars.map(({ name }) => name);
  switch (random.below(7)) {
    case 0:
      if (scope.alive.length > 1) registrars[i]!.kill();
      break;
    case 1:
      if (!registrars[i]!.isAlive) scope.restart(i + 1);
      break;
    case 2: {
      const cut = 1 + random.below(names.length - 1);
      network.partition.split(names.slice(0, cut), names.slice(cut));
      break;
    }
    case 3:
      network.partition.healAll();
      break;
    case 4: {
      // An element and a registrar do not reach each other.
      const element = elements[random.below(elements.length)]!;
      network.partition.split([element.name], [names[i]!]);
      break;
    }
    case 5: {
      const n = random.below(elements.length);
      if (elements[n]!.role.isRegistered) elements[n]!.call((role, now) => role.deregister(POOL, n + 1, now));
      break;
    }
    default:
      if (elements.length < 12) scope.join(`e${elements.length + 1}`, [i + 1, ((i + 1) % names.length) + 1]);
  }
}

describe('registrars and elements to which everything happens', () => {
  it.each([2, 3, 5])(
    '[ENRP-004] [ENRP-154] [ENRP-220] %d of them agree in the end, and each element has one home',
    (count) => {
      forEachSeed(15, (seed) => {
        const scope = new Scope(seed, count, {}, [], (_, other) => other === 1 || other === count).startAll();
        for (let n = 1; n <= 4; n++) scope.join(`e${n}`, [1, (n % count) + 1]);
        const random = scope.random.fork('chaos');
        for (let i = 0; i < 30; i++) {
          scope.run(1 + random.below(600));
          stir(scope, random);
        }
        scope.network.partition.healAll();
        scope.registrars.forEach((host, i) => {
          if (!host.isAlive) scope.restart(i + 1);
        });
        scope.run(12_000);
        // Not the harness's rule that nothing is sent on a channel that fails at this moment.
        scope.expectAgreement();
        const registered = scope.elements.flatMap(({ role }, i) => (role.isRegistered ? [i + 1] : []));
        for (const n of registered) expect(scope.ownersOf(n)).toHaveLength(1);
        const listed = scope
          .homes()
          .split(' ')
          .filter(Boolean)
          .map((each) => Number(each.split('@')[0]));
        expect(listed.toSorted((a, b) => a - b)).toEqual(registered);
      });
    },
  );
});
