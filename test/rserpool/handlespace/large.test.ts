import { describe, expect, it } from 'vitest';
import { Handlespace } from '../../../src/rserpool/handlespace/handlespace.ts';
import { POLICY_TYPE, type PolicyParameter } from '../../../src/rserpool/wire/policy.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { entropy, parameter, registration } from './samples.ts';

const ELEMENTS = 100_000;
/** What 99 of 100 resolutions stay below: users wait for one before they have a session. */
const BUDGET_MS = 1;

/** All kinds, with numbers that differ from element to element. */
const policies = Object.keys(POLICY_TYPE).map((kind) => (i: number) => {
  const [weight, load, priority] = [1 + (i % 9), i, i % 100];
  return {
    kind,
    weight,
    load,
    priority,
    degradation: 5,
    weightDpf: 7,
    loadDpf: 7,
    distanceMs: i % 50,
  } as PolicyParameter;
});

describe('100 000 pools', () => {
  it('[REQ-036] are no more trouble than one', () => {
    // The limit is a setting, not one of the protocol.
    const handlespace = new Handlespace<string>({ maxPools: ELEMENTS });
    for (let i = 0; i < ELEMENTS; i++) handlespace.register(registration(`pool ${i}`, parameter(i + 1)));
    expect([handlespace.poolCount, handlespace.elementCount]).toEqual([ELEMENTS, ELEMENTS]);
    for (let i = 0; i < ELEMENTS; i++) {
      const resolution = handlespace.resolve(poolHandle(`pool ${i}`), 3, entropy);
      if (resolution.kind !== 'resolved' || resolution.elements.length !== 1) expect.fail('one element');
    }
  });
});

describe('100 000 elements in one pool', () => {
  it.each(policies.map((policyOf) => ({ kind: policyOf(0).kind, policyOf })))(
    '[REQ-031] [REQ-034] $kind works with them',
    ({ policyOf }) => {
      const handlespace = new Handlespace<string>();
      const handle = poolHandle('large');
      for (let i = 0; i < ELEMENTS; i++) {
        const identifier = Math.imul(i, 0x9e3779b1) >>> 0;
        handlespace.register(
          registration('large', parameter(identifier, { policy: policyOf(i) }), { expiresAt: (i * 7919) % ELEMENTS }),
        );
      }
      // Anything that walks over the pool for each of these would take minutes and run into the time limit of the test.
      let slow = 0;
      for (let i = 0; i < ELEMENTS; i++) {
        const startedAt = performance.now();
        const resolution = handlespace.resolve(handle, 3, entropy);
        if (performance.now() - startedAt > BUDGET_MS) slow++;
        if (resolution.kind !== 'resolved' || new Set(resolution.elements).size !== 3) expect.fail('three elements');
      }
      expect(slow / ELEMENTS).toBeLessThan(0.01);
      expect(handlespace.elementCount).toBe(ELEMENTS);
      let last = -1;
      for (let element = handlespace.takeExpired(ELEMENTS); element; element = handlespace.takeExpired(ELEMENTS))
        last++;
      expect(last).toBe(ELEMENTS - 1);
      expect([handlespace.elementCount, handlespace.poolCount]).toEqual([0, 0]);
    },
  );
});
