import { describe, expect, it } from 'vitest';
import { PPID } from '../../../src/rserpool/role.ts';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { ABC, element, host, OWN, peerElement, RegistrarLadder } from './registrar-ladder.ts';

/** A registrar with one peer, 20 on channel 20, and a channel 2 to an element's host 192.0.2.1. */
function setUp(config = {}): RegistrarLadder {
  const ladder = RegistrarLadder.serving(config);
  ladder.peer(20, 20);
  ladder.up(2, host(1, 4711));
  return ladder;
}

function register(ladder: RegistrarLadder, channel: number, what: PoolElementParameter, pool = ABC): string[] {
  ladder.asap(channel, { kind: 'registration', poolHandle: pool, element: what });
  return ladder.take();
}

describe('registration', () => {
  it('[ASAP-116] [ASAP-131] [ASAP-132] [ASAP-136] [ENRP-112] [ENRP-114] [ENRP-001] [ENRP-056] [ASAP-301] [ASAP-303] is granted, and the peers hear of it', () => {
    const ladder = setUp();
    ladder.peer(30, 30);
    expect(register(ladder, 2, element(7, 1))).toEqual([
      '2: registration-response 7 granted',
      '20: handle-update add-pe abc 7 home 50',
      '30: handle-update add-pe abc 7 home 50',
    ]);
    expect(ladder.eventsOf('registered')).toMatchObject([{ peIdentifier: 7, renewed: false, channel: 2 }]);
  });

  it('[ASAP-046] [ASAP-050] [ASAP-126] [ASAP-128] [ENRP-113] [ASAP-135] as bytes: the answer and the update of the RFC figures', () => {
    const ladder = RegistrarLadder.serving({}, { registrarId: 0x0badcafe });
    ladder.peer(20, 20);
    ladder.up(2, host(1, 4711));
    ladder.hex(
      2,
      PPID.asap,
      '01000034 00090007 61626300 000a0028 12345678 00000000 00000258 00040010 12670001 00010008 c0000201 00080008 00000001',
    );
    expect(ladder.lastSent(2)).toBe('030000140009000761626300000e000812345678');
    expect(ladder.lastSent(20)).toBe(
      '04000050 0badcafe 00000000 00000000 00090007 61626300 000a0038 12345678 0badcafe 00000258 00040010 12670001 00010008 c0000201 00080008 00000001 00040010 12670000 00010008 c0000201'.replaceAll(
        ' ',
        '',
      ),
    );
  });

  it('[ASAP-117] [ASAP-118] [ASAP-119] makes the first element the measure of the pool', () => {
    const ladder = setUp();
    register(ladder, 2, element(7, 1, { policy: { kind: 'weighted-random', weight: 3 } }));
    const [pool] = ladder.role.snapshot().pools;
    expect(pool?.policy).toEqual({ kind: 'weighted-random', weight: 0 });
  });

  it('[ASAP-129] replaces an ASAP transport that the element made up, and fills in the UDP ports', () => {
    const ladder = setUp();
    ladder.up(4, host(3, 4711, 20_001));
    const asapTransport = { protocol: 'sctp', port: 1, use: 'data-only', addresses: ['203.0.113.1'] } as const;
    register(ladder, 4, element(7, 3, { asapTransport }));
    const [stored] = ladder.role.snapshot().pools[0]!.elements;
    expect(stored?.asapTransport).toEqual({ protocol: 'sctp', port: 4711, use: 'data-only', addresses: ['192.0.2.3'] });
    expect(stored?.udpPorts).toEqual({ user: 20_001, asap: 20_001 });
  });

  it('keeps the UDP port that the element names for its users, and gives none to what is not SCTP', () => {
    const ladder = setUp();
    ladder.up(4, host(3, 4711, 20_001));
    register(ladder, 4, element(7, 3, { udpPorts: { user: 20_002 } }));
    const tcp = { protocol: 'tcp', port: 80, addresses: ['192.0.2.3'] } as const;
    register(ladder, 4, element(8, 3, { userTransport: tcp }), poolHandle('web'));
    const [abc, web] = ladder.role.snapshot().pools;
    expect(abc?.elements[0]?.udpPorts).toEqual({ user: 20_002, asap: 20_001 });
    expect(web?.elements[0]?.udpPorts).toEqual({ asap: 20_001 });
  });

  it.each([
    ['[ASAP-121] [ASAP-122] policy', { policy: { kind: 'random' } }, 'inconsistent-pool-policy'],
    [
      '[ASAP-121] [ASAP-122] transport type',
      { userTransport: { protocol: 'tcp', port: 4711, addresses: ['192.0.2.1'] } },
      'inconsistent-transport-type',
    ],
    [
      '[ASAP-121] [ASAP-122] data/control configuration',
      { userTransport: { protocol: 'sctp', port: 4711, use: 'data-only', addresses: ['192.0.2.1'] } },
      'inconsistent-data-control-configuration',
    ],
    ['[PAR-076] life 0', { registrationLifeS: 0 }, 'invalid-values'],
    ['[PAR-076] life below -1', { registrationLifeS: -2 }, 'invalid-values'],
    [
      'policy that is not implemented here',
      { policy: { kind: 'unknown', type: 0x80000001, data: new Uint8Array(4) } },
      'invalid-values',
    ],
    [
      '[ASAP-042] [ASAP-139] address that is not the association’s',
      {
        userTransport: {
          protocol: 'sctp',
          port: 4711,
          use: 'data-and-control',
          addresses: ['192.0.2.1', '203.0.113.9'],
        },
      },
      'invalid-values',
    ],
  ] as [string, Partial<PoolElementParameter>, string][])(
    '[ASAP-133] [ASAP-134] [ASAP-137] is rejected, and peers hear nothing: %s',
    (_, changes, cause) => {
      const ladder = setUp();
      ladder.registered(4, 1, 2);
      expect(register(ladder, 2, element(7, 1, changes))).toEqual([`2: registration-response 7 rejected ${cause}`]);
      expect(ladder.elements()).toEqual(['1@50']);
      expect(ladder.eventsOf('registration-rejected')).toMatchObject([{ peIdentifier: 7 }]);
    },
  );

  it('[PAR-101] as bytes: tells the policy of the pool', () => {
    const ladder = setUp();
    ladder.registered(4, 1, 2);
    register(ladder, 2, element(0x12345678, 1, { policy: { kind: 'random' } }));
    expect(ladder.lastSent(2)).toBe('030100240009000761626300000e000812345678000c00100005000c0008000800000001');
  });

  it('[PAR-099] quotes the transport with the foreign address', () => {
    const ladder = setUp();
    const userTransport = { protocol: 'udp', port: 7, addresses: ['203.0.113.9'] } as const;
    register(ladder, 2, element(7, 1, { userTransport }));
    expect(ladder.lastSent(2)).toContain('000c001800030014000600100007000000010008cb007109');
  });

  it('[PAR-064] takes an opaque transport, in which there is nothing to compare', () => {
    const ladder = setUp();
    const userTransport = { protocol: 'opaque', bytes: new Uint8Array([1, 2, 3]) } as const;
    expect(register(ladder, 2, element(7, 1, { userTransport }))[0]).toBe('2: registration-response 7 granted');
  });

  it('[ASAP-013] is refused over TCP', () => {
    const ladder = setUp();
    ladder.up(4, { protocol: 'tcp', addresses: ['192.0.2.3'], port: 50_000 });
    expect(register(ladder, 4, element(7, 3))).toEqual(['4: registration-response 7 rejected unspecified']);
    expect(ladder.elements()).toEqual([]);
  });

  it.each([
    ['elements', { maxElements: 1 }, ABC],
    ['pools', { maxPools: 1 }, poolHandle('other')],
  ])('[ASAP-130] [PAR-102] is rejected when there are too many %s', (_, limits, pool) => {
    const ladder = setUp(limits);
    ladder.registered(4, 1, 2);
    expect(register(ladder, 2, element(7, 1), pool)).toEqual(['2: registration-response 7 rejected lack-of-resources']);
  });

  it('is rejected if the element would not fit into a HANDLE_UPDATE', () => {
    const ladder = setUp();
    const huge = poolHandle(new Uint8Array(65_450).fill(65));
    expect(register(ladder, 2, element(7, 1), huge)).toEqual(['2: registration-response 7 rejected lack-of-resources']);
  });

  it('[ASAP-049] is granted with a warning where the life is longer than what is granted', () => {
    const ladder = setUp({ maxRegistrationLifeS: 300 });
    expect(register(ladder, 2, element(7, 1))[0]).toBe('2: registration-response 7 granted invalid-values');
    expect(ladder.role.snapshot().pools[0]?.elements[0]?.registrationLifeS).toBe(300);
  });

  it('[ASAP-131] is answered by a rejection also if the message does not decode', () => {
    const ladder = setUp();
    // Transport use 2.
    ladder.hex(
      2,
      PPID.asap,
      '01000034 00090007 61626300 000a0028 12345678 00000000 00000258 00040010 12670002 00010008 c0000201 00080008 00000001',
    );
    expect(ladder.take()).toEqual(['2: registration-response 305419896 rejected invalid-values']);
  });
});

describe('re-registration', () => {
  it('[ASAP-123] [ASAP-125] replaces what was stored, and the peers hear of it', () => {
    const ladder = setUp();
    const policy = { kind: 'least-used', load: 1 } as const;
    register(ladder, 2, element(7, 1, { policy }));
    expect(register(ladder, 2, element(7, 1, { policy: { ...policy, load: 9 }, registrationLifeS: 60 }))).toEqual([
      '2: registration-response 7 granted',
      '20: handle-update add-pe abc 7 home 50',
    ]);
    const stored = ladder.role.snapshot().pools[0]?.elements;
    expect(stored).toHaveLength(1);
    expect(stored?.[0]).toMatchObject({ registrationLifeS: 60, policy: { load: 9 } });
    expect(ladder.eventsOf('registered').map(({ renewed }) => renewed)).toEqual([false, true]);
  });

  it('[ASAP-124] is checked like the first one; the old record stays', () => {
    const ladder = setUp();
    ladder.registered(4, 1, 2);
    register(ladder, 2, element(7, 1));
    expect(register(ladder, 2, element(7, 1, { policy: { kind: 'random' } }))).toEqual([
      '2: registration-response 7 rejected inconsistent-pool-policy',
    ]);
    expect(ladder.elements()).toEqual(['1@50', '7@50']);
  });

  it('[ASAP-123] is recognised by the ASAP transport address where the channel is a new one', () => {
    const ladder = setUp();
    register(ladder, 2, element(7, 1));
    ladder.up(4, host(1, 4711));
    expect(register(ladder, 4, element(7, 1))[0]).toBe('4: registration-response 7 granted');
  });

  it.each([
    ['address', host(3, 4711), 3],
    ['SCTP port', host(1, 4712), 1],
  ])('[PAR-100] is refused to another element that uses the same identifier: other %s', (_, remote, n) => {
    const ladder = setUp();
    register(ladder, 2, element(7, 1));
    ladder.up(4, remote);
    expect(register(ladder, 4, element(7, n))).toEqual([
      '4: registration-response 7 rejected non-unique-pe-identifier',
    ]);
  });

  it('[ASAP-127] [ENRP-004] [ASAP-135] moves the element here from another home', () => {
    const ladder = setUp();
    ladder.enrp(20, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(7, 1, 20) });
    expect(ladder.elements()).toEqual(['7@20']);
    expect(register(ladder, 2, element(7, 1))).toEqual([
      '2: registration-response 7 granted',
      '20: handle-update add-pe abc 7 home 50',
    ]);
    expect(ladder.elements()).toEqual(['7@50']);
    expect(ladder.eventsOf('element-moved')).toMatchObject([{ peIdentifier: 7, from: 20, to: OWN }]);
  });
});

describe('deregistration', () => {
  it('[ASAP-156] [ASAP-157] [ASAP-160] [ASAP-162] [ENRP-124] [ASAP-302] [ASAP-304] removes the element and its pool, and the peers hear of it', () => {
    const ladder = setUp();
    register(ladder, 2, element(7, 1));
    ladder.asap(2, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 7 });
    expect(ladder.take()).toEqual(['2: deregistration-response 7', '20: handle-update del-pe abc 7 home 50']);
    expect(ladder.role.snapshot().pools).toEqual([]);
    expect(ladder.role.snapshot().watchedElements).toBe(0);
  });

  it('[ENRP-126] [ENRP-127] [ENRP-128] [ASAP-053] as bytes: the answer without an error, the update with the complete element', () => {
    const ladder = RegistrarLadder.serving({}, { registrarId: 0x0badcafe });
    ladder.peer(20, 20);
    ladder.registered(2, 0x12345678, 1, {
      userTransport: { protocol: 'tcp', port: 80, addresses: ['192.0.2.1'] },
      policy: { kind: 'weighted-round-robin', weight: 3 },
    });
    ladder.hex(2, PPID.asap, '02000014 00090007 61626300 000e0008 12345678');
    expect(ladder.lastSent(2)).toBe('040000140009000761626300000e000812345678');
    expect(ladder.lastSent(20)).toBe(
      '04000054 0badcafe 00000000 00010000 00090007 61626300 000a003c 12345678 0badcafe 00000258 00050010 00500000 00010008 c0000201 0008000c 00000002 00000003 00040010 12670000 00010008 c0000201'.replaceAll(
        ' ',
        '',
      ),
    );
  });

  it('[ASAP-158] [ASAP-163] of an unknown element is granted, and the peers hear nothing', () => {
    const ladder = setUp();
    ladder.asap(2, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 7 });
    expect(ladder.take()).toEqual(['2: deregistration-response 7']);
  });

  it('[ASAP-045] [ASAP-159] [ASAP-161] [ASAP-163] by somebody else is refused', () => {
    const ladder = setUp();
    register(ladder, 2, element(7, 1));
    ladder.up(4, host(3, 4711));
    ladder.asap(4, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 7 });
    expect(ladder.take()).toEqual(['4: deregistration-response 7 rejected-for-security']);
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('of an element with another home moves it here first, so that the peers believe the removal', () => {
    const ladder = setUp();
    ladder.enrp(20, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(7, 1, 20) });
    ladder.asap(2, { kind: 'deregistration', poolHandle: ABC, peIdentifier: 7 });
    expect(ladder.take()).toEqual([
      '2: deregistration-response 7',
      '20: handle-update add-pe abc 7 home 50',
      '20: handle-update del-pe abc 7 home 50',
    ]);
  });
});

describe('registration life', () => {
  it('[ASAP-141] [ASAP-142] [ASAP-143] [OVW-011] ends: the element is removed and told, the peers too', () => {
    const ladder = setUp({ keepAlivePeriodMs: 0, peerHeartbeatCycleMs: 10_000_000, maxTimeLastHeardMs: 10_000_000 });
    register(ladder, 2, element(7, 1));
    ladder.advance(599_999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual(['2: deregistration-response 7', '20: handle-update del-pe abc 7 home 50']);
    expect(ladder.eventsOf('expired')).toMatchObject([{ peIdentifier: 7 }]);
    expect(ladder.elements()).toEqual([]);
  });

  it('ends for those who look after the element and those who use it, too', () => {
    const ladder = setUp({ keepAlivePeriodMs: 0, peerHeartbeatCycleMs: 10_000_000, maxTimeLastHeardMs: 10_000_000 });
    register(ladder, 2, element(7, 1));
    ladder.up(100, host(200, 40_000));
    ladder.asap(100, { kind: 'handle-resolution', subscribe: true, poolHandle: ABC });
    ladder.take();
    ladder.advance(600_000);
    expect(ladder.take()).toContain('100: handle-resolution-response [] unknown-pool-handle');
    expect(ladder.role.snapshot().watchedElements).toBe(0);
  });

  it('[PAR-075] of -1 never ends', () => {
    const ladder = setUp({ keepAlivePeriodMs: 0, peerHeartbeatCycleMs: 86_400_000, maxTimeLastHeardMs: 86_400_000 });
    register(ladder, 2, element(7, 1, { registrationLifeS: -1 }));
    for (let day = 0; day < 30; day++) {
      ladder.presence(20, 20);
      ladder.advance(86_000_000);
    }
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('is renewed by re-registration', () => {
    const ladder = setUp({ keepAlivePeriodMs: 0, peerHeartbeatCycleMs: 10_000_000, maxTimeLastHeardMs: 10_000_000 });
    register(ladder, 2, element(7, 1));
    ladder.advance(500_000);
    register(ladder, 2, element(7, 1));
    ladder.advance(500_000);
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('[ASAP-144] of another registrar’s element ends here only after twice its length, in silence', () => {
    const ladder = setUp({ peerHeartbeatCycleMs: 10_000_000, maxTimeLastHeardMs: 10_000_000 });
    ladder.enrp(20, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(7, 1, 20) });
    ladder.advance(1_199_999);
    expect(ladder.elements()).toEqual(['7@20']);
    ladder.advance(1);
    expect(ladder.elements()).toEqual([]);
    expect(ladder.take()).toEqual([]);
    expect(ladder.eventsOf('element-lost')).toMatchObject([{ reason: 'orphaned', homeRegistrarId: 20 }]);
  });
});
