import { describe, expect, it } from 'vitest';
import { Handlespace } from '../../../src/rserpool/handlespace/handlespace.ts';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { identifiers, OTHER, OWN, PEER, parameter, peerRecord, registration, resolved } from './samples.ts';

const theirs = (identifier: number, changes: Partial<PoolElementParameter> = {}) =>
  parameter(identifier, { homeRegistrarIdentifier: PEER, ...changes });

describe("a peer's record", () => {
  it('[ENRP-116] [ENRP-117] [ENRP-118] creates the pool and copies everything', () => {
    const handlespace = new Handlespace<string>();
    const told = theirs(1, { policy: { kind: 'priority', priority: 4 }, registrationLifeS: 12 });
    const result = handlespace.learn(peerRecord('p', told, { now: 5, expiresAt: 24_005 }));
    expect(result).toMatchObject({ kind: 'added', element: { parameter: told, updatedAt: 5, owner: undefined } });
    expect(handlespace.pool(poolHandle('p'))?.policy).toEqual({ kind: 'priority', priority: 0 });
    expect(handlespace.find(poolHandle('p'), 1)?.expiresAt).toBe(24_005);
  });

  it('[ENRP-119] also decides which transports may register here', () => {
    const handlespace = new Handlespace<string>();
    const udp = { protocol: 'udp', port: 7, addresses: ['10.1.1.1'] } as const;
    handlespace.learn(peerRecord('p', theirs(1, { userTransport: udp })));
    expect(handlespace.register(registration('p', parameter(2))).kind).toBe('rejected');
    expect(handlespace.register(registration('p', parameter(2, { userTransport: udp }))).kind).toBe('added');
  });

  it('[ENRP-120] [ENRP-121] adds to a pool, and replaces an element', () => {
    const handlespace = new Handlespace<string>();
    handlespace.learn(peerRecord('p', theirs(1)));
    expect(handlespace.learn(peerRecord('p', theirs(2))).kind).toBe('added');
    const result = handlespace.learn(peerRecord('p', theirs(2, { registrationLifeS: 9 })));
    expect(result).toMatchObject({ kind: 'updated', previousHome: PEER });
    expect(handlespace.find(poolHandle('p'), 2)?.parameter.registrationLifeS).toBe(9);
  });

  it('[ENRP-122] takes an element from us that has registered at the peer', () => {
    const handlespace = new Handlespace<string>();
    handlespace.register(registration('p', parameter(1)));
    const result = handlespace.learn(peerRecord('p', theirs(1)));
    expect(result).toMatchObject({
      kind: 'updated',
      previousHome: OWN,
      element: { owner: undefined },
    });
    expect([handlespace.countOf(OWN), handlespace.countOf(PEER)]).toEqual([0, 1]);
  });

  it('[ENRP-122] is ignored if it says that we own the element', () => {
    const handlespace = new Handlespace<string>();
    handlespace.register(registration('p', parameter(1)));
    const claim = peerRecord('p', parameter(1, { registrationLifeS: 1 }));
    expect(handlespace.learn(claim)).toEqual({ kind: 'ignored' });
    expect(handlespace.learn(peerRecord('q', parameter(2)))).toEqual({ kind: 'ignored' });
    expect(handlespace.find(poolHandle('p'), 1)?.parameter.registrationLifeS).toBe(300);
    expect(handlespace.poolCount).toBe(1);
  });

  it('[ENRP-123] with another policy type is kept and counted, but not handed out', () => {
    const handlespace = new Handlespace<string>();
    handlespace.register(registration('p', parameter(1)));
    const result = handlespace.learn(peerRecord('p', theirs(2, { policy: { kind: 'random' } })));
    expect(result).toMatchObject({ kind: 'added', element: { isMember: true, isConsistent: false } });
    expect(resolved(handlespace, 'p')).toEqual([1]);
    expect(handlespace.pool(poolHandle('p'))).toMatchObject({ size: 2, inconsistentSize: 1 });
    // 7000 for "p", 0002 for the identifier.
    expect([handlespace.countOf(PEER), handlespace.checksumOf(PEER)]).toEqual([1, 0xffff - 0x7002]);
  });

  it('[ENRP-123] is handed out once its policy type fits', () => {
    const handlespace = new Handlespace<string>();
    handlespace.register(registration('p', parameter(1)));
    handlespace.learn(peerRecord('p', theirs(2, { policy: { kind: 'random' } })));
    handlespace.learn(peerRecord('p', theirs(2)));
    expect(resolved(handlespace, 'p')).toEqual([1, 2]);
    handlespace.learn(peerRecord('p', theirs(2, { policy: { kind: 'random' } })));
    expect(resolved(handlespace, 'p')).toEqual([1]);
  });

  it('[ENRP-123] a pool takes the character of those that are left when the others are gone', () => {
    const handlespace = new Handlespace<string>();
    handlespace.register(registration('p', parameter(1)));
    handlespace.learn(peerRecord('p', theirs(2, { policy: { kind: 'priority', priority: 1 } })));
    handlespace.learn(peerRecord('p', theirs(3, { policy: { kind: 'random' } })));
    handlespace.learn(peerRecord('p', theirs(4, { policy: { kind: 'priority', priority: 2 } })));
    handlespace.remove(handlespace.find(poolHandle('p'), 1)!);
    expect(resolved(handlespace, 'p')).toEqual([4, 2]);
    expect(handlespace.pool(poolHandle('p'))?.policy.kind).toBe('priority');
  });

  it('[ENRP-121] the only element of a pool may change its policy type', () => {
    const handlespace = new Handlespace<string>();
    handlespace.learn(peerRecord('p', theirs(1)));
    handlespace.learn(peerRecord('p', theirs(1, { policy: { kind: 'random' } })));
    expect(handlespace.resolve(poolHandle('p'), 1, { u32: () => 0, bytes: () => new Uint8Array(0) })).toMatchObject({
      kind: 'resolved',
      policy: { kind: 'random' },
    });
  });

  it('[POL-055] sets the degradation counter to 0, for it stems from a re-registration', () => {
    const handlespace = new Handlespace<string>();
    const degrading = (load: number) => ({ kind: 'least-used-with-degradation', load, degradation: 100 }) as const;
    handlespace.learn(peerRecord('p', theirs(1, { policy: degrading(10) })));
    handlespace.learn(peerRecord('p', theirs(2, { policy: degrading(50) })));
    expect([resolved(handlespace, 'p', 1), resolved(handlespace, 'p', 1)]).toEqual([[1], [2]]);
    handlespace.learn(peerRecord('p', theirs(1, { policy: degrading(10) })));
    // 10 and 150, then 110 and 150; without the reset it would have been 110 and 150 at once.
    expect([resolved(handlespace, 'p', 1), resolved(handlespace, 'p', 1)]).toEqual([[1], [1]]);
  });

  it('[POL-086] [REQ-026] a policy that is not known here is stored as it is and served as round robin', () => {
    const handlespace = new Handlespace<string>();
    const policy = { kind: 'unknown', type: 0x80000007, data: new Uint8Array([1, 2, 3, 4]) } as const;
    for (const identifier of [1, 2, 3]) handlespace.learn(peerRecord('p', theirs(identifier, { policy })));
    expect([resolved(handlespace, 'p', 2), resolved(handlespace, 'p', 2)]).toEqual([
      [1, 2],
      [2, 3],
    ]);
    expect(handlespace.find(poolHandle('p'), 1)?.parameter.policy).toEqual(policy);
    const other = theirs(4, { policy: { ...policy, type: 0x80000008 } });
    expect(handlespace.learn(peerRecord('p', other))).toMatchObject({ element: { isConsistent: false } });
  });
});

describe('a takeover', () => {
  it('[ENRP-179] [ENRP-184] [ENRP-185] moves the elements of the target, and only those', () => {
    const handlespace = new Handlespace<string>();
    handlespace.register(registration('p', parameter(1)));
    handlespace.learn(peerRecord('p', theirs(2)));
    handlespace.learn(peerRecord('q', theirs(3)));
    handlespace.learn(peerRecord('q', parameter(4, { homeRegistrarIdentifier: OTHER })));
    const checksum = handlespace.checksumOf(PEER);
    expect(identifiers(handlespace.setHome(PEER, 99))).toEqual([2, 3]);
    expect([OWN, PEER, OTHER, 99].map((home) => handlespace.countOf(home))).toEqual([1, 0, 1, 2]);
    expect([handlespace.checksumOf(PEER), handlespace.checksumOf(99)]).toEqual([0xffff, checksum]);
    expect(handlespace.find(poolHandle('q'), 3)?.parameter.homeRegistrarIdentifier).toBe(99);
    expect([...handlespace.homes()].sort()).toEqual([OWN, OTHER, 99].sort());
    expect(handlespace.setHome(99, 99)).toEqual([]);
  });

  it('leaves selection as it was', () => {
    const handlespace = new Handlespace<string>();
    const policy = { kind: 'least-used-with-degradation', load: 0, degradation: 5 } as const;
    handlespace.learn(peerRecord('p', theirs(1, { policy })));
    handlespace.learn(peerRecord('p', theirs(2, { policy: { ...policy, load: 3 } })));
    expect(resolved(handlespace, 'p', 1)).toEqual([1]);
    handlespace.setHome(PEER, OWN);
    expect(resolved(handlespace, 'p')).toEqual([2, 1]);
  });
});

describe('a resynchronisation', () => {
  it('[ENRP-209] [ENRP-213] [ENRP-214] [ENRP-219] leaves over what the peer did not tell again', () => {
    const handlespace = new Handlespace<string>();
    for (const identifier of [1, 2, 3, 4, 5]) handlespace.learn(peerRecord('p', theirs(identifier)));
    handlespace.learn(peerRecord('p', parameter(6, { homeRegistrarIdentifier: OTHER })));
    const before = handlespace.revision;
    expect(identifiers(handlespace.notRefreshedSince(PEER, before))).toEqual([1, 2, 3, 4, 5]);
    handlespace.learn(peerRecord('p', theirs(2)));
    handlespace.learn(peerRecord('p', theirs(7)));
    handlespace.register(registration('p', parameter(3)));
    handlespace.setHome(OTHER, PEER);
    expect(identifiers(handlespace.notRefreshedSince(PEER, before))).toEqual([1, 4, 5]);
  });
});
