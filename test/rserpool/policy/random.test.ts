import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyParameter } from '../../../src/rserpool/wire/policy.ts';
import { CHI_SQUARE_LIMIT, chiSquare, Letters } from './selecting.ts';

const random = { kind: 'random' } as const;
const weighted = (weight: number) => ({ kind: 'weighted-random', weight }) as const;
const rlu = (load: number) => ({ kind: 'randomized-least-used', load }) as const;

const count = (words: readonly string[], names: string, place: number) =>
  [...names].map((name) => words.filter((word) => word[place] === name).length);

const answers = (pool: Letters, times: number) => Array.from({ length: times }, () => pool.select());

describe('random', () => {
  it('every member is equally likely in every place', () => {
    const words = answers(new Letters({ A: random, B: random, C: random, D: random }), 20_000);
    for (const place of [0, 1, 2, 3]) {
      expect(chiSquare(count(words, 'ABCD', place), [0.25, 0.25, 0.25, 0.25])).toBeLessThan(CHI_SQUARE_LIMIT[3]);
    }
  });

  it('[POL-028] an answer says nothing about the next one', () => {
    const pool = new Letters({ A: random, B: random });
    const heads = pool.heads(40_001);
    const pairs = Array.from({ length: 20_000 }, (_, i) => heads.slice(2 * i, 2 * i + 2));
    const observed = ['AA', 'AB', 'BA', 'BB'].map((pair) => pairs.filter((p) => p === pair).length);
    expect(chiSquare(observed, [0.25, 0.25, 0.25, 0.25])).toBeLessThan(CHI_SQUARE_LIMIT[3]);
  });

  it('stays fair after removals', () => {
    const pool = new Letters({ A: random, B: random, C: random, D: random });
    pool.remove('A');
    pool.remove('D');
    pool.add('E', random);
    expect(chiSquare(count(answers(pool, 20_000), 'BCE', 0), [1 / 3, 1 / 3, 1 / 3])).toBeLessThan(CHI_SQUARE_LIMIT[2]);
  });
});

describe('weighted random', () => {
  it('[POL-036] the first one is drawn by weight', () => {
    const words = answers(new Letters({ A: weighted(3), B: weighted(1), C: weighted(2) }), 60_000);
    const observed = count(words, 'ABC', 0);
    expect(chiSquare(observed, [3 / 6, 1 / 6, 2 / 6])).toBeLessThan(CHI_SQUARE_LIMIT[2]);
  });

  it('[POL-036] the second one is drawn by weight among those that are left', () => {
    const words = answers(new Letters({ A: weighted(3), B: weighted(1), C: weighted(2) }), 60_000);
    const behindA = words.filter((word) => word.startsWith('A'));
    expect(chiSquare(count(behindA, 'BC', 1), [1 / 3, 2 / 3])).toBeLessThan(CHI_SQUARE_LIMIT[1]);
  });

  it('[POL-033] is random where all weights are 1', () => {
    const words = answers(new Letters({ A: weighted(1), B: weighted(1), C: weighted(1) }), 30_000);
    expect(chiSquare(count(words, 'ABC', 0), [1 / 3, 1 / 3, 1 / 3])).toBeLessThan(CHI_SQUARE_LIMIT[2]);
  });

  it('[POL-036] follows a changed weight, and removals', () => {
    const pool = new Letters({ A: weighted(1), B: weighted(1), C: weighted(7), D: weighted(4) });
    pool.update('A', weighted(4));
    pool.remove('C');
    expect(chiSquare(count(answers(pool, 30_000), 'ABD', 0), [4 / 9, 1 / 9, 4 / 9])).toBeLessThan(CHI_SQUARE_LIMIT[2]);
  });

  it('[POL-036] draws by the largest weights, whose sum exceeds 32 bits', () => {
    const words = answers(
      new Letters({ A: weighted(0xffffffff), B: weighted(0xffffffff), C: weighted(0xfffffffe), D: weighted(1) }),
      30_000,
    );
    expect(chiSquare(count(words, 'ABC', 0), [1 / 3, 1 / 3, 1 / 3])).toBeLessThan(CHI_SQUARE_LIMIT[2]);
  });

  it('[POL-004] never selects weight 0, not even if nothing else is there', () => {
    const pool = new Letters({ A: weighted(0), B: weighted(2) });
    expect(pool.select()).toBe('B');
    pool.remove('B');
    expect(pool.select()).toBe('');
  });

  it('moves weights along with their members when one is removed', () => {
    const pool = new Letters({ A: weighted(0), B: weighted(2), C: weighted(3) });
    pool.remove('A');
    expect([...pool.select()].sort().join('')).toBe('BC');
  });
});

describe('randomized least used', () => {
  it('[POL-072] [POL-073] draws by the unused part', () => {
    // Unused: 4/4, 1/4, 0.
    const words = answers(new Letters({ A: rlu(0), B: rlu(0xbfffffff), C: rlu(0xffffffff) }), 40_000);
    expect(chiSquare(count(words, 'AB', 0), [0.8, 0.2])).toBeLessThan(CHI_SQUARE_LIMIT[1]);
    expect(words.some((word) => word.includes('C'))).toBe(false);
  });

  it('[POL-074] draws evenly where all are fully loaded', () => {
    const full = rlu(0xffffffff);
    const words = answers(new Letters({ A: full, B: full, C: full }), 30_000);
    expect(chiSquare(count(words, 'ABC', 0), [1 / 3, 1 / 3, 1 / 3])).toBeLessThan(CHI_SQUARE_LIMIT[2]);
    expect(words.every((word) => new Set(word).size === 3)).toBe(true);
  });
});

const FULL = 0xffffffff;
const degrading = (kind: string, load: number, degradation: number) =>
  ({ kind, load: Math.round(load * FULL), degradation: Math.round(degradation * FULL) }) as PolicyParameter;

describe('randomized priority least used', () => {
  it('draws by what one more user would leave unused', () => {
    // Left: 0.4, 0.1.
    const policy = (load: number, degradation: number) =>
      degrading('randomized-priority-least-used', load, degradation);
    const words = answers(new Letters({ A: policy(0.2, 0.4), B: policy(0.5, 0.4) }), 40_000);
    expect(chiSquare(count(words, 'AB', 0), [0.8, 0.2])).toBeLessThan(CHI_SQUARE_LIMIT[1]);
  });
});

describe('randomized least used with degradation', () => {
  it('draws by what is unused, less the degradation for every answer', () => {
    const heads = Array.from({ length: 20_000 }, (_, seed) => {
      const policy = degrading('randomized-least-used-with-degradation', 0.5, 0.3);
      return new Letters({ A: policy, B: policy }, seed).heads(2);
    });
    // Whoever was first has 0.2 left, the other one 0.5.
    const again = heads.filter(([first, second]) => first === second).length;
    expect(chiSquare([again, heads.length - again], [2 / 7, 5 / 7])).toBeLessThan(CHI_SQUARE_LIMIT[1]);
  });

  it('a registration sets the counter to 0', () => {
    const policy = (load: number, degradation: number) =>
      degrading('randomized-least-used-with-degradation', load, degradation);
    const heads = Array.from({ length: 10_000 }, (_, seed) => {
      const pool = new Letters({ A: policy(0, 0.45) }, seed);
      pool.select();
      pool.update('A', policy(0, 0.45));
      pool.select();
      pool.add('B', policy(0.45, 0));
      return pool.select(1);
    });
    expect(chiSquare(count(heads, 'AB', 0), [0.5, 0.5])).toBeLessThan(CHI_SQUARE_LIMIT[1]);
  });
});

describe('randomized priority least used with degradation', () => {
  it('counts the degradation once more than it was answered', () => {
    const heads = Array.from({ length: 20_000 }, (_, seed) => {
      const policy = degrading('randomized-priority-least-used-with-degradation', 0.1, 0.3);
      return new Letters({ A: policy, B: policy }, seed).heads(2);
    });
    // 0.6 each, then 0.3 against 0.6.
    const again = heads.filter(([first, second]) => first === second).length;
    expect(chiSquare([again, heads.length - again], [1 / 3, 2 / 3])).toBeLessThan(CHI_SQUARE_LIMIT[1]);
  });
});

describe('weighted random with a delay penalty', () => {
  const policy = (weight: number, distanceMs: number) =>
    ({ kind: 'weighted-random-with-delay-penalty', weight, weightDpf: Math.round(0.01 * FULL), distanceMs }) as const;

  it('takes 1 % of the weight away for each millisecond', () => {
    // 1000, 500, 250.
    const words = answers(new Letters({ A: policy(1000, 0), B: policy(1000, 50), C: policy(500, 50) }), 40_000);
    expect(chiSquare(count(words, 'ABC', 0), [4 / 7, 2 / 7, 1 / 7])).toBeLessThan(CHI_SQUARE_LIMIT[2]);
  });

  it('leaves 1 however far it is, and 0 where it was 0', () => {
    const pool = new Letters({ A: policy(0, 0), B: policy(1000, 500) });
    expect(pool.select()).toBe('B');
  });
});

describe('every policy', () => {
  const number = fc.oneof(fc.nat(4), fc.constantFrom(0xffffffff, 0x80000000), fc.integer({ min: 0, max: 0xffffffff }));
  const policies = fc.constantFrom(
    'round-robin',
    'weighted-round-robin',
    'random',
    'weighted-random',
    'priority',
    'least-used',
    'least-used-with-degradation',
    'priority-least-used',
    'randomized-least-used',
    'randomized-priority-least-used',
    'randomized-least-used-with-degradation',
    'priority-least-used-with-degradation',
    'randomized-priority-least-used-with-degradation',
    'weighted-random-with-delay-penalty',
    'least-used-with-delay-penalty',
    'least-used-with-degradation-and-delay-penalty',
  );
  const steps = fc.array(
    fc.record({
      what: fc.constantFrom('add', 'remove', 'update', 'select', 'select'),
      which: fc.nat(25),
      count: fc.integer({ min: 1, max: 12 }),
      weight: number,
      load: number,
      degradation: number,
      priority: number,
    }),
    { maxLength: 80 },
  );

  it('[POL-008] [POL-029] [POL-030] [POL-034] [POL-035] [POL-045] [POL-047] [POL-063] [POL-065] answers members only, each once, as many as wanted', () => {
    fc.assert(
      fc.property(policies, steps, fc.nat(), (kind, todo, seed) => {
        const policyOf = ({ weight, load, degradation, priority }: (typeof todo)[number]) =>
          ({
            kind,
            weight,
            load,
            degradation,
            priority,
            weightDpf: degradation,
            loadDpf: degradation,
            distanceMs: 7,
          }) as never;
        const pool = new Letters({ A: policyOf({ ...todo[0]!, weight: 1, load: 1 }) }, seed);
        const weights = new Map([['A', { weight: 1, load: 1 }]]);
        for (const step of todo) {
          const name = String.fromCharCode(65 + step.which);
          if (step.what === 'add' && !weights.has(name)) pool.add(name, policyOf(step));
          else if (step.what === 'update' && weights.has(name)) pool.update(name, policyOf(step));
          else if (step.what === 'remove' && weights.has(name)) pool.remove(name);
          if (step.what === 'remove') weights.delete(name);
          else if (step.what === 'add' ? !weights.has(name) : step.what === 'update' && weights.has(name)) {
            weights.set(name, step);
          }
          if (step.what !== 'select') continue;
          const answer = [...pool.select(step.count)];
          const all = [...weights.values()];
          const selectable = kind.startsWith('weighted')
            ? all.filter(({ weight }) => weight > 0).length
            : kind === 'randomized-least-used' && all.some(({ load }) => load < 0xffffffff)
              ? all.filter(({ load }) => load < 0xffffffff).length
              : all.length;
          expect(answer).toHaveLength(Math.min(step.count, selectable));
          expect(new Set(answer).size).toBe(answer.length);
          for (const member of answer) expect(weights.has(member)).toBe(true);
          expect(pool.selector.size).toBe(weights.size);
        }
      }),
      { numRuns: 400 },
    );
  });
});
