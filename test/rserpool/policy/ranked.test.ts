import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Letters } from './selecting.ts';

const lu = (load: number) => ({ kind: 'least-used', load }) as const;
const prio = (priority: number) => ({ kind: 'priority', priority }) as const;
const lud = (load: number, degradation: number) =>
  ({ kind: 'least-used-with-degradation', load, degradation }) as const;
const plu = (load: number, degradation: number) => ({ kind: 'priority-least-used', load, degradation }) as const;

/** Whether all of the best rank come first, one after the other, and then in that order again; and so for the next rank. */
function expectTurns(pool: Letters, loads: ReadonlyMap<string, number>): void {
  for (const load of new Set([...loads.values()].sort((a, b) => a - b))) {
    const equals = [...loads].filter(([, each]) => each === load).map(([name]) => name);
    const before = [...loads.values()].filter((each) => each < load).length;
    const turn = () => equals.map(() => pool.select(before + 1).at(-1)!);
    const order = turn();
    expect([...order].sort()).toEqual([...equals].sort());
    expect(turn()).toEqual(order);
  }
}

describe('least used', () => {
  it('[POL-046] [POL-049] answers the lowest loads in ascending order', () => {
    const pool = new Letters({ A: lu(10), B: lu(50), C: lu(30), D: lu(20) });
    expect([pool.select(), pool.select(2), pool.select(1)]).toEqual(['ADCB', 'AD', 'A']);
  });

  it('[POL-046] [POL-047] [POL-048] [POL-049] does so while members come, go and change, and every rank takes turns', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'remove', 'update', 'select'),
      name: fc.constantFrom(...'ABCDEFGHIJ'),
      load: fc.nat(4),
      count: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const pool = new Letters({ Z: lu(2) });
        const loads = new Map([['Z', 2]]);
        for (const { what, name, load, count } of steps) {
          if (what === 'remove') {
            if (loads.delete(name)) pool.remove(name);
          } else if (what !== 'select') {
            pool[loads.has(name) ? 'update' : 'add'](name, lu(load));
            loads.set(name, load);
          } else {
            const answer = [...pool.select(count)];
            const sorted = [...loads.values()].sort((a, b) => a - b);
            expect(answer.map((each) => loads.get(each))).toEqual(sorted.slice(0, count));
            expect(new Set(answer).size).toBe(answer.length);
          }
        }
        expectTurns(pool, loads);
      }),
    );
  });

  it('[POL-001] takes all of 0 to 100 %', () => {
    const pool = new Letters({ A: lu(0xffffffff), B: lu(0x80000000), C: lu(0), D: lu(0x7fffffff) });
    expect(pool.select()).toBe('CDBA');
  });

  it('[POL-048] goes round robin among equal loads', () => {
    const pool = new Letters({ A: lu(7), B: lu(7), C: lu(7) });
    expect(pool.heads(6)).toBe('ABCABC');
  });

  it('[POL-048] goes round robin with one that came later, and was not in the answer before', () => {
    const pool = new Letters({ A: lu(1), C: lu(5) });
    expect(pool.select()).toBe('AC');
    pool.add('B', lu(1));
    expect(pool.heads(4)).toBe('ABAB');
  });

  it('[POL-048] turns each group of equals that the answer reaches by one', () => {
    const pool = new Letters({ A: lu(1), B: lu(5), C: lu(5), D: lu(5), E: lu(9), F: lu(9) });
    expect([pool.select(), pool.select(3), pool.select(3), pool.select()]).toEqual(['ABCDEF', 'ACD', 'ADB', 'ABCDFE']);
  });

  it('a re-registration with the same load keeps the place, another load moves', () => {
    const pool = new Letters({ A: lu(5), B: lu(5) });
    pool.update('A', lu(5));
    expect(pool.heads(1)).toBe('A');
    pool.update('B', lu(0xffffffff));
    expect(pool.heads(2)).toBe('AA');
    pool.update('A', lu(0xffffffff));
    expect(pool.heads(2)).toBe('BA');
  });

  it('[POL-047] one that has just come takes the place of one that has just gone', () => {
    const pool = new Letters({ A: lu(1), B: lu(5) });
    expect(pool.select()).toBe('AB');
    pool.add('C', lu(7));
    pool.remove('B');
    expect(pool.select()).toBe('AC');
  });

  it('[POL-047] removal keeps the order', () => {
    const pool = new Letters({ A: lu(4), B: lu(2), C: lu(3), D: lu(1), E: lu(0) });
    pool.remove('E');
    pool.remove('B');
    expect(pool.select()).toBe('DCA');
  });
});

describe('priority', () => {
  it('[POL-039] [POL-040] [POL-041] answers the highest priorities in decreasing order', () => {
    const pool = new Letters({ A: prio(3), B: prio(0), C: prio(0xffffffff), D: prio(8) });
    expect([pool.select(), pool.select(2)]).toEqual(['CDAB', 'CD']);
  });

  it('[POL-042] equal priorities come in some order, each once', () => {
    const pool = new Letters({ A: prio(3), B: prio(3), C: prio(4) });
    const answer = pool.select();
    expect(answer[0]).toBe('C');
    expect([...answer].sort().join('')).toBe('ABC');
  });
});

describe('least used with degradation', () => {
  it('[POL-053] [POL-056] [POL-057] adds the degradation for every answer an element was in', () => {
    const pool = new Letters({ A: lud(0x40000000, 0x10000000), B: lud(0x50000000, 0x08000000) });
    // A 40 -> 50; tie at 50, A was the last: B -> 58; A -> 60; B 58 -> 60; tie: A was before B.
    expect(pool.heads(5)).toBe('ABABA');
  });

  it('[POL-056] [POL-058] counts for each element in the answer, not only for the first', () => {
    const pool = new Letters({ A: lud(10, 100), B: lud(20, 5), C: lud(40, 1) });
    expect(pool.select(2)).toBe('AB');
    // A 110, B 25, C 40.
    expect(pool.select()).toBe('BCA');
  });

  it('[POL-054] every re-registration sets the counter to 0', () => {
    const pool = new Letters({ A: lud(10, 100), B: lud(50, 100) });
    expect(pool.heads(2)).toBe('AB');
    pool.update('A', lud(10, 100));
    // A 10 -> 110, B 150.
    expect(pool.heads(2)).toBe('AA');
  });

  it('[POL-053] [POL-054] [POL-057] [POL-058] does so while members come, go and register again', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'remove', 'update', 'select', 'select', 'select'),
      name: fc.constantFrom(...'ABCDEFGHIJ'),
      load: fc.nat(6),
      // Mostly the same one.
      degradation: fc.constantFrom(2, 2, 2, 2, 0, 1, 5, 100),
      count: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const pool = new Letters({ Z: lud(2, 2) });
        const model = new Map([['Z', { value: 2, degradation: 2 }]]);
        for (const { what, name, load, degradation, count } of steps) {
          if (what === 'remove') {
            if (model.delete(name)) pool.remove(name);
          } else if (what !== 'select') {
            pool[model.has(name) ? 'update' : 'add'](name, lud(load, degradation));
            model.set(name, { value: load, degradation });
          } else {
            const answer = [...pool.select(count)];
            const sorted = [...model.values()].map(({ value }) => value).sort((a, b) => a - b);
            expect(answer.map((each) => model.get(each)?.value)).toEqual(sorted.slice(0, count));
            expect(new Set(answer).size).toBe(answer.length);
            for (const each of answer) model.get(each)!.value += model.get(each)!.degradation;
          }
        }
      }),
    );
  });

  it('[POL-048] [POL-057] goes round robin among equals, whether or not they degrade', () => {
    for (const degradation of [0, 10]) {
      const pool = new Letters({ A: lud(1, degradation), B: lud(1, degradation), C: lud(1, degradation) });
      expect([pool.select(), pool.select(), pool.select(), pool.select()]).toEqual(['ABC', 'BCA', 'CAB', 'ABC']);
      expect(pool.heads(6)).toBe('BCABCA');
    }
  });

  it('[POL-059] goes beyond 32 bits', () => {
    const pool = new Letters({ A: lud(0xffffffff, 0xffffffff), B: lud(0xffffffff, 0xfffffffe) });
    // With M = 2^32 - 1: A M -> 2M, B M -> 2M-1 -> 3M-2, A 2M -> 3M, B 3M-2 -> 4M-3, A 3M -> 4M, B.
    expect(pool.heads(7)).toBe('ABBABAB');
  });
});

describe('priority least used', () => {
  it('[POL-062] [POL-064] [POL-067] sorts by the sum of load and degradation', () => {
    const pool = new Letters({ A: plu(50, 50), B: plu(50, 10), C: plu(25, 5) });
    expect([pool.select(), pool.select(2), pool.select(1)]).toEqual(['CBA', 'CB', 'C']);
  });

  it('[POL-066] goes round robin among equal sums', () => {
    const pool = new Letters({ A: plu(50, 10), B: plu(40, 20) });
    expect(pool.heads(4)).toBe('ABAB');
  });

  it('[POL-068] adds beyond 32 bits', () => {
    const pool = new Letters({ A: plu(0xffffffff, 1), B: plu(0xfffffff0, 2) });
    expect(pool.select()).toBe('BA');
  });
});

describe('priority least used with degradation', () => {
  it('sorts by the load with one more user, and degrades with every answer', () => {
    const policy = (load: number, degradation: number) =>
      ({ kind: 'priority-least-used-with-degradation', load, degradation }) as const;
    const pool = new Letters({ A: policy(10, 30), B: policy(30, 15) });
    // A 40 -> 70, B 45 -> 60 -> 75, A 70 -> 100, B.
    expect(pool.heads(5)).toBe('ABBAB');
    pool.update('A', policy(10, 30));
    expect(pool.heads(1)).toBe('A');
  });
});

describe('least used with a delay penalty', () => {
  const policy = (load: number, distanceMs: number) =>
    ({ kind: 'least-used-with-delay-penalty', load, loadDpf: 100, distanceMs }) as const;

  it('counts each millisecond of distance as load', () => {
    expect(new Letters({ A: policy(0, 50), B: policy(4999, 0), C: policy(3000, 21) }).select()).toBe('BAC');
  });

  it('takes no element for more than full', () => {
    // All are full: round robin among equals.
    const far = policy(0xffffffff, 1000);
    expect(new Letters({ A: far, B: policy(0xffffffff, 0), C: far }).heads(6)).toBe('ABCABC');
  });
});

describe('least used with degradation and a delay penalty', () => {
  it('adds both', () => {
    const policy = (load: number, distanceMs: number) =>
      ({
        kind: 'least-used-with-degradation-and-delay-penalty',
        load,
        degradation: 10,
        loadDpf: 2,
        distanceMs,
      }) as const;
    const pool = new Letters({ A: policy(0, 10), B: policy(25, 0) });
    // A 20 -> 30, B 25 -> 35, A 30 -> 40, B 35 -> 45, A.
    expect(pool.heads(5)).toBe('ABABA');
  });
});
