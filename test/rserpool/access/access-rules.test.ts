import { describe, expect, it } from 'vitest';
import { type AccessRule, AccessRules } from '../../../src/rserpool/access/access-rules.ts';
import { identityText, isSameIdentity, type PeerIdentity } from '../../../src/rserpool/access/identity.ts';
import type { PolicyParameter } from '../../../src/rserpool/wire/policy.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';

const psk = (name: string): PeerIdentity => ({ kind: 'psk', name });
const certificate = (...names: readonly string[]): PeerIdentity => ({ kind: 'certificate', names });
const anonymous: PeerIdentity = { kind: 'anonymous' };
const roundRobin: PolicyParameter = { kind: 'round-robin' };

function registration(
  rules: readonly AccessRule[],
  who: PeerIdentity,
  pool: string | Uint8Array,
  peIdentifier = 1,
  policy = roundRobin,
) {
  return new AccessRules(rules).refusesRegistration(who, { poolHandle: poolHandle(pool), peIdentifier, policy });
}

describe('access rules', () => {
  it("[SEC-005] without any, who has a key or a certificate may register, and who has a registrar's key be one", () => {
    expect(registration([], psk('pe-1'), 'EchoPool')).toBeUndefined();
    expect(registration([], certificate('dns:a.example'), 'EchoPool')).toBeUndefined();
    expect(registration([], anonymous, 'EchoPool')).toBe('only who has a key or a certificate registers');
    const rules = new AccessRules();
    expect([rules.refusesPeer(psk('r-1')), rules.refusesResolution(anonymous, poolHandle('a'))]).toEqual([
      undefined,
      undefined,
    ]);
    expect(rules.refusesPeer(anonymous)).toBe('only who has a key or a certificate is a registrar');
    // The same authority signs certificates of users.
    expect(rules.refusesPeer(certificate('dns:r-1'))).toBe('no rule lets it be a registrar');
  });

  it('[SEC-013] [ASAP-422] once there is one, what none grants is denied', () => {
    const rules: AccessRule[] = [
      { who: 'psk:echo-*', register: ['EchoPool', 'test/*'] },
      { who: 'dns:*.example', register: ['Web'], resolve: ['*'] },
    ];
    expect(registration(rules, psk('echo-1'), 'EchoPool')).toBeUndefined();
    expect(registration(rules, psk('echo-1'), 'test/a')).toBeUndefined();
    expect(registration(rules, psk('echo-1'), 'Web')).toBe('no rule lets it register in Web');
    expect(registration(rules, psk('other'), 'EchoPool')).toBe('no rule lets it register in EchoPool');
    expect(registration(rules, certificate('dns:x.org', 'dns:a.example'), 'Web')).toBeUndefined();
    const all = new AccessRules(rules);
    expect(all.refusesResolution(certificate('dns:a.example'), poolHandle('EchoPool'))).toBeUndefined();
    expect(all.refusesResolution(psk('echo-1'), poolHandle('EchoPool'))).toBe('no rule lets it resolve EchoPool');
    expect(all.refusesResolution(anonymous, poolHandle('EchoPool'))).toBe('no rule lets it resolve EchoPool');
    expect(all.refusesPeer(psk('echo-1'))).toBe('no rule lets it be a registrar');
  });

  it('[SEC-013] limits PE identifiers and policies, of the same rule', () => {
    const rules: AccessRule[] = [
      { who: 'psk:a', register: ['P'], elements: [7, '16-31'], policies: ['round-robin'] },
      { who: 'psk:a', register: ['P'], elements: [8], policies: ['random'] },
    ];
    for (const id of [7, 16, 31]) expect(registration(rules, psk('a'), 'P', id)).toBeUndefined();
    for (const id of [6, 15, 32])
      expect(registration(rules, psk('a'), 'P', id)).toBe(`no rule lets it be element ${id} of P`);
    expect(registration(rules, psk('a'), 'P', 8)).toBe('no rule lets it register in P with policy round-robin');
    expect(registration(rules, psk('a'), 'P', 8, { kind: 'random' })).toBeUndefined();
  });

  it('compares pool handles byte by byte, not as they are shown', () => {
    const rules: AccessRule[] = [{ who: '*', register: ['0xff', 'Bücher'] }];
    expect(registration(rules, psk('a'), '0xff')).toBeUndefined();
    expect(registration(rules, psk('a'), 'Bücher')).toBeUndefined();
    expect(registration(rules, psk('a'), new Uint8Array([0xff]))).toBe('no rule lets it register in 0xff');
  });

  it('lets registrars in that a rule names', () => {
    const rules = new AccessRules([{ who: 'psk:registrar-*', peer: true }]);
    expect(rules.refusesPeer(psk('registrar-2'))).toBeUndefined();
    expect(rules.refusesPeer(psk('pe-2'))).toBe('no rule lets it be a registrar');
    const byName = new AccessRules([{ who: 'dns:*.registrars.example', peer: true }]);
    expect(byName.refusesPeer(certificate('dns:a.registrars.example'))).toBeUndefined();
    expect(byName.refusesPeer(certificate('dns:pe.example'))).toBe('no rule lets it be a registrar');
  });

  it.each([
    [{ who: 'nobody' }, 'who is "nobody": expected psk:NAME, dns:NAME, ip:ADDRESS, uri:URI, anonymous or *'],
    [{ who: 'psk:a', elements: [0] }, 'elements has 0: expected a PE identifier, or FROM-TO'],
    [{ who: 'psk:a', elements: ['9-3'] }, 'elements has "9-3": expected a PE identifier, or FROM-TO'],
    [{ who: 'psk:a', policies: ['toString'] }, 'policies has "toString": expected one of round-robin, '],
  ])('says what is wrong with %j', (rule, text) => {
    expect(() => new AccessRules([rule])).toThrow(`access rule for ${rule.who}: ${text}`);
  });
});

describe('identities', () => {
  it('[SEC-011] are the same by what was proven', () => {
    expect(isSameIdentity(psk('a'), psk('a'))).toBe(true);
    expect(isSameIdentity(psk('a'), psk('b'))).toBe(false);
    expect(isSameIdentity(certificate('dns:a', 'dns:b'), certificate('dns:a', 'dns:b'))).toBe(true);
    expect(isSameIdentity(certificate('dns:a', 'dns:b'), certificate('dns:a'))).toBe(false);
    expect(isSameIdentity(certificate(), certificate())).toBe(false);
    expect(isSameIdentity(anonymous, anonymous)).toBe(false);
    expect(isSameIdentity(undefined, undefined)).toBe(false);
    expect(isSameIdentity(psk('dns:a'), certificate('dns:a'))).toBe(false);
  });

  it('have a text', () => {
    expect([psk('a'), certificate('dns:a', 'ip:::1'), certificate(), anonymous, undefined].map(identityText)).toEqual([
      'psk:a',
      'dns:a ip:::1',
      'a certificate without names',
      'anonymous',
      'plain',
    ]);
  });
});
