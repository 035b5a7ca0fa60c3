import { describe, expect, it } from 'vitest';
import { Handlespace } from '../../../src/rserpool/handlespace/handlespace.ts';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import type { PolicyParameter } from '../../../src/rserpool/wire/policy.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { OTHER, OWN, parameter, peerRecord, registration, resolved } from './samples.ts';

function register(handlespace: Handlespace<string>, element: PoolElementParameter, pool = 'p') {
  return handlespace.register(registration(pool, element));
}

const sctp = (use: 'data-only' | 'data-and-control') =>
  ({ protocol: 'sctp', port: 7, use, addresses: ['10.1.1.1'] }) as const;
const tcp = { protocol: 'tcp', port: 7, addresses: ['10.1.1.1'] } as const;

describe('a registration', () => {
  it('[ASAP-116] [ASAP-117] creates the pool with the policy of the first element', () => {
    const handlespace = new Handlespace<string>();
    const policy = { kind: 'weighted-random', weight: 8 } as const;
    const result = register(handlespace, parameter(1, { policy }));
    expect(result).toMatchObject({
      kind: 'added',
      element: { isMember: true, isConsistent: true, owner: 'channel 1' },
    });
    expect(handlespace.pool(poolHandle('p'))?.policy).toEqual({ kind: 'weighted-random', weight: 0 });
    expect([handlespace.poolCount, handlespace.elementCount]).toEqual([1, 1]);
  });

  it('[ASAP-120] [POL-090] adds further elements, whatever the numbers of their policies', () => {
    const handlespace = new Handlespace<string>();
    register(handlespace, parameter(1, { policy: { kind: 'weighted-round-robin', weight: 1 } }));
    expect(register(handlespace, parameter(2, { policy: { kind: 'weighted-round-robin', weight: 9 } })).kind).toBe(
      'added',
    );
    expect(handlespace.elementCount).toBe(2);
  });

  it('[ASAP-011] [OVW-003] [REQ-002] keeps pools apart whose handles differ in one byte, and knows none by a part of its handle', () => {
    const handlespace = new Handlespace<string>();
    register(handlespace, parameter(1), 'pool');
    register(handlespace, parameter(1), 'pool\0');
    expect([resolved(handlespace, 'pool'), resolved(handlespace, 'poo')]).toEqual([[1], 'unknown-pool']);
    expect(handlespace.poolCount).toBe(2);
  });

  it('[ASAP-121] [ASAP-122] [PAR-101] with another policy type is rejected with the policy of the pool', () => {
    const handlespace = new Handlespace<string>();
    register(handlespace, parameter(1, { policy: { kind: 'least-used', load: 77 } }));
    expect(register(handlespace, parameter(2))).toEqual({
      kind: 'rejected',
      causes: [{ kind: 'inconsistent-pool-policy', policy: { kind: 'least-used', load: 0 } }],
    });
    expect(handlespace.elementCount).toBe(1);
  });

  it('[ASAP-118] [ASAP-122] [PAR-103] [ASAP-096] with another transport type is rejected with the transport of a member', () => {
    const handlespace = new Handlespace<string>();
    register(handlespace, parameter(1, { userTransport: sctp('data-only') }));
    expect(register(handlespace, parameter(2, { userTransport: tcp }))).toEqual({
      kind: 'rejected',
      causes: [{ kind: 'inconsistent-transport-type', transport: sctp('data-only') }],
    });
  });

  it('[ASAP-119] [ASAP-122] [PAR-104] [ASAP-096] with another transport use is rejected', () => {
    const handlespace = new Handlespace<string>();
    register(handlespace, parameter(1, { userTransport: sctp('data-only') }));
    expect(register(handlespace, parameter(2, { userTransport: sctp('data-and-control') }))).toEqual({
      kind: 'rejected',
      causes: [{ kind: 'inconsistent-data-control-configuration' }],
    });
  });

  it('[ASAP-134] names everything that is wrong', () => {
    const handlespace = new Handlespace<string>();
    register(handlespace, parameter(1));
    const result = register(handlespace, parameter(2, { policy: { kind: 'random' }, userTransport: tcp }));
    expect(result.kind === 'rejected' && result.causes.map(({ kind }) => kind)).toEqual([
      'inconsistent-pool-policy',
      'inconsistent-transport-type',
    ]);
  });

  it.each([0x00000000, 0x40000000, 0x80000001])(
    '[POL-080] [POL-083] with policy type %d, which nobody implements, is rejected with the policy as invalid value',
    (type) => {
      const handlespace = new Handlespace<string>();
      const policy: PolicyParameter = { kind: 'unknown', type, data: new Uint8Array(0) };
      const bytes = [0, 8, 0, 8, type / 2 ** 24, 0, 0, type & 0xff];
      expect(register(handlespace, parameter(1, { policy }))).toEqual({
        kind: 'rejected',
        causes: [{ kind: 'invalid-values', parameter: new Uint8Array(bytes) }],
      });
      expect(handlespace.poolCount).toBe(0);
    },
  );
});

describe('a re-registration', () => {
  it('[ASAP-123] [ASAP-125] replaces what was known and counts reports from the beginning', () => {
    const handlespace = new Handlespace<string>();
    const first = register(handlespace, parameter(1, { policy: { kind: 'least-used', load: 5 } }));
    const element = handlespace.find(poolHandle('p'), 1)!;
    element.badReports = 3;
    const again = parameter(1, { policy: { kind: 'least-used', load: 9 }, registrationLifeS: 60 });
    const result = handlespace.register(registration('p', again, { now: 8, expiresAt: 60_008, owner: 'channel 3' }));
    expect(result).toMatchObject({ kind: 'updated', previousHome: OWN });
    expect(first.kind !== 'rejected' && first.element).toBe(element);
    expect(element).toMatchObject({
      parameter: again,
      updatedAt: 8,
      expiresAt: 60_008,
      owner: 'channel 3',
      badReports: 0,
    });
    expect(handlespace.elementCount).toBe(1);
  });

  it('[ASAP-124] with another policy type is rejected and the old record kept, even if it is alone', () => {
    const handlespace = new Handlespace<string>();
    register(handlespace, parameter(1));
    expect(register(handlespace, parameter(1, { policy: { kind: 'random' } })).kind).toBe('rejected');
    expect(handlespace.find(poolHandle('p'), 1)?.parameter.policy).toEqual({ kind: 'round-robin' });
  });

  it('[PAR-100] by somebody else is rejected, and the record stays', () => {
    const handlespace = new Handlespace<string>();
    register(handlespace, parameter(1));
    const stranger = registration('p', parameter(1, { registrationLifeS: 1 }), {
      owner: 'channel 9',
      isSameElement: (existing) => existing.owner === 'channel 9',
    });
    expect(handlespace.register(stranger)).toEqual({
      kind: 'rejected',
      causes: [{ kind: 'non-unique-pe-identifier' }],
    });
    expect(handlespace.find(poolHandle('p'), 1)).toMatchObject({
      owner: 'channel 1',
      parameter: { registrationLifeS: 300 },
    });
  });

  it('[ASAP-127] takes the element over from another registrar', () => {
    const handlespace = new Handlespace<string>();
    handlespace.learn(peerRecord('p', parameter(1, { homeRegistrarIdentifier: OTHER })));
    const result = register(handlespace, parameter(1));
    expect(result).toMatchObject({ kind: 'updated', previousHome: OTHER });
    expect([handlespace.countOf(OWN), handlespace.countOf(OTHER)]).toEqual([1, 0]);
    expect(handlespace.checksumOf(OTHER)).toBe(0xffff);
  });
});

describe('limits', () => {
  const lacks = { kind: 'rejected', causes: [{ kind: 'lack-of-resources' }] };

  it('[PAR-102] [REQ-009] maxElements', () => {
    const handlespace = new Handlespace<string>({ maxElements: 2 });
    register(handlespace, parameter(1));
    register(handlespace, parameter(2));
    expect(register(handlespace, parameter(3))).toEqual(lacks);
    expect(register(handlespace, parameter(2)).kind).toBe('updated');
    expect(handlespace.learn(peerRecord('p', parameter(4, { homeRegistrarIdentifier: OTHER })))).toEqual({
      kind: 'no-room',
    });
    handlespace.remove(handlespace.find(poolHandle('p'), 1)!);
    expect(register(handlespace, parameter(3)).kind).toBe('added');
  });

  it('[PAR-102] [REQ-009] maxPools', () => {
    const handlespace = new Handlespace<string>({ maxPools: 1 });
    register(handlespace, parameter(1), 'a');
    expect(register(handlespace, parameter(1), 'b')).toEqual(lacks);
    expect(register(handlespace, parameter(2), 'a').kind).toBe('added');
  });

  it('[PAR-102] maxHandleBytes, which are free again when a pool is gone', () => {
    const handlespace = new Handlespace<string>({ maxHandleBytes: 10 });
    register(handlespace, parameter(1), '123456');
    expect(register(handlespace, parameter(1), '12345')).toEqual(lacks);
    handlespace.remove(handlespace.find(poolHandle('123456'), 1)!);
    expect(register(handlespace, parameter(1), '12345').kind).toBe('added');
    expect(register(handlespace, parameter(1), '54321').kind).toBe('added');
  });

  it('refuses limits that make no sense', () => {
    expect(() => new Handlespace({ maxPools: 0 })).toThrow(/maxPools/);
  });
});
