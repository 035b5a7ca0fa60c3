import { describe, expect, it } from 'vitest';
import { PEER_TRANSITIONS, type PeerEvent, type PeerState } from '../../../src/rserpool/enrp/peer-state.ts';
import { type Peer, Peers } from '../../../src/rserpool/enrp/peers.ts';
import { registrarConfig } from '../../../src/rserpool/registrar/config.ts';
import { PPID } from '../../../src/rserpool/role.ts';
import { ABC, element, host, OWN, peerElement, RegistrarLadder } from '../registrar/registrar-ladder.ts';

describe('PRESENCE', () => {
  it('[ENRP-036] [ENRP-038] [ENRP-190] [ENRP-137] has checksum and Server Information, bit by bit as in the RFC, and our own parameter', () => {
    const ladder = RegistrarLadder.serving({}, { registrarId: 0x0badcafe });
    ladder.registered(2, 0x12345678, 1);
    ladder.peer(4, 20);
    ladder.hex(4, PPID.enrp, '01010012 00000014 0badcafe 000f0006 ffff0000');
    expect(ladder.lastSent(4)).toBe(
      '010000340badcafe00000014000f0006d2f00000000b00200badcafe0004001026ad000000010008c00002098f09000826ab0000',
    );
  });

  it('[PAR-093] has the checksum of all elements that the registrar owns, and of no others', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.presence(2, 20, 0xffff, true);
    expect(ladder.take()).toEqual(['2: presence to 20 ffff']);
    ladder.registered(4, 0x12345678, 1);
    ladder.enrp(2, 20, {
      kind: 'handle-update',
      action: 'add-pe',
      poolHandle: ABC,
      element: peerElement(0x0badcafe, 2, 20),
    });
    ladder.presence(2, 20, 0x6e66, true);
    expect(ladder.take()[0]).toBe('2: presence to 20 d2f0');
    ladder.registered(6, 0x00000001, 3);
    ladder.presence(2, 20, 0x6e66, true);
    // d2f0 and the complement of 6162 + 6300 + 0001: one's complement sums add up.
    expect(ladder.take()[0]).toBe('2: presence to 20 e8d');
  });

  it('[ENRP-142] [ENRP-143] [ENRP-028] [ENRP-003] [ENRP-007] [ENRP-040] [OVW-026] goes to all peers every 30 s and asks for no reply', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.peer(4, 30);
    ladder.advance(29_999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual(['2: presence ffff', '4: presence ffff']);
    expect(ladder.lastSent(2).slice(16, 24)).toBe('00000000');
    ladder.advance(30_000);
    expect(ladder.take()).toEqual(['2: presence ffff', '4: presence ffff']);
  });

  it('names the UDP port in the private parameter where it is not 9899', () => {
    const ladder = RegistrarLadder.serving({}, { enrp: host(9, 9901, 20_001) });
    ladder.peer(2, 20);
    ladder.presence(2, 20, 0xffff, true);
    expect(ladder.lastSent(2).endsWith('8f0900084e210000')).toBe(true);
  });

  it('[ENRP-049] [ENRP-039] without a checksum counts as a sign of life, without an audit', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.enrp(2, 20, { kind: 'presence', replyRequired: false });
    expect(ladder.take()).toEqual([]);
  });
});

describe('supervision', () => {
  it('[ENRP-147] [ENRP-148] [ENRP-149] [ENRP-006] [ENRP-040] asks after 61 s of silence and gives up 5 s later', () => {
    const ladder = RegistrarLadder.serving({ peerHeartbeatCycleMs: 1_000_000 });
    ladder.owner(2, 20);
    ladder.advance(60_999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual(['2: presence to 20 reply! ffff']);
    expect(ladder.peers()).toEqual(['20 probing']);
    ladder.advance(4999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual([
      '2: init-takeover target 20',
      '2: takeover-server target 20',
      'close 2 abort',
      'connect 1 192.0.2.20:4711',
    ]);
    expect(ladder.eventsOf('peer-suspected')).toHaveLength(1);
  });

  it('a peer whose transport answers is asked again, some times, before it counts as dead', () => {
    const ladder = RegistrarLadder.serving({ peerHeartbeatCycleMs: 1_000_000, maxMissedPresences: 2 });
    ladder.owner(2, 20);
    const probed = (alive: boolean): void => ladder.input({ kind: 'probe-result', channel: 2, alive });
    ladder.advance(61_000);
    ladder.take();
    for (let missed = 0; missed < 2; missed++) {
      probed(true);
      ladder.advance(4999);
      expect(ladder.take()).toEqual([]);
      ladder.advance(1);
      expect([ladder.take(), ladder.peers()]).toEqual([['2: presence to 20 reply! ffff'], ['20 probing']]);
    }
    probed(true);
    ladder.advance(5000);
    expect(ladder.eventsOf('takeover-started')).toMatchObject([{ targetId: 20 }]);
  });

  it('a peer whose transport has not answered since it was asked is not asked again', () => {
    const ladder = RegistrarLadder.serving({ peerHeartbeatCycleMs: 1_000_000, maxMissedPresences: 2 });
    ladder.owner(2, 20);
    ladder.input({ kind: 'probe-result', channel: 2, alive: true });
    ladder.advance(61_000);
    ladder.input({ kind: 'probe-result', channel: 2, alive: true });
    ladder.advance(5000);
    expect(ladder.eventsOf('takeover-started')).toEqual([]);
    ladder.advance(5000);
    expect(ladder.eventsOf('takeover-started')).toMatchObject([{ targetId: 20 }]);
  });

  it('[ENRP-145] [ENRP-146] [ENRP-150] takes any message for a sign of life', () => {
    const ladder = RegistrarLadder.serving({ peerHeartbeatCycleMs: 1_000_000 });
    ladder.peer(2, 20);
    ladder.advance(60_000);
    ladder.enrp(2, 20, { kind: 'list-request' });
    ladder.advance(60_999);
    expect(ladder.peers()).toEqual(['20 active']);
    ladder.advance(1);
    expect(ladder.peers()).toEqual(['20 probing']);
    ladder.enrp(2, 20, { kind: 'init-takeover-ack', targetId: 1 });
    expect(ladder.peers()).toEqual(['20 active']);
    ladder.advance(60_000);
    expect(ladder.peers()).toEqual(['20 active']);
    expect(ladder.eventsOf('takeover-aborted')).toEqual([]);
  });

  it('[ENRP-144] [ENRP-224] notes when a peer was heard last, and when its PRESENCE came', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.advance(7000);
    ladder.presence(2, 20);
    expect(ladder.role.snapshot().peers).toMatchObject([{ lastHeardAt: 7000, lastPresenceAt: 7000 }]);
    ladder.advance(1000);
    ladder.enrp(2, 20, { kind: 'list-request' });
    expect(ladder.role.snapshot().peers).toMatchObject([{ lastHeardAt: 8000, lastPresenceAt: 7000 }]);
  });

  it('[ENRP-151] dials again when the association is lost, and lets the timers decide', () => {
    const ladder = RegistrarLadder.serving({ peerHeartbeatCycleMs: 1_000_000 });
    ladder.peer(2, 20);
    ladder.down(2);
    ladder.advance(500);
    expect(ladder.take()).toEqual(['connect 1 192.0.2.20:9901']);
    expect(ladder.peers()).toEqual(['20 probing']);
    ladder.up(1, host(20), 'local');
    expect(ladder.take()).toEqual(['1: presence reply! ffff']);
    ladder.presence(1, 20);
    expect(ladder.peers()).toEqual(['20 active']);
    ladder.advance(10_000);
    expect(ladder.eventsOf('takeover-started')).toEqual([]);
  });

  it('[ENRP-147] calls a peer at once when its channel is lost, whatever pause is usual', () => {
    const ladder = RegistrarLadder.serving({ peerRetryMinMs: 60_000 });
    ladder.peer(2, 20);
    ladder.down(2);
    ladder.advance(0);
    expect(ladder.take()).toContain('connect 1 192.0.2.20:9901');
  });

  it('[ENRP-148] takes a failed call in that time for no answer', () => {
    const ladder = RegistrarLadder.serving();
    ladder.owner(2, 20);
    ladder.down(2);
    ladder.advance(500);
    ladder.down(1);
    expect(ladder.eventsOf('takeover-completed')).toEqual([
      { kind: 'takeover-completed', targetId: 20, winnerId: OWN, elements: 1 },
    ]);
  });

  it('[ENRP-148] [ENRP-149] tells nobody of the death of one that owned nothing, such as a visitor that only read', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.peer(3, 30);
    ladder.down(2);
    ladder.advance(0);
    expect(ladder.peers()).toEqual(['20 probing', '30 active']);
    ladder.take();
    ladder.down(1);
    expect(ladder.take()).toEqual([]);
    expect(ladder.peers()).toEqual(['30 active']);
    expect(ladder.eventsOf('peer-down')).toEqual([{ kind: 'peer-down', registrarId: 20, reason: 'dead' }]);
    // Who takes it over because it knows more is not held up, and gets what is learnt later.
    ladder.enrp(3, 30, { kind: 'init-takeover', targetId: 20 });
    expect(ladder.take()).toEqual(['3: init-takeover-ack to 30 target 20']);
  });

  it('[ENRP-139] [ENRP-140] suspects the old identifier as soon as a new one lives at its address', () => {
    const ladder = RegistrarLadder.serving({ peerHeartbeatCycleMs: 1_000_000 });
    ladder.peer(2, 20);
    ladder.up(4, host(20));
    ladder.presenceAt(4, 21, 20);
    expect(ladder.peers()).toEqual(['20 probing', '21 active']);
  });

  it('[ENRP-226] [ENRP-227] [ENRP-228] has the defaults of the RFC', () => {
    const { config } = RegistrarLadder.serving().role;
    expect(config.peerHeartbeatCycleMs).toBe(30_000);
    expect(config.maxTimeLastHeardMs).toBe(61_000);
    expect(config.maxTimeNoResponseMs).toBe(5000);
  });
});

describe('peer states', () => {
  const data: { readonly [Kind in PeerState['kind']]: PeerState & { readonly kind: Kind } } = {
    active: { kind: 'active' },
    probing: { kind: 'probing', deadlineAt: 1 },
    arbitrating: {
      kind: 'arbitrating',
      attempt: 1,
      acknowledgedBy: new Set(),
      deadlineAt: 1,
      repeated: false,
      forced: false,
    },
    pausing: { kind: 'pausing', attempt: 1, resumeAt: 1 },
    'not-active': { kind: 'not-active', claimedBy: 1, guardAt: 1 },
  };
  const kinds = Object.keys(data) as PeerState['kind'][];
  const events: PeerEvent[] = ['heard', 'silent', 'unresponsive', 'claimed', 'incomplete', 'pause-over', 'guard-over'];

  it('move along the table and nowhere else', () => {
    for (const from of kinds) {
      for (const event of events) {
        for (const to of kinds) {
          const peers = new Peers(registrarConfig());
          const peer: Peer = peers.add(20, 0)!;
          peers.amend(peer, data[from]);
          const moved = peers.move(peer, event, data[to]);
          expect(moved).toBe(PEER_TRANSITIONS[from][event] === to);
          expect(peer.state.kind).toBe(moved ? to : from);
        }
      }
    }
  });

  it('lead back to active from everywhere when the peer is heard', () => {
    for (const from of kinds) {
      if (from !== 'active') expect(PEER_TRANSITIONS[from].heard).toBe('active');
    }
  });
});

describe('what a registrar keeps to itself', () => {
  it('does not answer a message of a kind that is not for registrars', () => {
    const ladder = RegistrarLadder.serving();
    ladder.up(2, host(7, 4711));
    ladder.asap(2, { kind: 'registration-response', rejected: false, poolHandle: ABC, peIdentifier: 1, causes: [] });
    ladder.asap(2, { kind: 'endpoint-keep-alive', home: true, registrarIdentifier: 1, poolHandle: ABC });
    ladder.asap(2, { kind: 'business-card', poolHandle: ABC, elements: [element(1, 7)] });
    expect(ladder.take()).toEqual([]);
  });
});
