import { describe, expect, it } from 'vitest';
import { Letters } from './selecting.ts';

const rr = { kind: 'round-robin' } as const;

describe('round robin', () => {
  it('[POL-011] [POL-012] [POL-013] [POL-014] [POL-015] answers from the head on, and the head advances by one', () => {
    const pool = new Letters({ A: rr, B: rr, C: rr });
    expect([pool.select(), pool.select(), pool.select(), pool.select()]).toEqual(['ABC', 'BCA', 'CAB', 'ABC']);
  });

  it('[POL-015] advances by one also where fewer are asked for than there are', () => {
    const pool = new Letters({ A: rr, B: rr, C: rr, D: rr });
    expect([pool.select(3), pool.select(3), pool.select(3)]).toEqual(['ABC', 'BCD', 'CDA']);
  });

  it('[POL-016] makes the next one the head when the head is removed', () => {
    const pool = new Letters({ A: rr, B: rr, C: rr });
    pool.select();
    pool.remove('B');
    expect([pool.select(), pool.select()]).toEqual(['CA', 'AC']);
  });

  it('[POL-016] keeps the head when another one is removed, and takes new ones in as the last', () => {
    const pool = new Letters({ A: rr, B: rr, C: rr });
    pool.select();
    pool.remove('C');
    pool.add('D', rr);
    expect(pool.select()).toBe('BAD');
  });

  it('is not moved by a re-registration', () => {
    const pool = new Letters({ A: rr, B: rr });
    pool.select();
    pool.update('A', rr);
    expect(pool.select()).toBe('BA');
  });

  it('answers nothing when empty, and works again after that', () => {
    const pool = new Letters({ A: rr });
    pool.remove('A');
    expect(pool.select()).toBe('');
    pool.add('B', rr);
    expect([pool.select(), pool.selector.size]).toEqual(['B', 1]);
  });
});
