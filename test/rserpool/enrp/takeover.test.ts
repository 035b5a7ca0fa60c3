import { describe, expect, it } from 'vitest';
import { PPID } from '../../../src/rserpool/role.ts';
import { ABC, host, OWN, peerElement, RegistrarLadder } from '../registrar/registrar-ladder.ts';

const CONFIG = { peerHeartbeatCycleMs: 1e7, keepAlivePeriodMs: 0, adoptionSpacingMs: 10 };

/** Peers 20, 30, … each on the channel of its number; 20 owns elements 1 and 2 at 192.0.2.1 and has fallen silent. */
function arbitrating(others: readonly number[] = [30, 70], config = {}): RegistrarLadder {
  const ladder = RegistrarLadder.serving({ ...CONFIG, ...config });
  ladder.peer(20, 20);
  for (const identifier of [1, 2]) {
    const element = peerElement(identifier, identifier, 20);
    ladder.enrp(20, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element });
  }
  ladder.advance(2000);
  for (const id of others) ladder.peer(id, id);
  ladder.advance(58_000);
  for (const id of others) ladder.presence(id, id);
  ladder.advance(6000);
  return ladder;
}

function ack(ladder: RegistrarLadder, from: number, targetId = 20): void {
  ladder.enrp(from, from, { kind: 'init-takeover-ack', targetId }, OWN);
}

function init(ladder: RegistrarLadder, from: number, targetId = 20): void {
  ladder.enrp(from, from, { kind: 'init-takeover', targetId });
}

describe('arbitration', () => {
  it('[ENRP-152] [ENRP-153] [ENRP-155] begins with INIT_TAKEOVER to all peers, the target included', () => {
    const ladder = arbitrating();
    expect(ladder.take()).toEqual([
      '20: presence to 20 reply! ffff',
      '20: init-takeover target 20',
      '30: init-takeover target 20',
      '70: init-takeover target 20',
    ]);
    expect(ladder.lastSent(30)).toBe('07000010000000320000000000000014');
    expect(ladder.eventsOf('takeover-started')).toEqual([{ kind: 'takeover-started', targetId: 20, attempt: 1 }]);
    expect(ladder.peers()).toEqual(['20 arbitrating', '30 active', '70 active']);
  });

  it('[ENRP-156] [ENRP-168] [ENRP-169] [ENRP-064] is won with the last acknowledgement', () => {
    const ladder = arbitrating();
    ladder.take();
    ack(ladder, 30);
    ack(ladder, 30);
    ack(ladder, 70, 99);
    expect(ladder.take()).toEqual([]);
    ack(ladder, 70);
    expect(ladder.take()[0]).toBe('20: takeover-server target 20');
  });

  it('[ENRP-170] is won at once if there is no other peer', () => {
    const ladder = arbitrating([]);
    expect(ladder.eventsOf('takeover-completed')).toEqual([
      { kind: 'takeover-completed', targetId: 20, winnerId: OWN, elements: 2 },
    ]);
  });

  it('[ENRP-158] [ENRP-171] stops with a PRESENCE of the target', () => {
    const ladder = arbitrating();
    ack(ladder, 30);
    ladder.take();
    ladder.presence(20, 20, 0x76c5);
    expect(ladder.peers()[0]).toBe('20 active');
    expect(ladder.eventsOf('takeover-aborted')).toEqual([
      { kind: 'takeover-aborted', targetId: 20, reason: 'target-alive' },
    ]);
    ack(ladder, 70);
    expect(ladder.take().filter((line) => line.includes('takeover'))).toEqual([]);
    expect(ladder.elements()).toEqual(['1@20', '2@20']);
  });

  it('[ENRP-159] [ENRP-160] [ENRP-161] [ENRP-162] gives way to a larger identifier', () => {
    const ladder = arbitrating();
    ladder.take();
    init(ladder, 70);
    expect(ladder.take()).toEqual(['70: init-takeover-ack to 70 target 20']);
    expect(ladder.lastSent(70)).toBe('08000010000000320000004600000014');
    expect(ladder.peers()[0]).toBe('20 not-active');
    ack(ladder, 30);
    ack(ladder, 70);
    expect(ladder.take()).toEqual([]);
    expect(ladder.eventsOf('takeover-aborted')).toMatchObject([{ reason: 'lost-arbitration' }]);
  });

  it('[ENRP-163] ignores a smaller identifier', () => {
    const ladder = arbitrating();
    ladder.take();
    init(ladder, 30);
    expect(ladder.take()).toEqual([]);
    expect(ladder.peers()[0]).toBe('20 arbitrating');
  });

  it('with rsplib’s rule gives way to the smaller identifier instead', () => {
    const ladder = arbitrating([30, 70], { takeoverArbitration: 'smallest-id' });
    ladder.take();
    init(ladder, 70);
    expect(ladder.take()).toEqual([]);
    init(ladder, 30);
    expect(ladder.take()).toEqual(['30: init-takeover-ack to 30 target 20']);
  });

  it('[ENRP-175] asks a peer that is met meanwhile as well, and waits for it', () => {
    const ladder = arbitrating([30]);
    ladder.take();
    ladder.up(60, host(60));
    ladder.presence(60, 60);
    // Only for the one that is dead.
    expect(ladder.take().filter((line) => line.includes('takeover'))).toEqual(['60: init-takeover to 60 target 20']);
    ack(ladder, 30);
    expect(ladder.take()).toEqual([]);
    ack(ladder, 60);
    expect(ladder.eventsOf('takeover-completed')).toHaveLength(1);
  });

  it('by a registrar that dies over it is over for those that it wanted, and for nobody else', () => {
    const ladder = RegistrarLadder.serving(CONFIG);
    for (const id of [20, 30, 40, 70]) ladder.peer(id, id);
    init(ladder, 70, 20);
    init(ladder, 30, 40);
    expect(ladder.peers()).toEqual(['20 not-active', '30 active', '40 not-active', '70 active']);
    ladder.take();
    ladder.suspect(70);
    ladder.probed(70, false);
    expect(ladder.peers()).toEqual(['20 probing', '30 active', '40 not-active']);
    expect(ladder.take()).toContain('20: presence to 20 reply! ffff');
  });

  it('[ENRP-173] repeats INIT_TAKEOVER once to those who owe an answer, then pauses and begins anew', () => {
    const ladder = arbitrating();
    ack(ladder, 30);
    ladder.take();
    ladder.advance(5000);
    expect(ladder.take()).toEqual(['70: init-takeover to 70 target 20']);
    ladder.advance(5000);
    expect(ladder.peers()[0]).toBe('20 pausing');
    expect(ladder.eventsOf('takeover-aborted')).toMatchObject([{ reason: 'no-acknowledgement' }]);
    ladder.take();
    ladder.advance(5000);
    expect(ladder.take()).toContain('30: init-takeover target 20');
    expect(ladder.eventsOf('takeover-started').map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('is carried out without the last ones after three attempts', () => {
    const ladder = arbitrating([70]);
    for (let i = 0; i < 12; i++) {
      ladder.presence(70, 70);
      ladder.advance(5000);
    }
    expect(ladder.eventsOf('takeover-started').map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(ladder.eventsOf('takeover-completed')).toMatchObject([{ targetId: 20, winnerId: OWN, elements: 2 }]);
    expect(ladder.warnings()).toEqual(['takeover-forced']);
  });

  it('[ENRP-173] does not wait for a peer that is dead itself', () => {
    const ladder = RegistrarLadder.serving(CONFIG);
    ladder.owner(20, 20);
    ladder.owner(30, 30);
    ladder.advance(66_000);
    expect(ladder.eventsOf('takeover-completed').map(({ targetId }) => targetId)).toEqual([20, 30]);
    expect(ladder.peers()).toEqual([]);
  });
});

describe('the pause before arbitration', () => {
  /** The target 20 is dead, and 30 and 70 may find out as well: up to 200 ms. */
  const pausing = (): RegistrarLadder => {
    const ladder = arbitrating([30, 70], { takeoverPausePerPeerMs: 100 });
    ladder.take();
    return ladder;
  };

  it('[ENRP-149] ends with INIT_TAKEOVER to all peers', () => {
    const ladder = pausing();
    expect(ladder.peers()).toEqual(['20 pausing', '30 active', '70 active']);
    expect(ladder.eventsOf('takeover-started')).toEqual([]);
    ladder.advance(200);
    expect(ladder.take()).toEqual(['20', '30', '70'].map((peer) => `${peer}: init-takeover target 20`));
    expect(ladder.eventsOf('takeover-started')).toEqual([{ kind: 'takeover-started', targetId: 20, attempt: 1 }]);
  });

  it('[ENRP-164] [ENRP-165] [ENRP-166] ends with the INIT_TAKEOVER of another registrar, whatever its identifier', () => {
    for (const other of [30, 70]) {
      const ladder = pausing();
      init(ladder, other);
      expect(ladder.take()).toEqual([`${other}: init-takeover-ack to ${other} target 20`]);
      ladder.advance(200);
      expect(ladder.take()).toEqual([]);
      expect(ladder.peers()[0]).toBe('20 not-active');
      expect([...ladder.eventsOf('takeover-started'), ...ladder.eventsOf('takeover-aborted')]).toEqual([]);
    }
  });

  it('[ENRP-183] [ENRP-184] ends with the TAKEOVER_SERVER of another registrar', () => {
    const ladder = pausing();
    ladder.enrp(30, 30, { kind: 'takeover-server', targetId: 20 });
    expect(ladder.elements()).toEqual(['1@30', '2@30']);
    ladder.advance(200);
    expect(ladder.take().filter((line) => line.includes('takeover'))).toEqual([]);
    expect(ladder.eventsOf('takeover-aborted')).toEqual([]);
  });

  it('[ENRP-150] ends with a sign of life', () => {
    const ladder = pausing();
    ladder.presence(20, 20, 0x76c5);
    ladder.advance(200);
    expect(ladder.peers()[0]).toBe('20 active');
    expect([...ladder.eventsOf('takeover-started'), ...ladder.eventsOf('takeover-aborted')]).toEqual([]);
  });

  it('is as long as there are others, and none if there is nobody else', () => {
    const alone = arbitrating([], { takeoverPausePerPeerMs: 10_000 });
    expect(alone.eventsOf('takeover-completed')).toHaveLength(1);
    // Those that are dead too do not count.
    const ladder = RegistrarLadder.serving({ ...CONFIG, takeoverPausePerPeerMs: 10_000 });
    for (const id of [20, 30, 70]) ladder.owner(id, id);
    ladder.advance(66_000);
    expect(ladder.peers()).toEqual(['20 pausing', '30 pausing']);
    ladder.advance(20_000);
    expect(ladder.eventsOf('takeover-completed').map(({ targetId }) => targetId)).toEqual([70, 20, 30]);
  });
});

describe('INIT_TAKEOVER of another registrar', () => {
  it('[ENRP-157] about this one is answered by PRESENCE to all peers', () => {
    const ladder = RegistrarLadder.serving(CONFIG);
    ladder.peer(20, 20);
    ladder.peer(30, 30);
    init(ladder, 20, OWN);
    expect(ladder.take()).toEqual(['20: presence ffff', '30: presence ffff']);
  });

  it('[ENRP-164] [ENRP-165] [ENRP-166] about a third one is acknowledged, and that one is not watched any more', () => {
    const ladder = RegistrarLadder.serving(CONFIG);
    ladder.peer(20, 20);
    ladder.peer(30, 30);
    init(ladder, 30, 20);
    expect(ladder.take()).toEqual(['30: init-takeover-ack to 30 target 20']);
    ladder.advance(50_000);
    ladder.presence(30, 30);
    ladder.advance(10_900);
    expect(ladder.peers()).toEqual(['20 not-active', '30 active']);
    expect(ladder.take()).toEqual([]);
  });

  it('[ENRP-167] about an unknown one is acknowledged as well', () => {
    const ladder = RegistrarLadder.serving(CONFIG);
    ladder.peer(30, 30);
    init(ladder, 30, 99);
    expect(ladder.take()).toEqual(['30: init-takeover-ack to 30 target 99']);
  });

  it('[ENRP-172] is forgotten when the target is heard', () => {
    const ladder = RegistrarLadder.serving(CONFIG);
    ladder.peer(20, 20);
    ladder.peer(30, 30);
    init(ladder, 30, 20);
    ladder.presence(20, 20);
    expect(ladder.peers()).toEqual(['20 active', '30 active']);
  });

  it('[ENRP-174] after which nothing happens makes this registrar look after the target itself', () => {
    const ladder = RegistrarLadder.serving(CONFIG);
    ladder.owner(20, 20);
    ladder.peer(30, 30);
    init(ladder, 30, 20);
    for (let i = 0; i < 6; i++) {
      ladder.advance(10_000);
      ladder.presence(30, 30);
    }
    ladder.take();
    ladder.advance(1000);
    expect(ladder.peers()[0]).toBe('20 probing');
    ladder.advance(5000);
    ack(ladder, 30);
    expect(ladder.eventsOf('takeover-completed')).toMatchObject([{ targetId: 20, winnerId: OWN }]);
  });
});

describe('enforcement', () => {
  it('[ENRP-176] [ENRP-177] [ENRP-178] [ENRP-179] [ENRP-180] [ENRP-185] [ASAP-070] [OVW-027] tells the peers first, then each element with the H flag', () => {
    const ladder = arbitrating([30]);
    ladder.take();
    ack(ladder, 30);
    expect(ladder.take()).toEqual(['20: takeover-server target 20', '30: takeover-server target 20', 'close 20 abort']);
    expect(ladder.lastSent(30)).toBe('09000010000000320000000000000014');
    expect(ladder.peers()).toEqual(['30 active']);
    expect(ladder.elements()).toEqual(['1@50', '2@50']);
    // abc 1 and abc 2: 2 * (6162 + 6300) + 3 = 188c7, folded 88c8, complement 7737.
    expect(ladder.role.snapshot().checksum).toBe(0x7737);
    ladder.advance(0);
    expect(ladder.take()).toEqual(['connect 1 192.0.2.1:4711']);
    expect(ladder.connects.at(-1)?.ppid).toBe(PPID.asap);
    ladder.up(1, host(1, 4711), 'local');
    expect(ladder.take()).toEqual(['1: endpoint-keep-alive abc from 50 H']);
    expect(ladder.eventsOf('element-moved').map(({ to }) => to)).toEqual([OWN, OWN]);
  });

  it('[ASAP-144] makes this registrar the one that ends the lives of the elements, from now on', () => {
    const ladder = arbitrating([]);
    for (const [channel, identifier] of [
      [1, 1],
      [3, 2],
    ] as const) {
      ladder.advance(10);
      ladder.up(channel, host(identifier, 4711), 'local');
      ladder.asap(channel, { kind: 'endpoint-keep-alive-ack', poolHandle: ABC, peIdentifier: identifier });
    }
    ladder.advance(599_900);
    expect(ladder.elements()).toEqual(['1@50', '2@50']);
    ladder.advance(100);
    expect(ladder.eventsOf('expired')).toHaveLength(2);
    expect(ladder.take().filter((line) => line.includes('deregistration'))).toEqual([
      '1: deregistration-response 1',
      '3: deregistration-response 2',
    ]);
  });

  it('[ENRP-181] asks the elements one after the other', () => {
    const ladder = arbitrating([]);
    ladder.take();
    ladder.advance(9.9);
    expect(ladder.connects.filter(({ ppid }) => ppid === PPID.asap)).toHaveLength(1);
    ladder.advance(0.2);
    expect(ladder.connects.filter(({ ppid }) => ppid === PPID.asap)).toHaveLength(2);
  });

  it('goes on with the H flag until the element answers, then without', () => {
    const ladder = arbitrating([], { keepAlivePeriodMs: 1000, keepAliveJitter: 0 });
    ladder.up(1, host(1, 4711), 'local');
    ladder.take();
    ladder.asap(1, { kind: 'endpoint-keep-alive-ack', poolHandle: ABC, peIdentifier: 1 });
    ladder.advance(1000);
    expect(ladder.take()).toContain('1: endpoint-keep-alive abc from 50');
  });

  it('[ENRP-182] removes the elements that do not answer, and announces it', () => {
    const ladder = arbitrating([30]);
    ack(ladder, 30);
    ladder.advance(0);
    ladder.take();
    ladder.down(1);
    expect(ladder.take()).toEqual(['30: handle-update del-pe abc 1 home 50']);
    ladder.advance(10_000);
    expect(ladder.elements()).toEqual([]);
  });

  it('[ENRP-183] [ENRP-184] by another registrar moves only the elements of the target', () => {
    const ladder = RegistrarLadder.serving(CONFIG);
    ladder.peer(20, 20);
    ladder.peer(30, 30);
    ladder.registered(2, 9, 9);
    for (const [identifier, home] of [
      [1, 20],
      [2, 30],
    ] as const) {
      const element = peerElement(identifier, 1, home);
      ladder.enrp(home, home, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element });
    }
    init(ladder, 30, 20);
    ladder.take();
    ladder.enrp(30, 30, { kind: 'takeover-server', targetId: 20 });
    expect(ladder.take()).toEqual(['close 20 abort']);
    expect(ladder.peers()).toEqual(['30 active']);
    expect(ladder.elements()).toEqual(['9@50', '1@30', '2@30']);
    expect(ladder.eventsOf('takeover-completed')).toEqual([
      { kind: 'takeover-completed', targetId: 20, winnerId: 30, elements: 1 },
    ]);
    expect(ladder.eventsOf('takeover-aborted')).toEqual([]);
  });

  it('[ENRP-184] by another registrar of one that was never met moves its elements too', () => {
    const ladder = RegistrarLadder.serving(CONFIG);
    ladder.peer(30, 30);
    ladder.presence(30, 30, 0x1234);
    const pools = [{ poolHandle: ABC, elements: [peerElement(1, 1, 30)] }];
    ladder.enrp(30, 30, { kind: 'handle-table-response', rejected: false, more: false, pools });
    expect(ladder.elements()).toEqual(['1@30']);
    ladder.peer(40, 40);
    ladder.enrp(40, 40, { kind: 'takeover-server', targetId: 99 });
    expect(ladder.eventsOf('takeover-completed')).toMatchObject([{ targetId: 99, winnerId: 40, elements: 0 }]);
    expect(ladder.elements()).toEqual(['1@30']);
  });

  it('by another registrar ends an attempt of our own', () => {
    const ladder = arbitrating();
    ladder.take();
    ladder.enrp(30, 30, { kind: 'takeover-server', targetId: 20 });
    expect(ladder.eventsOf('takeover-aborted')).toMatchObject([{ reason: 'taken-over-by-other' }]);
    ack(ladder, 70);
    expect(ladder.take().filter((line) => line.includes('takeover'))).toEqual([]);
  });

  it('[ENRP-187] a target that speaks again is a new peer', () => {
    const ladder = arbitrating([]);
    ladder.down(20);
    ladder.take();
    ladder.up(22, host(20));
    ladder.presence(22, 20);
    expect(ladder.peers()).toEqual(['20 active']);
    expect(ladder.take()).toContain('22: presence to 20 reply! 7737');
  });

  it('is not for a registrar that does not serve yet', () => {
    const ladder = new RegistrarLadder({ ...CONFIG, serveWithoutMentor: false }, { peers: [host(20)] });
    ladder.up(1, host(20), 'local');
    ladder.presence(1, 20);
    ladder.enrp(1, 20, { kind: 'list-response', rejected: true, registrars: [] });
    ladder.advance(70_000);
    expect(ladder.eventsOf('takeover-started')).toEqual([]);
  });
});
