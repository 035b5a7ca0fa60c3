import { describe, expect, it } from 'vitest';
import { forEachSeed } from '../../harness/seeds.ts';
import { POOL, Scope } from './scope.ts';

/** All are configured with r1 only, and learn of each other from it. */
const star = (_: number, other: number): boolean => other === 1;

function names(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `r${first + i}`);
}

describe('registrars that know of each other by hearsay', () => {
  it('[ENRP-071] [ENRP-087] meet although they were configured with one only', () => {
    forEachSeed(10, (seed) => {
      const scope = new Scope(seed, 5, {}, [], star).startAll();
      scope.expectHarmony();
    });
  });

  it('[ENRP-087] meet although they started at the same moment with different mentors', () => {
    forEachSeed(20, (seed) => {
      const scope = new Scope(seed, 4, {}, [], (i, other) => (i <= 2 ? other <= 2 : other === i - 2));
      scope.start(1);
      scope.start(2);
      scope.run(1000);
      scope.start(3);
      scope.start(4);
      scope.run(1500);
      scope.expectHarmony();
    });
  });
});

describe('a partition that heals after both sides took each other over', () => {
  it.each([
    ['one from two', 3, 2],
    ['two from two', 4, 2],
    ['the one that all are configured with', 4, 1],
  ])('[ENRP-187] [ENRP-209] makes one scope of %s again', (_, count, cut) => {
    forEachSeed(10, (seed) => {
      const scope = new Scope(seed, count, {}, [], star).startAll();
      for (let i = 1; i <= 6; i++) scope.join(`e${i}`, [(i % count) + 1, (i % 2) + 1]);
      scope.run(500);
      const before = scope.homes().split(' ').length;
      expect(before).toBe(6);
      scope.network.partition.split(names(1, cut), names(cut + 1, count));
      scope.run(3000);
      // Both sides change: one element goes, two come.
      scope.elements[0]!.call((role, now) => role.deregister(POOL, 1, now));
      scope.join('left', [1]);
      scope.join('right', [count]);
      scope.run(1000);
      scope.network.partition.healAll();
      scope.run(6000);
      scope.expectHarmony();
      expect(scope.homes().split(' ')).toHaveLength(7);
      expect(scope.homes()).not.toContain('gone');
      for (let i = 2; i <= 8; i++) expect(scope.ownersOf(i)).toHaveLength(1);
    });
  });

  it('makes one scope again although the one that all were configured with is dead', () => {
    forEachSeed(10, (seed) => {
      const scope = new Scope(seed, 3, {}, [], star).startAll();
      for (let i = 1; i <= 4; i++) scope.join(`e${i}`, [2, 3]);
      scope.registrars[0]!.kill();
      scope.run(3000);
      scope.network.partition.split(['r2'], ['r3']);
      scope.run(3000);
      scope.network.partition.healAll();
      scope.run(6000);
      scope.expectHarmony();
      expect(scope.homes().split(' ')).toHaveLength(4);
    });
  });
});

describe('two registrars that do not reach each other, while a third one reaches both', () => {
  it('[ENRP-172] [ENRP-186] lose no element, and agree when they meet again', () => {
    forEachSeed(20, (seed) => {
      const scope = new Scope(seed, 3).startAll();
      for (let i = 1; i <= 6; i++) scope.join(`e${i}`, [(i % 3) + 1]);
      scope.run(500);
      scope.network.partition.split(['r1'], ['r2']);
      for (let i = 0; i < 20; i++) {
        scope.run(200);
        for (let n = 1; n <= 6; n++) expect(scope.ownersOf(n).length).toBeGreaterThan(0);
      }
      scope.network.partition.healAll();
      scope.run(5000);
      scope.expectHarmony();
      expect(scope.homes().split(' ')).toHaveLength(6);
      for (let i = 1; i <= 6; i++) expect(scope.ownersOf(i)).toHaveLength(1);
    });
  });
});
