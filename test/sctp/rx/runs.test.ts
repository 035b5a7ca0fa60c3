import { expect, it } from 'vitest';
import { type Tsn, tsn } from '../../../src/base/serial.ts';
import { Runs } from '../../../src/sctp/rx/runs.ts';
import { SeededRandom } from '../../harness/random.ts';

interface Span {
  first: Tsn;
  last: Tsn;
}

const span = (first: number, last: number): Span => ({ first: tsn(first), last: tsn(last) });

it('runs are found by either end, whatever is filed, changed and removed', () => {
  const random = new SeededRandom(1);
  const runs = new Runs<Span>();
  const known = new Set<Span>();
  let next = 10;
  for (let step = 0; step < 3000; step++) {
    const some = [...known][random.u32() % Math.max(1, known.size)];
    const dice = random.u32() % 4;
    if (some === undefined || dice === 0) {
      const run = span(next, next + (random.u32() % 3));
      next += 100;
      runs.file(run);
      known.add(run);
    } else if (dice === 1) {
      runs.remove(some);
      known.delete(some);
    } else {
      runs.beginChange(some);
      some.last = tsn(some.last + 1);
      runs.file(some);
    }
    expect(runs.isEmpty).toBe(known.size === 0);
    expect(new Set(runs.values())).toEqual(known);
    for (const run of known) {
      expect(runs.beginningAt(run.first)).toBe(run);
      expect(runs.endingAt(run.last)).toBe(run);
      expect(runs.endingAt(tsn(run.last + 1))).toBeUndefined();
      if (run.last > run.first) expect(runs.endingAt(tsn(run.last - 1))).toBeUndefined();
    }
  }
});

it('what is not there can be removed', () => {
  const runs = new Runs<Span>();
  runs.file(span(1, 2));
  runs.remove(span(1, 2));
  expect(runs.endingAt(tsn(2))).toBeDefined();
});
