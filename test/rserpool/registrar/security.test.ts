import { describe, expect, it } from 'vitest';
import { type AccessRule, AccessRules } from '../../../src/rserpool/access/access-rules.ts';
import type { PeerIdentity } from '../../../src/rserpool/access/identity.ts';
import { ABC, element, host, peerElement, RegistrarLadder } from './registrar-ladder.ts';

const psk = (name: string): PeerIdentity => ({ kind: 'psk', name });
const anonymous: PeerIdentity = { kind: 'anonymous' };

/** A secured registrar with one peer, 20 on channel 20. */
function secured(rules: readonly AccessRule[] = [], answersPlainUsers = false): RegistrarLadder {
  const ladder = RegistrarLadder.serving({}, { security: { rules: new AccessRules(rules), answersPlainUsers } });
  ladder.up(20, host(20), 'remote', psk('registrar-20'));
  ladder.presence(20, 20);
  ladder.take();
  return ladder;
}

function register(ladder: RegistrarLadder, channel: number, identifier: number, n: number): string[] {
  ladder.asap(channel, { kind: 'registration', poolHandle: ABC, element: element(identifier, n) });
  return ladder.take();
}

function denials(ladder: RegistrarLadder): string[] {
  return ladder.eventsOf('access-denied').map(({ who, what, why }) => `${who}: ${what}: ${why}`);
}

describe('a secured registrar: without TLS', () => {
  it('[SEC-003] [SEC-040] [SEC-041] [SEC-043] [ASAP-434] [ENRP-265] [ASAP-397] rejects registrations, however many, and nothing is left of them', () => {
    const ladder = secured();
    ladder.up(2, host(1, 4711));
    for (let i = 0; i < 1000; i++) {
      const rejected = `2: registration-response ${i + 1} rejected rejected-for-security`;
      expect(register(ladder, 2, i + 1, 1)).toEqual([rejected]);
    }
    expect(ladder.elements()).toEqual([]);
    expect(denials(ladder)[0]).toBe('plain: registration: this registrar is secured: TLS is needed');
  });

  it('[SEC-042] [SEC-043] [ASAP-435] [ENRP-264] [ASAP-438] rejects updates of registrars', () => {
    const ladder = secured();
    ladder.up(30, host(30));
    ladder.enrp(30, 30, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(7, 3, 30) });
    expect(ladder.take()).toEqual(['close 30 abort']);
    expect([ladder.elements(), ladder.peers()]).toEqual([[], ['20 active']]);
    expect(denials(ladder)).toEqual(['plain: ENRP: this registrar is secured: TLS is needed']);
  });

  it('[SEC-043] [ASAP-436] [ENRP-266] refuses users, or answers their resolutions and nothing else', () => {
    for (const answers of [false, true]) {
      const ladder = secured([], answers);
      ladder.up(2, host(1, 4711), 'remote', psk('pe-7'));
      register(ladder, 2, 7, 1);
      ladder.up(4, host(5));
      ladder.asap(4, { kind: 'handle-resolution', poolHandle: ABC, subscribe: false });
      expect(ladder.take()).toEqual([
        answers ? '4: handle-resolution-response [7]' : '4: handle-resolution-response [] rejected-for-security',
      ]);
      for (let i = 0; i < 10; i++) ladder.asap(4, { kind: 'endpoint-unreachable', poolHandle: ABC, peIdentifier: 7 });
      ladder.asap(4, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 7 });
      ladder.asap(4, { kind: 'endpoint-keep-alive-ack', poolHandle: ABC, peIdentifier: 7 });
      expect(ladder.take()).toEqual(['4: deregistration-response 7 rejected-for-security']);
      expect(ladder.elements()).toEqual(['7@50']);
      expect(ladder.eventsOf('element-reported')).toEqual([]);
    }
  });
});

describe('a secured registrar: whose an element is', () => {
  it('[SEC-009] [SEC-010] [SEC-011] [TLSS-039] nobody registers, changes or removes the element of another one', () => {
    const ladder = secured();
    ladder.up(2, host(1, 4711), 'remote', psk('pe-7'));
    register(ladder, 2, 7, 1);
    // The same place, the same identifier, another key.
    ladder.up(4, host(1, 4711), 'remote', psk('pe-8'));
    expect(register(ladder, 4, 7, 1)).toEqual(['4: registration-response 7 rejected non-unique-pe-identifier']);
    ladder.asap(4, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 7 });
    expect(ladder.take()).toEqual(['4: deregistration-response 7 rejected-for-security']);
    expect(ladder.elements()).toEqual(['7@50']);
    // Its own one comes from elsewhere, and is welcome.
    ladder.up(6, host(2, 4712), 'remote', psk('pe-7'));
    expect(register(ladder, 6, 7, 2)[0]).toBe('6: registration-response 7 granted');
    ladder.asap(6, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 7 });
    expect(ladder.take()[0]).toBe('6: deregistration-response 7');
  });

  it('[SEC-011] that goes along to the other registrars, and never to users', () => {
    const ladder = secured();
    ladder.enrp(20, 20, {
      kind: 'handle-update',
      action: 'add-pe',
      poolHandle: ABC,
      element: peerElement(7, 1, 20, { owner: 'psk:pe-7' }),
    });
    ladder.up(2, host(1, 4711), 'remote', psk('pe-8'));
    expect(register(ladder, 2, 7, 1)).toEqual(['2: registration-response 7 rejected non-unique-pe-identifier']);
    ladder.up(4, host(3, 4711), 'remote', psk('pe-7'));
    expect(register(ladder, 4, 7, 3)).toContain('20: handle-update add-pe abc 7 home 50');
    expect(Buffer.from(ladder.lastSent(20), 'hex').toString()).toContain('psk:pe-7');
    ladder.asap(4, { kind: 'handle-resolution', poolHandle: ABC, subscribe: false });
    expect(ladder.take()).toEqual(['4: handle-resolution-response [7]']);
    expect(Buffer.from(ladder.lastSent(4), 'hex').toString()).not.toContain('psk:');
  });

  it('what an element says of its owner does not count', () => {
    const ladder = secured();
    ladder.up(2, host(1, 4711), 'remote', psk('pe-8'));
    ladder.asap(2, {
      kind: 'registration',
      poolHandle: ABC,
      element: element(7, 1, { owner: 'psk:pe-7' }),
    });
    expect(Buffer.from(ladder.lastSent(20), 'hex').toString()).toContain('psk:pe-8');
  });
});

describe('a secured registrar: what is permitted', () => {
  it('[SEC-007] [SEC-012] [SEC-013] registrations, resolutions and reports as the rules have it', () => {
    const ladder = secured([
      { who: 'psk:registrar-*', peer: true },
      { who: 'psk:pe-*', register: ['abc'], elements: [7] },
      { who: 'anonymous', resolve: ['x*'] },
    ]);
    ladder.up(2, host(1, 4711), 'remote', psk('pe-7'));
    expect(register(ladder, 2, 8, 1)).toEqual(['2: registration-response 8 rejected rejected-for-security']);
    expect(register(ladder, 2, 7, 1)).toHaveLength(2);
    ladder.up(4, host(5), 'remote', anonymous);
    ladder.asap(4, { kind: 'handle-resolution', poolHandle: ABC, subscribe: true });
    expect(ladder.take()).toEqual(['4: handle-resolution-response [] rejected-for-security']);
    for (let i = 0; i < 5; i++) ladder.asap(4, { kind: 'endpoint-unreachable', poolHandle: ABC, peIdentifier: 7 });
    expect([ladder.take(), ladder.elements()]).toEqual([[], ['7@50']]);
    expect(register(ladder, 4, 9, 5)).toEqual(['4: registration-response 9 rejected rejected-for-security']);
    // Told once for a channel, and for each registration.
    expect(denials(ladder)).toEqual([
      'psk:pe-7: registration: no rule lets it be element 8 of abc',
      'anonymous: handle-resolution: no rule lets it resolve abc',
      'anonymous: registration: only who has a key or a certificate registers',
    ]);
  });

  it('[SEC-015] [ENRP-234] [ASAP-399] who is no registrar does not speak as one', () => {
    const ladder = secured([{ who: 'psk:registrar-*', peer: true }]);
    ladder.up(30, host(30), 'remote', psk('pe-7'));
    ladder.presence(30, 30);
    expect(ladder.take()).toEqual(['close 30 abort']);
    expect(ladder.peers()).toEqual(['20 active']);
    ladder.up(40, host(40), 'remote', anonymous);
    ladder.presence(40, 40);
    expect(ladder.peers()).toEqual(['20 active']);
  });
});
