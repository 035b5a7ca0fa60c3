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

  it('a new member waits half of its own period, and no turn is lost for the others', () => {
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
});
