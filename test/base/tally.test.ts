import { expect, it } from 'vitest';
import { Tally } from '../../src/base/tally.ts';

it('a tally counts each by itself', () => {
  const tally = new Tally<string>();
  for (const key of ['a', 'b', 'a']) tally.add(key);
  expect(['a', 'b', 'c'].map((key) => tally.of(key))).toEqual([2, 1, 0]);
  tally.remove('a');
  tally.remove('b');
  expect(['a', 'b'].map((key) => tally.of(key))).toEqual([1, 0]);
});
