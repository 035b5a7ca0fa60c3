import { describe, expect, it } from 'vitest';
import { Undelivered } from '../../../src/rserpool/security/undelivered.ts';

describe('messages that did not arrive', () => {
  it('are those whose last record was given back, or never made', () => {
    const kept = new Undelivered<string>();
    kept.add('a', 10)(3);
    kept.add('b', 10)(4);
    kept.add('c', 10)(7);
    kept.add('d', 10);
    kept.recordLost();
    kept.recordLost();
    expect(kept.take(7)).toEqual(['c', 'd']);
    expect(kept.take(7)).toEqual([]);
  });

  it('are none if all records have arrived', () => {
    const kept = new Undelivered<string>();
    kept.add('a', 10)(3);
    expect(kept.take(3)).toEqual([]);
  });

  it('are forgotten when what is not acknowledged has no room for them', () => {
    const kept = new Undelivered<string>();
    for (const [i, name] of ['a', 'b', 'c'].entries()) kept.add(name, 100)(i + 1);
    kept.forgetBut(150);
    expect(kept.keptBytes).toBe(200);
    for (let i = 0; i < 3; i++) kept.recordLost();
    expect(kept.take(3)).toEqual(['b', 'c']);
    kept.add('d', 100);
    kept.forgetBut(0);
    expect(kept.keptBytes).toBe(100);
  });
});
