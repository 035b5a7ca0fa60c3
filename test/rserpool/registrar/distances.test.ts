import { describe, expect, it } from 'vitest';
import type { PolicyParameter } from '../../../src/rserpool/wire/policy.ts';
import { ABC, peerElement, RegistrarLadder } from './registrar-ladder.ts';

const POLICY = { kind: 'least-used-with-delay-penalty', load: 10, loadDpf: 100, distanceMs: 7 } as const;

/** A registrar that measures round trips of 30 ms for each ten of the channel's number. */
function ladder(): RegistrarLadder {
  return RegistrarLadder.serving({}, { roundTripMs: (channel) => (channel === 5 ? undefined : 30 * (channel / 10)) });
}

const policyOf = (each: RegistrarLadder, identifier: number): PolicyParameter | undefined =>
  each.role.snapshot().pools[0]?.elements.find((element) => element.identifier === identifier)?.policy;

describe('distances, for policies with a delay penalty', () => {
  it.each([
    [10, 0],
    [20, 50],
    [40, 50],
    [50, 100],
    [5, 0],
  ])('an element on channel %i is %i ms away: half of the round trip, in steps of 50', (channel, distanceMs) => {
    const each = ladder();
    each.registered(channel, 7, 1, { policy: POLICY });
    expect(policyOf(each, 7)).toEqual({ ...POLICY, distanceMs });
  });

  it('one that a peer tells of is farther by the way to the peer', () => {
    const each = ladder();
    each.peer(40, 20);
    const element = peerElement(7, 1, 20, { policy: { ...POLICY, distanceMs: 150 } });
    each.enrp(40, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element });
    expect(policyOf(each, 7)).toEqual({ ...POLICY, distanceMs: 200 });
  });

  it('the same where it comes with the table of its home', () => {
    const each = ladder();
    each.peer(40, 20);
    each.presence(40, 20, 0x1234);
    const element = peerElement(7, 1, 20, { policy: { ...POLICY, distanceMs: 100 } });
    each.enrp(40, 20, {
      kind: 'handle-table-response',
      rejected: false,
      more: false,
      pools: [{ poolHandle: ABC, elements: [element] }],
    });
    expect(policyOf(each, 7)).toEqual({ ...POLICY, distanceMs: 150 });
  });

  it('other policies stay as they are', () => {
    const each = ladder();
    each.registered(50, 7, 1, { policy: { kind: 'least-used', load: 10 } });
    expect(policyOf(each, 7)).toEqual({ kind: 'least-used', load: 10 });
  });
});
