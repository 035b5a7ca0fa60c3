import { describe, expect, it } from 'vitest';
import { Handlespace } from '../../../src/rserpool/handlespace/handlespace.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { OTHER, OWN, parameter, peerRecord, registration, resolved } from './samples.ts';

describe('removal', () => {
  it('[ASAP-156] [ASAP-157] [ENRP-129] [ENRP-130] [OVW-007] takes the element out, and the pool with its last one', () => {
    const handlespace = new Handlespace<string>();
    expect([handlespace.poolCount, resolved(handlespace, 'p')]).toEqual([0, 'unknown-pool']);
    for (const identifier of [1, 2]) handlespace.register(registration('p', parameter(identifier)));
    const [first, second] = [1, 2].map((identifier) => handlespace.find(poolHandle('p'), identifier)!);
    expect([handlespace.poolCount, resolved(handlespace, 'p')]).toEqual([1, [1, 2]]);
    expect(handlespace.remove(first!)).toBe(true);
    expect(resolved(handlespace, 'p')).toEqual([2]);
    expect(handlespace.remove(second!)).toBe(true);
    expect(resolved(handlespace, 'p')).toBe('unknown-pool');
    expect([handlespace.poolCount, handlespace.elementCount, handlespace.checksumOf(OWN)]).toEqual([0, 0, 0xffff]);
    expect(first).toMatchObject({ isMember: false, expiresAt: undefined });
  });

  it('[ENRP-131] of an element that is gone does nothing, even if another one has its name by now', () => {
    const handlespace = new Handlespace<string>();
    handlespace.register(registration('p', parameter(1)));
    const gone = handlespace.find(poolHandle('p'), 1)!;
    handlespace.remove(gone);
    expect(handlespace.remove(gone)).toBe(false);
    handlespace.register(registration('p', parameter(1)));
    expect(handlespace.remove(gone)).toBe(false);
    expect(handlespace.elementCount).toBe(1);
  });

  it('a pool that was gone may come back with another policy', () => {
    const handlespace = new Handlespace<string>();
    handlespace.register(registration('p', parameter(1)));
    handlespace.remove(handlespace.find(poolHandle('p'), 1)!);
    expect(handlespace.register(registration('p', parameter(1, { policy: { kind: 'random' } }))).kind).toBe('added');
  });
});

describe('the registration life', () => {
  it('[ASAP-141] ends with the removal of the element, earliest first', () => {
    const handlespace = new Handlespace<string>();
    handlespace.register(registration('p', parameter(1), { expiresAt: 300 }));
    handlespace.register(registration('p', parameter(2), { expiresAt: 100 }));
    handlespace.register(registration('p', parameter(3), { expiresAt: undefined }));
    handlespace.learn(peerRecord('q', parameter(4, { homeRegistrarIdentifier: OTHER }), { expiresAt: 200 }));
    expect(handlespace.nextExpiryAt()).toBe(100);
    expect(handlespace.takeExpired(99.9)).toBeUndefined();
    expect(handlespace.takeExpired(250)).toMatchObject({ parameter: { identifier: 2 }, isMember: false });
    expect(handlespace.takeExpired(250)).toMatchObject({ parameter: { identifier: 4 } });
    expect(handlespace.takeExpired(250)).toBeUndefined();
    expect([handlespace.nextExpiryAt(), handlespace.poolCount]).toEqual([300, 1]);
    expect(handlespace.takeExpired(300)).toMatchObject({ parameter: { identifier: 1 } });
    expect(handlespace.nextExpiryAt()).toBeUndefined();
    expect(resolved(handlespace, 'p')).toEqual([3]);
  });

  it('[ASAP-141] begins again with a re-registration, and may lose its end', () => {
    const handlespace = new Handlespace<string>();
    handlespace.register(registration('p', parameter(1), { expiresAt: 100 }));
    handlespace.register(registration('p', parameter(1), { expiresAt: 200 }));
    expect(handlespace.nextExpiryAt()).toBe(200);
    handlespace.register(registration('p', parameter(1), { expiresAt: undefined }));
    expect(handlespace.nextExpiryAt()).toBeUndefined();
  });

  it('can be set, as after a takeover', () => {
    const handlespace = new Handlespace<string>();
    handlespace.register(registration('p', parameter(1)));
    const element = handlespace.find(poolHandle('p'), 1)!;
    handlespace.setExpiry(element, 50);
    expect([handlespace.nextExpiryAt(), element.expiresAt]).toEqual([50, 50]);
    handlespace.setExpiry(element, undefined);
    expect([handlespace.nextExpiryAt(), element.expiresAt]).toEqual([undefined, undefined]);
    handlespace.remove(element);
    handlespace.setExpiry(element, 70);
    expect(handlespace.nextExpiryAt()).toBeUndefined();
  });
});
