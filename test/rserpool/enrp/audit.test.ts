import { describe, expect, it } from 'vitest';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import { ABC, OWN, peerElement, RegistrarLadder } from '../registrar/registrar-ladder.ts';

function setUp(config = {}): RegistrarLadder {
  const ladder = RegistrarLadder.serving({ keepAlivePeriodMs: 0, ...config });
  ladder.peer(20, 20);
  ladder.peer(30, 30);
  return ladder;
}

function update(ladder: RegistrarLadder, action: 'add-pe' | 'del-pe', what: PoolElementParameter, from = 20): void {
  ladder.enrp(from, from, { kind: 'handle-update', action, poolHandle: ABC, element: what });
}

describe('audit', () => {
  /** Checksum of element 7 of pool "abc": 6162 + 6300 + 0000 + 0007 = c469, complement. */
  const OF_7 = 0x3b96;

  it('[ENRP-191] [ENRP-192] asks nothing as long as the checksums agree', () => {
    const ladder = setUp();
    update(ladder, 'add-pe', peerElement(7, 1, 20));
    ladder.presence(20, 20, OF_7);
    expect(ladder.take()).toEqual([]);
    expect(ladder.role.snapshot().peers[0]?.checksum).toBe(OF_7);
  });

  it('[ENRP-188] [ENRP-193] [ENRP-194] [ENRP-210] [ENRP-220] [OVW-026] asks at once for the peer’s own elements if they do not', () => {
    const ladder = setUp();
    ladder.presence(20, 20, OF_7);
    expect(ladder.take()).toEqual(['20: handle-table-request to 20 W']);
    expect(ladder.eventsOf('audit-mismatch')).toEqual([
      { kind: 'audit-mismatch', registrarId: 20, expected: 0xffff, received: OF_7 },
    ]);
  });

  /** Our copy says that 20 owns 1, 2 and 3; in truth it owns 7. The resynchronisation has begun. */
  function resynchronizing(): RegistrarLadder {
    const ladder = setUp();
    for (const identifier of [1, 2, 3]) update(ladder, 'add-pe', peerElement(identifier, 1, 20));
    update(ladder, 'add-pe', peerElement(4, 1, 30), 30);
    ladder.presence(20, 20, OF_7);
    ladder.take();
    return ladder;
  }

  function answer(ladder: RegistrarLadder, elements: PoolElementParameter[], more = false, rejected = false): void {
    const pools = elements.length > 0 ? [{ poolHandle: ABC, elements }] : [];
    ladder.enrp(20, 20, { kind: 'handle-table-response', rejected, more, pools });
  }

  it('[ENRP-209] [ENRP-212] [ENRP-213] [ENRP-214] [ENRP-215] [OVW-026] takes over the table; what is not in it goes, in silence', () => {
    const ladder = resynchronizing();
    answer(ladder, [peerElement(7, 1, 20), peerElement(2, 1, 20, { registrationLifeS: 9 })]);
    expect(ladder.elements().toSorted()).toEqual(['2@20', '4@30', '7@20']);
    expect(ladder.take()).toEqual([]);
    expect(ladder.eventsOf('resynchronized')).toEqual([
      { kind: 'resynchronized', registrarId: 20, learnt: 1, removed: 2 },
    ]);
  });

  it('[ENRP-216] [ENRP-217] [ENRP-097] removes nothing before the last part has come', () => {
    const ladder = resynchronizing();
    answer(ladder, [peerElement(7, 1, 20)], true);
    expect(ladder.take()).toEqual(['20: handle-table-request to 20 W']);
    expect(ladder.elements().toSorted()).toEqual(['1@20', '2@20', '3@20', '4@30', '7@20']);
    answer(ladder, [peerElement(3, 1, 20)]);
    expect(ladder.elements().toSorted()).toEqual(['3@20', '4@30', '7@20']);
  });

  it('[ENRP-218] removes nothing if it is rejected or not answered', () => {
    const rejected = resynchronizing();
    answer(rejected, [], false, true);
    expect(rejected.elements()).toHaveLength(4);
    answer(rejected, []);
    expect(rejected.elements()).toHaveLength(4);
    const silent = resynchronizing();
    silent.advance(5000);
    answer(silent, []);
    expect(silent.elements()).toHaveLength(4);
  });

  it('[ENRP-218] is not repeated before the peer has forgotten the download that it did not answer', () => {
    const ladder = resynchronizing();
    const asked = (): boolean => ladder.take().includes('20: handle-table-request to 20 W');
    ladder.advance(5000);
    ladder.advance(14_999);
    ladder.presence(20, 20, OF_7);
    expect(asked()).toBe(false);
    ladder.advance(1);
    ladder.presence(20, 20, OF_7);
    expect(asked()).toBe(true);
  });

  it('[ENRP-195] waits for each peer as long as for any other', () => {
    const ladder = resynchronizing();
    ladder.advance(3000);
    ladder.presence(30, 30, OF_7);
    ladder.advance(3000);
    ladder.enrp(30, 30, { kind: 'handle-table-response', rejected: false, more: false, pools: [] });
    expect(ladder.eventsOf('resynchronized')).toMatchObject([{ registrarId: 30, removed: 1 }]);
  });

  it('[ENRP-219] spares what a HANDLE_UPDATE refreshed or moved meanwhile', () => {
    const ladder = resynchronizing();
    update(ladder, 'add-pe', peerElement(1, 1, 20));
    update(ladder, 'add-pe', peerElement(2, 1, 30), 30);
    answer(ladder, []);
    expect(ladder.elements().toSorted()).toEqual(['1@20', '2@30', '4@30']);
  });

  it('[ENRP-195] [ENRP-196] does not begin again while it runs, nor more often than the heartbeat', () => {
    const ladder = resynchronizing();
    ladder.presence(20, 20, OF_7);
    expect(ladder.take()).toEqual([]);
    answer(ladder, []);
    ladder.presence(20, 20, OF_7);
    expect(ladder.take()).toEqual([]);
    ladder.advance(15_000);
    ladder.presence(20, 20, OF_7);
    expect(ladder.take()).toEqual(['20: handle-table-request to 20 W']);
  });

  it('[ENRP-195] does not begin again while an answer is awaited, however short the heartbeat', () => {
    const ladder = setUp({ peerHeartbeatCycleMs: 100 });
    ladder.presence(20, 20, OF_7);
    ladder.take();
    ladder.advance(90);
    ladder.presence(20, 20, OF_7);
    expect(ladder.take()).toEqual([]);
  });

  it('does not believe a peer what it says of the elements of others', () => {
    const ladder = resynchronizing();
    answer(ladder, [peerElement(7, 1, 20), peerElement(8, 1, 30), peerElement(9, 1, OWN)]);
    expect(ladder.elements().toSorted()).toEqual(['4@30', '7@20']);
  });

  it('an element that both own after a partition stays with the larger identifier, which says so', () => {
    const ladder = setUp();
    ladder.registered(2, 7, 1);
    ladder.presence(20, 20, OF_7);
    ladder.take();
    answer(ladder, [peerElement(7, 1, 20)]);
    expect(ladder.elements()).toEqual(['7@50']);
    expect(ladder.take()).toEqual(['20: handle-update add-pe abc 7 home 50', '30: handle-update add-pe abc 7 home 50']);
    ladder.advance(0);
    // And the element is told whose it is.
    expect(ladder.take()).toEqual(['2: endpoint-keep-alive abc from 50 H']);
  });

  it('an element that both own after a partition is given up by the smaller identifier', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(70, 70);
    ladder.registered(2, 7, 1);
    ladder.presence(70, 70, OF_7);
    ladder.take();
    ladder.enrp(70, 70, {
      kind: 'handle-table-response',
      rejected: false,
      more: false,
      pools: [{ poolHandle: ABC, elements: [peerElement(7, 1, 70)] }],
    });
    expect(ladder.elements()).toEqual(['7@70']);
    expect(ladder.role.snapshot().watchedElements).toBe(0);
  });

  /** Element 7 registers here while it registers at `other` as well: the announcements cross, and each leaves it to the other. */
  function crossed(other: number): RegistrarLadder {
    const ladder = RegistrarLadder.serving({ keepAlivePeriodMs: 0 });
    ladder.peer(other, other);
    ladder.registered(2, 7, 1);
    update(ladder, 'add-pe', peerElement(7, 1, other), other);
    expect(ladder.elements()).toEqual([`7@${other}`]);
    ladder.presence(other, other, 0xffff);
    ladder.take();
    return ladder;
  }

  function emptyTable(ladder: RegistrarLadder, other: number): void {
    ladder.enrp(other, other, { kind: 'handle-table-response', rejected: false, more: false, pools: [] });
    ladder.advance(0);
  }

  it('an element that both left to the other is taken back by the larger identifier, and told so', () => {
    const ladder = crossed(20);
    emptyTable(ladder, 20);
    expect(ladder.elements()).toEqual(['7@50']);
    expect(ladder.take()).toEqual(['20: handle-update add-pe abc 7 home 50', '2: endpoint-keep-alive abc from 50 H']);
    expect(ladder.eventsOf('resynchronized')).toMatchObject([{ removed: 0 }]);
  });

  it('an element that both left to the other is forgotten by the smaller identifier', () => {
    const ladder = crossed(70);
    emptyTable(ladder, 70);
    expect(ladder.elements()).toEqual([]);
  });

  it('an element whose channel is closed is not taken back', () => {
    const ladder = crossed(20);
    ladder.down(2);
    emptyTable(ladder, 20);
    expect(ladder.elements()).toEqual([]);
  });

  it('[ENRP-201] [ENRP-189] [ENRP-200] [ENRP-225] [OVW-026] the own checksum follows every change at once', () => {
    const ladder = setUp();
    expect(ladder.role.snapshot().checksum).toBe(0xffff);
    ladder.registered(2, 7, 1);
    expect(ladder.role.snapshot().checksum).toBe(OF_7);
    ladder.take();
    ladder.advance(30_000);
    // Both peers are told the checksum of this registrar's elements.
    expect(ladder.take()).toEqual(['20: presence 3b96', '30: presence 3b96']);
    update(ladder, 'add-pe', peerElement(7, 1, 20));
    expect(ladder.role.snapshot().checksum).toBe(0xffff);
    expect(ladder.role.snapshot().peers[0]?.checksum).toBe(OF_7);
  });

  it('[ENRP-208] [ENRP-192] does not see other attributes than handle and identifier', () => {
    const ladder = setUp();
    update(ladder, 'add-pe', peerElement(7, 1, 20, { policy: { kind: 'least-used', load: 1 } }));
    const tcp = { protocol: 'tcp', port: 80, addresses: ['192.0.2.3'] } as const;
    const policy = { kind: 'least-used', load: 9 } as const;
    update(ladder, 'add-pe', peerElement(7, 1, 20, { policy, userTransport: tcp, registrationLifeS: 5 }));
    expect(ladder.role.snapshot().peers[0]?.checksum).toBe(OF_7);
    update(ladder, 'add-pe', peerElement(7, 1, 30), 30);
    expect(ladder.role.snapshot().peers[1]?.checksum).toBe(OF_7);
  });
});
