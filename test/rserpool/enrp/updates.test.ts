import { describe, expect, it } from 'vitest';
import { PPID } from '../../../src/rserpool/role.ts';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { ABC, element, host, OWN, peerElement, RegistrarLadder } from '../registrar/registrar-ladder.ts';

function setUp(config = {}): RegistrarLadder {
  const ladder = RegistrarLadder.serving({ keepAlivePeriodMs: 0, ...config });
  ladder.peer(20, 20);
  ladder.peer(30, 30);
  return ladder;
}

function update(ladder: RegistrarLadder, action: 'add-pe' | 'del-pe', what: PoolElementParameter, from = 20): void {
  ladder.enrp(from, from, { kind: 'handle-update', action, poolHandle: ABC, element: what });
}

describe('HANDLE_UPDATE from a peer', () => {
  it('[ENRP-115] [ENRP-116] [ENRP-117] [ENRP-118] [ENRP-132] makes the pool with all of the element; it is not forwarded', () => {
    const ladder = setUp();
    const what = peerElement(7, 1, 20, { policy: { kind: 'weighted-random', weight: 4 }, registrationLifeS: 77 });
    update(ladder, 'add-pe', what);
    expect(ladder.take()).toEqual([]);
    const [pool] = ladder.role.snapshot().pools;
    expect(pool?.policy).toEqual({ kind: 'weighted-random', weight: 0 });
    expect(pool?.elements[0]).toMatchObject({ ...what, owned: false, consistent: true });
    expect(ladder.eventsOf('element-learnt')).toMatchObject([{ peIdentifier: 7, homeRegistrarId: 20 }]);
  });

  it('[ENRP-051] [ENRP-055] as bytes, with a reserved field that is not 0', () => {
    const ladder = setUp();
    ladder.hex(
      20,
      PPID.enrp,
      '04000054 00000014 00000000 0000ffff 00090007 61626300 000a003c 12345678 00000014 00000258 00050010 00500000 00010008 c0000201 0008000c 00000002 00000003 00040010 0f170000 00010008 c0000201',
    );
    expect(ladder.elements()).toEqual([`${0x12345678}@20`]);
  });

  it('[ENRP-119] a later registration here has to fit to the pool', () => {
    const ladder = setUp();
    update(ladder, 'add-pe', peerElement(7, 1, 20));
    ladder.up(2, host(3, 4711));
    ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(8, 3, { policy: { kind: 'random' } }) });
    expect(ladder.take()).toEqual(['2: registration-response 8 rejected inconsistent-pool-policy']);
  });

  it('[ENRP-120] [ENRP-121] adds to a known pool, and replaces the attributes of a known element', () => {
    const ladder = setUp();
    update(ladder, 'add-pe', peerElement(7, 1, 20));
    update(ladder, 'add-pe', peerElement(8, 1, 20));
    update(ladder, 'add-pe', peerElement(7, 1, 20, { registrationLifeS: 5 }));
    expect(ladder.elements()).toEqual(['7@20', '8@20']);
    expect(ladder.role.snapshot().pools[0]?.elements[0]?.registrationLifeS).toBe(5);
  });

  it('[ENRP-129] [ENRP-130] removes the element, and the pool with the last one', () => {
    const ladder = setUp();
    update(ladder, 'add-pe', peerElement(7, 1, 20));
    update(ladder, 'add-pe', peerElement(8, 1, 20));
    update(ladder, 'del-pe', peerElement(7, 1, 20));
    expect(ladder.elements()).toEqual(['8@20']);
    update(ladder, 'del-pe', peerElement(8, 1, 20));
    expect(ladder.role.snapshot().pools).toEqual([]);
    expect(ladder.take()).toEqual([]);
    expect(ladder.eventsOf('element-lost').map(({ reason }) => reason)).toEqual(['peer-update', 'peer-update']);
  });

  it('[ENRP-131] about an element that is not there does nothing', () => {
    const ladder = setUp();
    update(ladder, 'del-pe', peerElement(7, 1, 20));
    expect(ladder.take()).toEqual([]);
  });

  it('[ENRP-122] that names this registrar as the home, or a third one, is ignored', () => {
    const ladder = setUp();
    update(ladder, 'add-pe', peerElement(7, 1, OWN));
    update(ladder, 'add-pe', peerElement(8, 1, 30));
    expect(ladder.elements()).toEqual([]);
    // Told once for a channel.
    expect(ladder.warnings()).toEqual(['foreign-update']);
    expect(ladder.role.snapshot().counters.warnings).toBe(2);
  });

  it('that removes an element of ours is contradicted, and the element is asked', () => {
    const ladder = setUp();
    ladder.registered(2, 7, 1);
    update(ladder, 'del-pe', peerElement(7, 1, OWN));
    expect(ladder.take()).toEqual([
      '2: endpoint-keep-alive abc from 50',
      '20: handle-update add-pe abc 7 home 50',
      '30: handle-update add-pe abc 7 home 50',
    ]);
    expect(ladder.elements()).toEqual(['7@50']);
    ladder.advance(5000);
    expect(ladder.elements()).toEqual([]);
  });

  it('[ENRP-123] with another policy than the pool’s is kept but not handed out', () => {
    const ladder = setUp();
    ladder.registered(2, 7, 1);
    update(ladder, 'add-pe', peerElement(8, 1, 20, { policy: { kind: 'random' } }));
    expect(ladder.elements()).toEqual(['7@50', '8@20']);
    expect(ladder.warnings()).toEqual(['inconsistent-pool']);
    ladder.asap(2, { kind: 'handle-resolution', subscribe: false, poolHandle: ABC });
    expect(ladder.take()).toEqual(['2: handle-resolution-response [7]']);
  });

  it('finds no room beyond the limits', () => {
    const ladder = setUp({ maxElements: 1 });
    update(ladder, 'add-pe', peerElement(7, 1, 20));
    update(ladder, 'add-pe', peerElement(8, 1, 20));
    expect(ladder.elements()).toEqual(['7@20']);
    expect(ladder.warnings()).toEqual(['limit-reached']);
  });
});

describe('HANDLE_TABLE_REQUEST', () => {
  /** 20 elements of ours and one of peer 20; a response holds 7 of ours (header 12, handle 11, each 56). */
  function withTable(): RegistrarLadder {
    const ladder = setUp({ maxTableResponseBytes: 420 });
    ladder.up(2, host(1, 4711));
    for (let i = 1; i <= 20; i++) ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(i, 1) });
    update(ladder, 'add-pe', peerElement(99, 3, 20));
    ladder.take();
    return ladder;
  }

  function request(ladder: RegistrarLadder, ownChildrenOnly: boolean, channel = 20): string[] {
    ladder.enrp(channel, channel, { kind: 'handle-table-request', ownChildrenOnly }, OWN);
    return ladder.take();
  }

  it('[ENRP-090] [ENRP-091] [ENRP-092] [ENRP-093] [ENRP-094] [ENRP-043] [ENRP-045] is answered part by part, with M in all but the last', () => {
    const ladder = withTable();
    expect(request(ladder, false)).toEqual(['20: handle-table-response to 20 M [1 2 3 4 5 6 7]']);
    expect(ladder.role.snapshot().tableSessions).toBe(1);
    expect(request(ladder, false)).toEqual(['20: handle-table-response to 20 M [8 9 10 11 12 13 14]']);
    expect(request(ladder, false)).toEqual(['20: handle-table-response to 20 [15 16 17 18 19 20 99]']);
    expect(ladder.role.snapshot().tableSessions).toBe(0);
    expect(request(ladder, false)).toEqual(['20: handle-table-response to 20 M [1 2 3 4 5 6 7]']);
  });

  it('[ENRP-042] [ENRP-211] with W has only what this registrar owns', () => {
    const ladder = withTable();
    request(ladder, true);
    request(ladder, true);
    expect(request(ladder, true)).toEqual(['20: handle-table-response to 20 [15 16 17 18 19 20]']);
  });

  it('[ENRP-093] each peer has a download of its own, and another W flag begins a new one', () => {
    const ladder = withTable();
    request(ladder, false, 20);
    expect(request(ladder, false, 30)).toEqual(['30: handle-table-response to 30 M [1 2 3 4 5 6 7]']);
    expect(request(ladder, true, 20)).toEqual(['20: handle-table-response to 20 M [1 2 3 4 5 6 7]']);
    expect(request(ladder, true, 20)).toEqual(['20: handle-table-response to 20 M [8 9 10 11 12 13 14]']);
  });

  it('[ENRP-108] [ENRP-109] is forgotten after 15 s without a further one, or with its channel', () => {
    const ladder = withTable();
    request(ladder, false, 20);
    request(ladder, false, 30);
    ladder.down(30);
    expect(ladder.role.snapshot().tableSessions).toBe(1);
    ladder.advance(15_000);
    expect(ladder.role.snapshot().tableSessions).toBe(0);
  });

  it('[ENRP-104] [ENRP-048] [ENRP-047] is rejected when there are too many downloads', () => {
    const ladder = setUp({ maxTableResponseBytes: 256, maxTableSessions: 1 });
    ladder.up(2, host(1, 4711));
    for (let i = 1; i <= 20; i++) ladder.asap(2, { kind: 'registration', poolHandle: ABC, element: element(i, 1) });
    ladder.take();
    request(ladder, false, 20);
    expect(request(ladder, false, 30)).toEqual(['30: handle-table-response to 30 R []']);
  });

  it('[ENRP-050] of an empty handlespace is answered by an empty table', () => {
    const ladder = setUp();
    request(ladder, false);
    expect(ladder.lastSent(20)).toBe('0300000c0000003200000014');
  });

  it('[ENRP-049] has the handle once for all elements of a pool', () => {
    const ladder = setUp();
    update(ladder, 'add-pe', peerElement(1, 1, 20));
    ladder.enrp(20, 20, {
      kind: 'handle-update',
      action: 'add-pe',
      poolHandle: poolHandle('xyz'),
      element: peerElement(2, 1, 20),
    });
    update(ladder, 'add-pe', peerElement(3, 1, 20));
    request(ladder, false, 30);
    const [, handles] = [ladder.lastSent(30), ladder.lastSent(30).match(/0009000761626300|0009000778797a00/g)];
    expect(handles).toEqual(['0009000761626300', '0009000778797a00']);
  });
});
