import { describe, expect, it } from 'vitest';
import { Handlespace } from '../../../src/rserpool/handlespace/handlespace.ts';
import type { PolicyParameter } from '../../../src/rserpool/wire/policy.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { entropy, parameter, registration, resolved } from './samples.ts';

describe('a handle resolution', () => {
  it('[ASAP-187] [POL-014] [POL-015] lists the elements of the pool by its policy', () => {
    const handlespace = new Handlespace<string>();
    for (const identifier of [1, 2, 3]) handlespace.register(registration('p', parameter(identifier)));
    expect([resolved(handlespace, 'p'), resolved(handlespace, 'p'), resolved(handlespace, 'p', 2)]).toEqual([
      [1, 2, 3],
      [2, 3, 1],
      [3, 1],
    ]);
  });

  it('[ASAP-188] comes with the policy of the pool', () => {
    const handlespace = new Handlespace<string>();
    handlespace.register(registration('p', parameter(1, { policy: { kind: 'least-used', load: 5 } })));
    expect(handlespace.resolve(poolHandle('p'), 9, entropy)).toMatchObject({ policy: { kind: 'least-used', load: 0 } });
  });

  it('[ASAP-108] [ASAP-190] sees at once what a re-registration changes', () => {
    const handlespace = new Handlespace<string>();
    const register = (identifier: number, load: number) =>
      handlespace.register(registration('p', parameter(identifier, { policy: { kind: 'least-used', load } })));
    register(1, 10);
    register(2, 20);
    expect(resolved(handlespace, 'p')).toEqual([1, 2]);
    register(1, 30);
    expect(resolved(handlespace, 'p')).toEqual([2, 1]);
  });

  it('[REQ-024] [REQ-027] selects by the policy of each pool, with chance or without', () => {
    const handlespace = new Handlespace<string>();
    const policies: Record<string, (i: number) => PolicyParameter> = {
      turn: () => ({ kind: 'round-robin' }),
      load: (i) => ({ kind: 'least-used', load: 9 - i }),
      rank: (i) => ({ kind: 'priority', priority: i }),
      chance: () => ({ kind: 'random' }),
      odds: (i) => ({ kind: 'weighted-random', weight: i === 2 ? 98 : 1 }),
    };
    for (const [pool, policyOf] of Object.entries(policies)) {
      for (const i of [1, 2, 3]) handlespace.register(registration(pool, parameter(i, { policy: policyOf(i) })));
    }
    const heads = (pool: string): string => Array.from({ length: 60 }, () => resolved(handlespace, pool, 1)).join('');
    expect([heads('turn'), heads('load'), heads('rank')]).toEqual(['123'.repeat(20), '3'.repeat(60), '3'.repeat(60)]);
    const [chance, odds] = [heads('chance'), heads('odds')];
    expect(new Set(chance)).toEqual(new Set('123'));
    // Each one follows on each: there is no order.
    for (const pair of ['11', '12', '13', '21', '22', '23', '31', '32', '33']) expect(chance).toContain(pair);
    expect(odds.replaceAll('2', '').length).toBeLessThan(15);
  });

  it('[ASAP-189] of a pool that does not exist says so', () => {
    expect(resolved(new Handlespace<string>(), 'p')).toBe('unknown-pool');
  });

  it('[POL-004] finds nothing where all weights are 0', () => {
    const handlespace = new Handlespace<string>();
    const policy = { kind: 'weighted-random', weight: 0 } as const;
    handlespace.register(registration('p', parameter(1, { policy })));
    expect(resolved(handlespace, 'p')).toBe('none-selectable');
  });
});
