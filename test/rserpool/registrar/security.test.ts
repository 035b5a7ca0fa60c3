import { describe, expect, it } from 'vitest';
import { type AccessRule, AccessRules } from '../../../src/rserpool/access/access-rules.ts';
import type { PeerIdentity } from '../../../src/rserpool/access/identity.ts';
import { PPID } from '../../../src/rserpool/role.ts';
import { encodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
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
  it('[SEC-003] [SEC-040] [SEC-041] [SEC-043] [ASAP-434] [ENRP-265] [ASAP-397] [ASAP-115] [ENRP-232] rejects registrations, however many, and nothing is left of them', () => {
    const ladder = secured();
    ladder.up(2, host(1, 4711));
    for (let i = 0; i < 1000; i++) {
      const rejected = `2: registration-response ${i + 1} rejected rejected-for-security`;
      expect(register(ladder, 2, i + 1, 1)).toEqual([rejected]);
    }
    expect(ladder.elements()).toEqual([]);
    // Told once, and counted.
    expect(denials(ladder)).toEqual(['plain: registration: this registrar is secured: TLS is needed']);
    expect(ladder.eventsOf('registration-rejected')).toHaveLength(1);
    expect(ladder.role.snapshot().counters).toMatchObject({ deniedRequests: 1000, rejectedRegistrations: 1000 });
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
  it('[SEC-009] [SEC-010] [SEC-011] [TLSS-039] [REQ-038] [REQ-039] nobody registers, changes or removes the element of another one', () => {
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

  it('[SEC-011] a home that says nothing of owners does not change that', () => {
    const ladder = secured();
    const learn = (owner?: string) =>
      ladder.enrp(20, 20, {
        kind: 'handle-update',
        action: 'add-pe',
        poolHandle: ABC,
        element: peerElement(7, 1, 20, owner === undefined ? {} : { owner }),
      });
    learn('psk:pe-7');
    learn();
    ladder.up(2, host(1, 4711), 'remote', psk('pe-8'));
    expect(register(ladder, 2, 7, 1)).toEqual(['2: registration-response 7 rejected non-unique-pe-identifier']);
  });

  it('[SEC-011] nobody else acknowledges keep-alives for it', () => {
    const ladder = secured();
    const owner = 'psk:pe-7';
    ladder.enrp(20, 20, {
      kind: 'handle-update',
      action: 'add-pe',
      poolHandle: ABC,
      element: peerElement(7, 1, 20, { owner }),
    });
    ladder.up(4, host(5), 'remote', anonymous);
    ladder.asap(4, { kind: 'endpoint-unreachable', poolHandle: ABC, peIdentifier: 7 });
    // The element is called as who has registered it; another one is there.
    expect(ladder.connects.at(-1)).toMatchObject({ owner });
    const { channel } = ladder.connects.at(-1)!;
    ladder.up(channel, host(1, 4711), 'local', psk('pe-8'));
    ladder.asap(channel, { kind: 'endpoint-keep-alive-ack', poolHandle: ABC, peIdentifier: 7 });
    expect(ladder.role.snapshot().watchedElements).toBe(1);
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
    // Told once for a channel and kind of message.
    expect(denials(ladder)).toEqual([
      'psk:pe-7: registration: no rule lets it be element 8 of abc',
      'anonymous: handle-resolution: no rule lets it resolve abc',
      'anonymous: endpoint-unreachable: no rule lets it resolve abc',
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

describe('a secured registrar: its peers', () => {
  it('[ENRP-138] [SEC-054] [ENRP-234] [REQ-042] only who has proven who it is is one, whatever it says, and whoever tells of it', () => {
    const ladder = secured();
    for (const kind of ['presence', 'list-request', 'handle-table-request'] as const) {
      ladder.up(30, host(30));
      if (kind === 'presence') ladder.presence(30, 30, 0xffff, true);
      else if (kind === 'list-request') ladder.enrp(30, 30, { kind });
      else ladder.enrp(30, 30, { kind, ownChildrenOnly: false });
      expect(ladder.take()).toEqual(['close 30 abort']);
      ladder.down(30);
    }
    expect(ladder.peers()).toEqual(['20 active']);
  });

  it('[SEC-015] [ENRP-138] who has spoken as a registrar first is that one, and nobody else', () => {
    const ladder = secured();
    // The same host says so, and the channel of the true one is gone.
    ladder.down(20);
    ladder.up(30, host(20), 'remote', psk('registrar-30'));
    ladder.take();
    ladder.enrp(30, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(7, 1, 20) });
    expect(ladder.take()).toEqual(['close 30 abort']);
    expect(ladder.elements()).toEqual([]);
    expect(ladder.warnings()).toContain('identifier-conflict');
    ladder.up(40, host(20), 'remote', psk('registrar-20'));
    ladder.enrp(40, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(7, 1, 20) });
    expect(ladder.elements()).toEqual(['7@20']);
  });

  it('[SEC-015] a registrar that was called with our key has not said who it is: it may come by its own one later', () => {
    const security = { rules: new AccessRules(), answersPlainUsers: false };
    const ladder = new RegistrarLadder({}, { security, peers: [host(20)] });
    const { channel: called } = ladder.connects[0]!;
    ladder.up(called, host(20), 'local', psk('registrar-9'));
    ladder.presence(called, 20);
    ladder.take();
    ladder.down(called);
    ladder.up(30, host(20), 'remote', psk('registrar-20'));
    ladder.presence(30, 20);
    ladder.down(30);
    expect(ladder.take()).not.toContain('close 30 abort');
    ladder.up(40, host(20), 'remote', psk('registrar-30'));
    ladder.presence(40, 20);
    expect(ladder.take()).toEqual(['close 40 abort']);
  });

  it('[SEC-033] [SEC-035] [ENRP-268] forged announcements make nobody a peer and push nobody out', () => {
    const ladder = secured();
    for (let id = 1000; id < 11_000; id++) {
      const presence = encodeEnrp({
        kind: 'presence',
        senderId: id,
        receiverId: 0,
        replyRequired: true,
        information: {
          identifier: id,
          transport: { protocol: 'sctp', port: 9901, use: 'data-only', addresses: [`198.18.${id >> 8}.${id & 0xff}`] },
        },
      });
      ladder.input({
        kind: 'announcement',
        ppid: PPID.enrp,
        from: { address: '198.18.0.1', udpPort: 1 },
        bytes: presence,
      });
      ladder.input({
        kind: 'announcement',
        ppid: PPID.asap,
        from: { address: '198.18.0.1', udpPort: 1 },
        bytes: presence,
      });
    }
    ladder.advance(100);
    const calls = ladder.connects.length;
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(16);
    // Called, they prove nothing.
    for (const { channel } of ladder.connects) ladder.down(channel);
    expect(ladder.peers()).toEqual(['20 active']);
  });
});
