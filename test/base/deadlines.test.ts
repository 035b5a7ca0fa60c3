import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deadlines } from '../../src/base/deadlines.ts';

describe('Deadlines', () => {
  it('does what a plain map does', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), key: fc.nat(8), at: fc.nat(50) }),
      fc.record({ kind: fc.constant('delete' as const), key: fc.nat(8) }),
      fc.record({ kind: fc.constant('take' as const), now: fc.nat(50) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const deadlines = new Deadlines<number>();
        const model = new Map<number, number>();
        for (const each of steps) {
          if (each.kind === 'set') {
            deadlines.set(each.key, each.at);
            model.set(each.key, each.at);
          } else if (each.kind === 'delete') {
            deadlines.delete(each.key);
            model.delete(each.key);
          } else {
            const earliest = Math.min(...model.values());
            const key = deadlines.takeDue(each.now);
            if (earliest > each.now) expect(key).toBeUndefined();
            else {
              expect(model.get(key!)).toBe(earliest);
              model.delete(key!);
            }
          }
          expect(deadlines.size).toBe(model.size);
          expect(deadlines.next()).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
        }
      }),
    );
  });

  it('takes no room for deadlines that were replaced a million times', () => {
    const deadlines = new Deadlines<string>();
    for (let i = 0; i < 1_000_000; i++) deadlines.set('a', i);
    expect(deadlines.takeDue(1e9)).toBe('a');
    expect(deadlines.takeDue(1e9)).toBeUndefined();
  });
});
