import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { POLICY_FORMS, policy } from '../../src/cli/policy-option.ts';

describe('policies on the command line', () => {
  it.each([
    ['round-robin', { kind: 'round-robin' }],
    ['weighted-round-robin', { kind: 'weighted-round-robin', weight: 1 }],
    ['weighted-random:10', { kind: 'weighted-random', weight: 10 }],
    ['priority:7', { kind: 'priority', priority: 7 }],
    ['least-used', { kind: 'least-used', load: 0 }],
    ['least-used:50%', { kind: 'least-used', load: 0x80000000 }],
    ['priority-least-used:0:10%', { kind: 'priority-least-used', load: 0, degradation: 429_496_730 }],
    ['randomized-least-used:4294967295', { kind: 'randomized-least-used', load: 0xffffffff }],
    [
      'weighted-random-with-delay-penalty:3:100%',
      { kind: 'weighted-random-with-delay-penalty', weight: 3, weightDpf: 0xffffffff, distanceMs: 0 },
    ],
  ])('%s', (text, expected) => {
    expect(policy(text)).toEqual(expected);
  });

  it('every form that is listed is one', () => {
    for (const form of POLICY_FORMS)
      expect(policy(form.replace(/:[A-Z]+/g, ':5'))).toHaveProperty('kind', form.split(':')[0]);
    expect(POLICY_FORMS).toContain('least-used-with-degradation:LOAD:DEGRADATION');
  });

  it.each([
    '',
    'unknown',
    'toString',
    'round-robin:1',
    'priority:x',
    'priority:-1',
    'priority:4294967296',
    'least-used:101%',
  ])('refused: %j', (text) => {
    expect(() => policy(text)).toThrow(InvalidArgumentError);
  });
});
