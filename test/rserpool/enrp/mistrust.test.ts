import { describe, expect, it } from 'vitest';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import { ABC, host, OWN, peerElement, RegistrarLadder } from '../registrar/registrar-ladder.ts';

/** Peers 20 and 30 on the channels of their numbers; 20 owns element 1 at 192.0.2.1, we own element 7 at 192.0.2.7. */
function setUp(config = {}): RegistrarLadder {
  const ladder = RegistrarLadder.serving({
    peerHeartbeatCycleMs: 1e7,
    maxTimeLastHeardMs: 61_000,
    maxTimeNoResponseMs: 5000,
    keepAlivePeriodMs: 0,
    ...config,
  });
  ladder.peer(20, 20);
  ladder.peer(30, 30);
  update(ladder, 20, 'add-pe', peerElement(1, 1, 20));
  ladder.registered(2, 7, 7);
  return ladder;
}

function update(
  ladder: RegistrarLadder,
  from: number,
  action: 'add-pe' | 'del-pe',
  element: PoolElementParameter,
): void {
  ladder.enrp(from, from, { kind: 'handle-update', action, poolHandle: ABC, element });
}

describe('a peer that is not the home of an element', () => {
  it.each([20, 30])('[ENRP-129] cannot remove it, whatever home it names: %d', (home) => {
    const ladder = setUp();
    update(ladder, 30, 'del-pe', peerElement(1, 1, home));
    expect(ladder.elements()).toEqual(['1@20', '7@50']);
    expect(ladder.warnings()).toEqual(['foreign-update']);
    expect(ladder.take()).toEqual([]);
  });

  it('[ENRP-129] cannot remove ours in its own name: it was the home before, and is late', () => {
    const ladder = setUp();
    update(ladder, 20, 'del-pe', peerElement(7, 7, 20));
    expect(ladder.elements()).toEqual(['1@20', '7@50']);
    expect(ladder.take()).toContain('2: endpoint-keep-alive abc from 50');
  });

  it('[ENRP-129] is believed if the home is gone: nobody else will say it', () => {
    const ladder = setUp();
    ladder.enrp(30, 30, { kind: 'init-takeover', targetId: 20 });
    update(ladder, 30, 'del-pe', peerElement(1, 1, 20));
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('cannot make this registrar tell all peers without end', () => {
    const ladder = setUp({ probesPerSecond: 1, probeBurst: 3 });
    for (let i = 0; i < 1000; i++) update(ladder, 30, 'del-pe', peerElement(7, 7, 30));
    expect(ladder.take().filter((line) => line.startsWith('20:'))).toHaveLength(1);
  });

  it('cannot have a deletion remembered in a download', () => {
    const ladder = new RegistrarLadder({}, { peers: [host(20)] });
    ladder.up(1, host(20), 'local');
    ladder.presence(1, 20);
    ladder.enrp(1, 20, { kind: 'list-response', rejected: false, registrars: [] });
    ladder.peer(30, 30);
    update(ladder, 30, 'del-pe', peerElement(1, 1, 20));
    const pools = [{ poolHandle: ABC, elements: [peerElement(1, 1, 20)] }];
    ladder.enrp(1, 20, { kind: 'handle-table-response', rejected: false, more: false, pools });
    expect(ladder.elements()).toEqual(['1@20']);
  });
});

describe('TAKEOVER_SERVER for a registrar that lives', () => {
  it('[ENRP-172] [ENRP-186] is not believed: the target is asked, and stays when it answers', () => {
    const ladder = setUp();
    ladder.enrp(30, 30, { kind: 'takeover-server', targetId: 20 });
    expect(ladder.take()).toEqual(['20: presence to 20 reply! 3b96']);
    expect(ladder.elements()).toEqual(['1@20', '7@50']);
    ladder.presence(20, 20, 0x3b9c);
    expect(ladder.peers()).toEqual(['20 active', '30 active']);
    ladder.advance(20_000);
    expect(ladder.elements()).toEqual(['1@20', '7@50']);
    expect(ladder.eventsOf('takeover-completed')).toEqual([]);
  });

  it('[ENRP-184] gives the elements to the sender, without an arbitration, if the target does not answer', () => {
    const ladder = setUp();
    ladder.enrp(30, 30, { kind: 'takeover-server', targetId: 20 });
    ladder.take();
    ladder.advance(5000);
    expect(ladder.take()).toEqual(['close 20 abort']);
    expect(ladder.elements()).toEqual(['1@30', '7@50']);
    expect(ladder.eventsOf('takeover-completed')).toMatchObject([{ targetId: 20, winnerId: 30, elements: 1 }]);
  });

  it('[ENRP-172] is not believed if the target was heard after INIT_TAKEOVER', () => {
    const ladder = setUp();
    ladder.enrp(30, 30, { kind: 'init-takeover', targetId: 20 });
    ladder.presence(20, 20, 0x3b9c);
    ladder.enrp(30, 30, { kind: 'takeover-server', targetId: 20 });
    expect(ladder.elements()).toEqual(['1@20', '7@50']);
  });

  it('[ENRP-186] is answered by PRESENCE if this one is the target; what does not follow the sender stays here', () => {
    const ladder = setUp();
    ladder.enrp(20, 20, { kind: 'takeover-server', targetId: OWN });
    expect(ladder.take()).toEqual(['20: presence 3b96', '30: presence 3b96']);
    expect(ladder.warnings()).toEqual(['declared-dead']);
    expect(ladder.elements()).toEqual(['1@20', '7@50']);
    expect(ladder.role.snapshot().watchedElements).toBe(1);
    update(ladder, 20, 'add-pe', peerElement(7, 7, 20));
    expect(ladder.elements()).toEqual(['1@20', '7@20']);
    expect(ladder.role.snapshot().watchedElements).toBe(0);
  });

  it('means nothing if the sender is the target itself', () => {
    const ladder = setUp();
    ladder.enrp(20, 20, { kind: 'takeover-server', targetId: 20 });
    expect(ladder.take()).toEqual([]);
    expect(ladder.peers()).toEqual(['20 active', '30 active']);
    expect(ladder.eventsOf('takeover-completed')).toEqual([]);
  });
});

describe('a registrar that was about to take over another one', () => {
  it('[ENRP-174] and is taken over itself leaves the target to those who live, without a pause', () => {
    const ladder = setUp();
    ladder.advance(10_000);
    ladder.enrp(30, 30, { kind: 'init-takeover', targetId: 20 });
    ladder.peer(40, 40);
    ladder.enrp(40, 40, { kind: 'init-takeover', targetId: 30 });
    expect(ladder.peers()).toEqual(['20 not-active', '30 not-active', '40 active']);
    ladder.enrp(40, 40, { kind: 'takeover-server', targetId: 30 });
    expect(ladder.peers()).toEqual(['20 probing', '40 active']);
    expect(ladder.take()).toContain('20: presence to 20 reply! 3b96');
  });
});
