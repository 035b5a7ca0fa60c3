import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Letters } from './selecting.ts';

const wrr = (weight: number) => ({ kind: 'weighted-round-robin', weight }) as const;
const rr = { kind: 'round-robin' } as const;

describe('weighted round robin', () => {
  it('[POL-021] [POL-022] [POL-023] puts each one into the cycle as often as its weight says, well spread', () => {
    const pool = new Letters({ A: wrr(3), B: wrr(1), C: wrr(2) });
    // Entries at A 1/6 3/6 5/6, B 1/2, C 1/4 3/4.
    expect(pool.heads(12)).toBe('ACABCAACABCA');
  });

  it('[POL-024] lists each one once, by its first appearance from the head', () => {
    const pool = new Letters({ A: wrr(3), B: wrr(1), C: wrr(2) });
    // The cycle ACABCA seen from each of its places.
    const answers = Array.from({ length: 6 }, () => pool.select());
    expect(answers).toEqual(['ACB', 'CAB', 'ABC', 'BCA', 'CAB', 'ACB']);
  });

  it('[POL-024] answers what the following answers begin with', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
        fc.nat(40),
        (weights, skip) => {
          const make = () => new Letters(Object.fromEntries(weights.map((w, i) => ['ABCDEF'[i]!, wrr(w)])));
          const [pool, same] = [make(), make()];
          pool.heads(skip);
          same.heads(skip);
          const turn = same.heads(2 * weights.reduce((sum, w) => sum + w, 0));
          expect(pool.select()).toBe([...new Set(turn)].join(''));
        },
      ),
    );
  });

  it('[POL-024] does so where entries of many coincide', () => {
    const make = () => new Letters({ A: wrr(9), B: wrr(12), C: wrr(1), D: wrr(15), E: wrr(2) });
    for (let skip = 0; skip < 80; skip++) {
      for (let count = 1; count <= 5; count++) {
        const [pool, same] = [make(), make()];
        for (let i = 0; i < skip; i++) expect(pool.select(count)[0]).toBe(same.heads(1));
        expect(pool.select(count)).toBe([...new Set(same.heads(100))].slice(0, count).join(''));
      }
    }
  });

  it('[POL-022] gives exactly the weights in every turn', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 6 }), (weights) => {
        const pool = new Letters(Object.fromEntries(weights.map((w, i) => ['ABCDEF'[i]!, wrr(w)])));
        const total = weights.reduce((sum, w) => sum + w, 0);
        for (let turn = 0; turn < 3; turn++) {
          const heads = pool.heads(total);
          expect(weights.map((_, i) => heads.split('ABCDEF'[i]!).length - 1)).toEqual(weights);
        }
      }),
    );
  });

  it('[POL-020] is round robin where all weights are 1', () => {
    const weighted = new Letters({ A: wrr(1), B: wrr(1), C: wrr(1) });
    const plain = new Letters({ A: rr, B: rr, C: rr });
    for (let i = 0; i < 7; i++) expect(weighted.select()).toBe(plain.select());
    weighted.remove('B');
    plain.remove('B');
    for (let i = 0; i < 5; i++) expect(weighted.select(2)).toBe(plain.select(2));
  });

  it('[POL-004] never selects weight 0, until it gets one', () => {
    const pool = new Letters({ A: wrr(0), B: wrr(2) });
    expect(pool.heads(5)).toBe('BBBBB');
    expect(pool.select()).toBe('B');
    pool.update('A', wrr(2));
    expect([...pool.heads(10)].filter((head) => head === 'A')).toHaveLength(5);
    pool.update('B', wrr(0));
    expect(pool.heads(3)).toBe('AAA');
    pool.update('A', wrr(0));
    expect(pool.select()).toBe('');
    pool.remove('A');
    expect(pool.selector.size).toBe(1);
  });

  it('[POL-003] [POL-025] takes the largest weights', () => {
    const pool = new Letters({ A: wrr(0xffffffff), B: wrr(1) });
    expect(pool.heads(1000)).toBe('A'.repeat(1000));
    expect(pool.select()).toBe('AB');
  });

  it('[POL-021] [POL-023] has the entries of each one in equal distances, whoever else has its weight', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(weights, (weights) => {
        const names = [...'ABCDEFGHIJKL'];
        const pool = new Letters(Object.fromEntries(weights.map((w, i) => [names[i]!, wrr(w)])));
        const total = weights.reduce((sum, w) => sum + w, 0);
        const heads = pool.heads(3 * total);
        for (const [i, weight] of weights.entries()) {
          const places = [...heads.matchAll(new RegExp(names[i]!, 'g'))].map((match) => match.index);
          const gaps = places.slice(1).map((place, j) => place - places[j]!);
          // Weights take turns as well: one entry of each of the others may come in between, or not.
          const others = new Set(weights).size - 1;
          for (const gap of gaps) expect(Math.abs(gap - total / weight)).toBeLessThan(others + 1e-9 || 1e-9);
        }
      }),
    );
  });

  it('has the same heads whatever is asked for in between, while members come, go and change', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'remove', 'update', 'select', 'select', 'select'),
      name: fc.constantFrom(...'ABCDEF'),
      weight: fc.integer({ min: 0, max: 4 }),
      count: fc.integer({ min: 1, max: 7 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const [pool, heads] = [new Letters({ Z: wrr(2) }), new Letters({ Z: wrr(2) })];
        const weights = new Map([['Z', 2]]);
        for (const { what, name, weight, count } of steps) {
          if (what === 'select') {
            const answer = pool.select(count);
            const selectable = [...weights.values()].filter((each) => each > 0).length;
            expect(answer).toHaveLength(Math.min(count, selectable));
            expect(new Set(answer).size).toBe(answer.length);
            for (const each of answer) expect(weights.get(each)).toBeGreaterThan(0);
            expect(heads.select(1)).toBe(answer[0]);
          } else if (what === 'remove') {
            if (!weights.delete(name)) continue;
            for (const each of [pool, heads]) each.remove(name);
          } else {
            for (const each of [pool, heads]) each[weights.has(name) ? 'update' : 'add'](name, wrr(weight));
            weights.set(name, weight);
          }
        }
      }),
    );
  });

  it('a new member is the last one of its weight, as in round robin', () => {
    const pool = new Letters({ A: wrr(2), B: wrr(2), C: wrr(2) });
    expect(pool.heads(4)).toBe('ABCA');
    pool.add('D', wrr(2));
    expect(pool.heads(8)).toBe('BCADBCAD');
  });

  it('a new member of a new weight waits half of its period, and no turn is lost for the others', () => {
    const pool = new Letters({ A: wrr(1), B: wrr(1) });
    pool.heads(100_000);
    pool.add('C', wrr(2));
    const heads = pool.heads(400);
    expect([...'ABC'].map((name) => heads.split(name).length - 1)).toEqual([100, 100, 200]);
  });

  it('a re-registration with the same weight moves nothing', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(weights, fc.array(fc.nat(5), { maxLength: 60 }), (weights, updates) => {
        const make = () => new Letters(Object.fromEntries(weights.map((w, i) => ['ABCDEF'[i]!, wrr(w)])));
        const [pool, same] = [make(), make()];
        for (const update of updates) {
          const i = update % weights.length;
          pool.update('ABCDEF'[i]!, wrr(weights[i]!));
          expect(pool.select()).toBe(same.select());
        }
      }),
    );
  });

  it('a re-registration with another weight keeps the part of the way to the next turn', () => {
    const pool = new Letters({ A: wrr(1), B: wrr(4) });
    // A half of 1 away, B half of 1/4: with weight 8 it is half of 1/8 for A.
    pool.update('A', wrr(8));
    expect(pool.heads(12)).toBe('ABAABAABAABA');
    pool.update('A', wrr(4));
    expect([...pool.heads(8)].filter((head) => head === 'A')).toHaveLength(4);
  });

  it('a re-registration with another weight is the first of its weight if less than half of the way was left', () => {
    // Entries at A 1/8, B 3/8, C 5/8, D 7/8, E 1/6 3/6 5/6: after two of them E has had its turn, after three 5/8 of its way.
    for (const [passed, heads, after] of [
      [2, 'AE', 'BCDAEBCDAE'],
      [3, 'AEB', 'ECDABECDAB'],
    ] as const) {
      const pool = new Letters({ A: wrr(1), B: wrr(1), C: wrr(1), D: wrr(1), E: wrr(3) });
      expect(pool.heads(passed)).toBe(heads);
      pool.update('E', wrr(1));
      expect(pool.heads(10)).toBe(after);
    }
  });

  it('one that changes its weight all the time gets its share', () => {
    // With others of these weights, and alone with them.
    for (const others of [
      { B: wrr(4), C: wrr(5), D: wrr(4), E: wrr(5) },
      { B: wrr(6), C: wrr(6), D: wrr(6) },
    ]) {
      const pool = new Letters({ A: wrr(4), ...others });
      let heads = '';
      for (let i = 0; i < 1000; i++) {
        pool.update('A', wrr(4 + (i % 2)));
        heads += pool.heads(1);
      }
      // 4.5 of 22.5.
      const share = heads.split('A').length - 1;
      expect(share).toBeGreaterThan(150);
      expect(share).toBeLessThan(280);
    }
  });
});
