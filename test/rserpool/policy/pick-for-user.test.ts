import { describe, expect, it } from 'vitest';
import { pickForUser } from '../../../src/rserpool/policy/pick-for-user.ts';
import { createSelector } from '../../../src/rserpool/policy/registry.ts';
import type { PolicyParameter } from '../../../src/rserpool/wire/policy.ts';
import { SeededRandom } from '../../harness/random.ts';
import { CHI_SQUARE_LIMIT, chiSquare } from './selecting.ts';

/** The indices that a user picks one after the other from one resolution. */
function picks(
  policies: readonly PolicyParameter[],
  times: number,
  { failed = [] as readonly number[], policy = policies[0], honourWeights = false } = {},
): (number | undefined)[] {
  const elements = policies.map((each) => ({ policy: each }));
  const random = new SeededRandom(7);
  const isUsable = (_: unknown, index: number) => !failed.includes(index);
  const picked: (number | undefined)[] = [];
  let last: number | undefined;
  for (let i = 0; i < times; i++) {
    last = pickForUser({ policy, elements, last, isUsable, honourWeights }, random);
    picked.push(last);
  }
  return picked;
}

const three = (policy: PolicyParameter) => [policy, policy, policy];
const counts = (picked: readonly (number | undefined)[]) =>
  [0, 1, 2].map((index) => picked.filter((pick) => pick === index).length);

describe("the pool user's pick", () => {
  it.each<PolicyParameter>([{ kind: 'round-robin' }, { kind: 'weighted-round-robin', weight: 2 }])(
    '[POL-017] [POL-018] [POL-026] $kind goes round the list from its first one',
    (policy) => {
      expect(picks(three(policy), 5)).toEqual([0, 1, 2, 0, 1]);
      expect(picks(three(policy), 5, { failed: [1] })).toEqual([0, 2, 0, 2, 0]);
    },
  );

  it('[POL-010] goes round robin without a policy, and with one that is not known', () => {
    const unknown = { kind: 'unknown', type: 0x80000001, data: new Uint8Array(4) } as const;
    expect(picks(three(unknown), 4)).toEqual([0, 1, 2, 0]);
    expect(
      pickForUser(
        { policy: undefined, elements: three(unknown).map((policy) => ({ policy })), last: 0 },
        new SeededRandom(1),
      ),
    ).toBe(1);
  });

  it('[POL-043] priority takes the highest one that has not failed', () => {
    const policies = [9, 5, 1].map((priority) => ({ kind: 'priority', priority }) as const);
    expect(picks(policies, 3)).toEqual([0, 0, 0]);
    expect(picks(policies, 2, { failed: [0] })).toEqual([1, 1]);
  });

  it.each<PolicyParameter>([
    { kind: 'least-used', load: 1 },
    { kind: 'least-used-with-degradation', load: 1, degradation: 1 },
    { kind: 'priority-least-used', load: 1, degradation: 1 },
    { kind: 'priority-least-used-with-degradation', load: 1, degradation: 1 },
    { kind: 'least-used-with-delay-penalty', load: 1, loadDpf: 1, distanceMs: 1 },
    { kind: 'least-used-with-degradation-and-delay-penalty', load: 1, degradation: 1, loadDpf: 1, distanceMs: 1 },
  ])('[POL-050] [POL-060] [POL-069] $kind keeps to the order of the answer', (policy) => {
    expect(picks(three(policy), 3)).toEqual([0, 0, 0]);
    expect(picks(three(policy), 2, { failed: [0, 1] })).toEqual([2, 2]);
  });

  it.each<PolicyParameter>([
    { kind: 'random' },
    { kind: 'weighted-random', weight: 5 },
    { kind: 'randomized-least-used', load: 5 },
    { kind: 'randomized-priority-least-used', load: 5, degradation: 1 },
    { kind: 'randomized-least-used-with-degradation', load: 5, degradation: 1 },
    { kind: 'randomized-priority-least-used-with-degradation', load: 5, degradation: 1 },
    { kind: 'weighted-random-with-delay-penalty', weight: 5, weightDpf: 1, distanceMs: 1 },
  ])('[POL-031] [POL-037] [POL-075] $kind takes the first of a fresh answer, then draws evenly', (policy) => {
    const policies = [policy, { ...policy, weight: 100, load: 0xffffffff }, policy] as PolicyParameter[];
    const [first, ...rest] = picks(policies, 10_001);
    expect(first).toBe(0);
    const elements = policies.map((each) => ({ policy: each }));
    for (let seed = 1; seed <= 20; seed++) {
      expect(pickForUser({ policy, elements, last: undefined }, new SeededRandom(seed))).toBe(0);
    }
    expect(chiSquare(counts(rest), [1 / 3, 1 / 3, 1 / 3])).toBeLessThan(CHI_SQUARE_LIMIT[2]);
    expect(new Set(picks(policies, 100, { failed: [1] }))).toEqual(new Set([0, 2]));
  });

  it('[POL-037] draws by weight from a cached answer where that is wanted', () => {
    const policies = [1, 2, 5].map((weight) => ({ kind: 'weighted-random', weight }) as const);
    const [, ...rest] = picks(policies, 10_001, { honourWeights: true });
    expect(chiSquare(counts(rest), [1 / 8, 2 / 8, 5 / 8])).toBeLessThan(CHI_SQUARE_LIMIT[2]);
    const loads = [0xffffffff, 0x7fffffff, 0].map((load) => ({ kind: 'randomized-least-used', load }) as const);
    const [, ...byLoad] = picks(loads, 10_001, { honourWeights: true });
    expect(counts(byLoad)[0]).toBe(0);
    expect(chiSquare(counts(byLoad).slice(1), [1 / 3, 2 / 3])).toBeLessThan(CHI_SQUARE_LIMIT[1]);
  });

  it('[POL-074] draws evenly where the weights that are wanted are all 0', () => {
    const [, ...rest] = picks(three({ kind: 'randomized-least-used', load: 0xffffffff }), 10_001, {
      honourWeights: true,
    });
    expect(chiSquare(counts(rest), [1 / 3, 1 / 3, 1 / 3])).toBeLessThan(CHI_SQUARE_LIMIT[2]);
  });

  it('[POL-006] the registrar makes a list, and the user picks from it', () => {
    const selector = createSelector<PolicyParameter>('priority');
    for (const priority of [2, 9, 5, 7]) {
      const policy = { kind: 'priority', priority } as const;
      selector.add(policy, policy);
    }
    const random = new SeededRandom(1);
    const elements = selector.select(3, random).map((policy) => ({ policy }));
    const pick = (failed: readonly number[]) => {
      const isUsable = (_: unknown, index: number) => !failed.includes(index);
      return pickForUser({ policy: elements[0]!.policy, elements, last: undefined, isUsable }, random);
    };
    expect(elements.map(({ policy }) => 'priority' in policy && policy.priority)).toEqual([9, 7, 5]);
    expect([pick([]), pick([0]), pick([0, 1])]).toEqual([0, 1, 2]);
  });

  it('picks nothing where nothing is usable', () => {
    for (const policy of [{ kind: 'random' }, { kind: 'priority', priority: 1 }, { kind: 'round-robin' }] as const) {
      expect(picks(three(policy), 2, { failed: [0, 1, 2] })).toEqual([undefined, undefined]);
    }
    expect(pickForUser({ policy: { kind: 'random' }, elements: [], last: 0 }, new SeededRandom(1))).toBeUndefined();
  });

  it('a registrar serves policies that it does not know as round robin', () => {
    const selector = createSelector<string>('unknown');
    const policy = { kind: 'unknown', type: 0x80000001, data: new Uint8Array(0) } as const;
    for (const member of 'ABC') selector.add(member, policy);
    const random = new SeededRandom(1);
    expect([selector.select(2, random).join(''), selector.select(2, random).join('')]).toEqual(['AB', 'BC']);
  });
});
