import { describe, expect, it } from 'vitest';
import { host, OWN, RegistrarLadder } from '../registrar/registrar-ladder.ts';

describe('peer list', () => {
  it('[ENRP-135] [ENRP-136] [ENRP-134] takes in whoever sends a message of any type, and asks it for PRESENCE', () => {
    const ladder = RegistrarLadder.serving();
    ladder.up(2, host(20));
    ladder.enrp(2, 20, { kind: 'list-request' });
    expect(ladder.take()).toEqual(['2: presence to 20 reply! ffff', '2: list-response to 20 [20]']);
    expect(ladder.eventsOf('peer-up')).toEqual([{ kind: 'peer-up', registrarId: 20, transport: host(20) }]);
  });

  it('[ENRP-136] greets a newcomer that asks for a reply with one PRESENCE, which asks for one too', () => {
    const ladder = RegistrarLadder.serving();
    ladder.up(2, host(20));
    ladder.presence(2, 20, 0xffff, true);
    expect(ladder.take()).toEqual(['2: presence to 20 reply! ffff', '2: list-request to 20']);
    ladder.presence(2, 20, 0xffff, true);
    expect(ladder.take()).toEqual(['2: presence to 20 ffff']);
  });

  it('[ENRP-061] lists neither peers that only others have told of, nor those that are being taken over', () => {
    const ladder = new RegistrarLadder({}, { peers: [host(20)] });
    ladder.up(1, host(20), 'local');
    ladder.presence(1, 20);
    const transport = { protocol: 'sctp', port: 9901, use: 'data-only', addresses: ['192.0.2.30'] } as const;
    ladder.enrp(1, 20, { kind: 'list-response', rejected: false, registrars: [{ identifier: 30, transport }] });
    ladder.enrp(1, 20, { kind: 'handle-table-response', rejected: false, more: false, pools: [] });
    ladder.peer(40, 40);
    ladder.enrp(1, 20, { kind: 'list-request' });
    expect(ladder.take()).toEqual(['1: list-response to 20 [20 40]']);
    ladder.enrp(1, 20, { kind: 'init-takeover', targetId: 40 });
    ladder.enrp(1, 20, { kind: 'list-request' });
    expect(ladder.take().at(-1)).toBe('1: list-response to 20 [20]');
  });

  it('[ENRP-061] lists as many as fit into one message', () => {
    const ladder = RegistrarLadder.serving({ maxPeers: 1000 });
    const addresses = (n: number): string[] =>
      Array.from({ length: 8 }, (_, i) => `10.${i}.${Math.floor(n / 250)}.${1 + (n % 250)}`);
    for (let n = 1; n <= 1000; n++) {
      ladder.up(2 * n, { protocol: 'sctp', addresses: addresses(n), port: 9901 });
      ladder.enrp(2 * n, 1000 + n, { kind: 'init-takeover-ack', targetId: 7 });
    }
    ladder.take();
    ladder.enrp(2, 1001, { kind: 'list-request' });
    const [line] = ladder.take();
    expect(line).toMatch(/^2: list-response to 1001 \[1001 1002/);
    expect(line!.split(' ')).toHaveLength(4 + Math.floor(60_000 / (32 + 20 * 8)));
  });

  it('calls nobody who has called, wherever it says that it is', () => {
    const ladder = new RegistrarLadder({ mentorDiscoveryTimeoutMs: 1e6 }, { peers: [host(20)] });
    ladder.down(1);
    ladder.take();
    ladder.up(2, host(20));
    ladder.presenceAt(2, 20, 21);
    ladder.advance(20_000);
    expect(ladder.connects).toHaveLength(1);
  });

  it('calls whom the configuration names now, and not itself', () => {
    const ladder = new RegistrarLadder({}, { peers: [host(20)] });
    ladder.down(1);
    ladder.take();
    ladder.role.configurePeers([host(30), host(9)], ladder.now);
    ladder.advance(60_000);
    expect(ladder.connects.map(({ target }) => target)).toEqual([host(20), host(30)]);
  });

  it('calls a peer where it said last that it is', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.presenceAt(2, 20, 21);
    ladder.take();
    ladder.down(2);
    ladder.advance(4000);
    expect(ladder.take()).toEqual(['connect 1 192.0.2.21:9901']);
  });

  it('[ENRP-061] [ENRP-081] answers LIST_REQUEST with the peers that it has heard', () => {
    const ladder = RegistrarLadder.serving({}, { registrarId: 0x0badcafe });
    ladder.up(2, host(8));
    ladder.presenceAt(2, 0x00c0ffee, 8);
    ladder.up(4, host(30));
    ladder.enrp(4, 0x00c0ffee + 1, { kind: 'list-request' });
    const [first] =
      ladder.lastSent(4).match(/^0600003c0badcafe00c0ffef000b001800c0ffee0004001026ad000000010008c0000208/) ?? [];
    expect(first).toBeDefined();
  });

  it('[ENRP-030] drops a message for another registrar, but has heard its sender', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.advance(10_000);
    ladder.enrp(2, 20, { kind: 'list-request' }, 99);
    expect(ladder.take()).toEqual([]);
    expect(ladder.warnings()).toEqual(['wrong-receiver']);
    expect(ladder.role.snapshot().peers[0]?.lastHeardAt).toBe(10_000);
  });

  it('[ENRP-029] [ENRP-030] takes messages for itself and for nobody in particular', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.enrp(2, 20, { kind: 'list-request' }, 0);
    ladder.enrp(2, 20, { kind: 'list-request' }, OWN);
    expect(ladder.take()).toHaveLength(2);
  });

  it('[ENRP-031] makes no peer of the identifier 0 nor of its own', () => {
    const ladder = RegistrarLadder.serving();
    ladder.up(2, host(20));
    ladder.enrp(2, 0, { kind: 'list-request' });
    expect(ladder.take()).toEqual([]);
    ladder.enrp(2, OWN, { kind: 'list-request' });
    expect(ladder.take()).toEqual(['close 2 abort']);
    expect(ladder.peers()).toEqual([]);
    expect(ladder.role.registrarId).toBe(OWN);
  });

  it('[ENRP-141] closes an association on which the Sending ID changes', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.presence(2, 21);
    expect(ladder.take()).toEqual(['close 2 abort']);
    // What comes on it from now on is not read.
    ladder.enrp(2, 20, { kind: 'list-request' });
    ladder.presence(2, 22);
    expect(ladder.take()).toEqual([]);
    expect(ladder.warnings()).toEqual(['identifier-changed']);
    expect(ladder.peers()).toEqual(['20 active']);
  });

  it('has a limit', () => {
    const ladder = RegistrarLadder.serving({ maxPeers: 2 });
    ladder.peer(2, 20);
    ladder.peer(4, 30);
    ladder.up(6, host(40));
    ladder.presence(6, 40);
    expect(ladder.take()).toEqual([]);
    expect(ladder.warnings()).toEqual(['limit-reached']);
  });
});

describe('hearsay', () => {
  const transport = { protocol: 'sctp', port: 9901, use: 'data-only', addresses: ['192.0.2.30'] } as const;
  const list = { kind: 'list-response', rejected: false, registrars: [{ identifier: 30, transport }] } as const;

  it('[ENRP-085] of a registrar that is not there is forgotten with the first call', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.enrp(2, 20, list);
    ladder.advance(0);
    expect(ladder.take()).toEqual(['connect 1 192.0.2.30:9901']);
    ladder.down(1);
    expect(ladder.peers()).toEqual(['20 active']);
    expect(ladder.eventsOf('peer-down')).toEqual([]);
  });

  it('is asked for once a connection, and again if the peer was not ready', () => {
    const ladder = RegistrarLadder.serving();
    ladder.up(2, host(20));
    ladder.presence(2, 20);
    expect(ladder.take()).toContain('2: list-request to 20');
    ladder.enrp(2, 20, { kind: 'list-response', rejected: true, registrars: [] });
    ladder.presence(2, 20);
    expect(ladder.take()).toEqual(['2: list-request to 20']);
    ladder.enrp(2, 20, list);
    ladder.take();
    ladder.presence(2, 20);
    expect(ladder.take()).toEqual([]);
    ladder.down(2);
    ladder.peer(4, 20);
    expect(ladder.sent.filter(({ channel, bytes }) => channel === 4 && bytes[0] === 5)).toHaveLength(1);
  });

  it('does not come between two registrars that say they are at one place', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.up(4, host(66));
    ladder.presenceAt(4, 66, 20);
    ladder.presenceAt(4, 66, 66);
    ladder.take();
    ladder.down(2);
    ladder.advance(0);
    expect(ladder.take()).toContain('connect 1 192.0.2.20:9901');
  });
});

describe('a registrar that was taken over', () => {
  /** 20 has been taken over at 0; every call fails at once. Instants of the calls. */
  function calls(ladder: RegistrarLadder): number[] {
    ladder.peer(2, 20);
    ladder.enrp(2, 20, { kind: 'list-response', rejected: false, registrars: [] });
    ladder.down(2);
    ladder.advance(0);
    ladder.down(1);
    const at: number[] = [];
    for (let known = ladder.connects.length; ladder.now < 7_200_000; ladder.advance(1000)) {
      if (ladder.connects.length === known) continue;
      known = ladder.connects.length;
      at.push(ladder.now);
      ladder.down(ladder.connects.at(-1)!.channel);
    }
    return at;
  }

  it('[ENRP-187] is called for an hour yet, more and more seldom, for it may only have been cut off', () => {
    const ladder = RegistrarLadder.serving();
    const at = calls(ladder);
    expect(ladder.peers()).toEqual([]);
    expect(at.at(-1)).toBeGreaterThan(3_500_000);
    expect(at.at(-1)).toBeLessThan(3_600_000);
    // About one a minute: pauses of 30 to 60 s.
    expect(at.length).toBeGreaterThan(60);
    expect(at.length).toBeLessThan(140);
  });
});

describe('registrars that were taken over, one after the other', () => {
  it('are not remembered beyond the limit', () => {
    const ladder = RegistrarLadder.serving({ maxPeers: 2, peerRetryMinMs: 1000, peerRetryMaxMs: 1000 });
    const fail = (): void => {
      while (ladder.take().some((line) => line.startsWith('connect'))) ladder.down(ladder.connects.at(-1)!.channel);
    };
    for (let id = 101; id <= 110; id++) {
      ladder.peer(2 * id, id);
      ladder.down(2 * id);
      ladder.advance(0);
      fail();
      expect(ladder.peers()).toEqual([]);
    }
    const called = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const before = ladder.connects.length;
      ladder.advance(100);
      for (const { channel, target } of ladder.connects.slice(before)) {
        called.add(target.addresses[0]!);
        ladder.down(channel);
      }
    }
    expect([...called].toSorted()).toEqual(['192.0.2.109', '192.0.2.110']);
  });
});

describe('channels of peers', () => {
  /** The registrar has dialled its configured peer on channel 1, which calls on channel 2 at the same time. */
  function crossed(peerId: number): RegistrarLadder {
    const ladder = new RegistrarLadder({}, { peers: [host(20)], registrarId: OWN });
    ladder.up(1, host(20), 'local');
    ladder.up(2, host(20), 'remote');
    ladder.take();
    ladder.presence(1, peerId);
    ladder.take();
    ladder.presence(2, peerId, 0xffff, true);
    return ladder;
  }

  /** On which channels something is said within a heartbeat cycle. */
  function usedBy(ladder: RegistrarLadder): string[] {
    ladder.advance(30_000);
    return [...new Set(ladder.take().map((line) => line.split(' ')[0]!))];
  }

  it('[ENRP-014] keeps the one that the larger identifier opened when both call at once: ours', () => {
    const ladder = crossed(20);
    // The reply goes to where the question came from; the surplus channel is for the peer to close.
    expect(ladder.take()).toEqual(['2: presence to 20 ffff']);
    ladder.advance(100);
    expect(ladder.take()).toEqual([]);
    expect(ladder.role.snapshot().channels).toBe(2);
  });

  it('[ENRP-014] keeps the one that the larger identifier opened when both call at once: the peer’s', () => {
    const ladder = crossed(70);
    expect(ladder.take()).toEqual(['close 1 shutdown', '2: presence to 70 ffff']);
    ladder.down(1, false);
    ladder.advance(0);
    // No new call: the peer is reached.
    expect(ladder.take()).toEqual([]);
    expect(ladder.peers()).toEqual(['70 active']);
  });

  it('[ENRP-014] reads the surplus channel to its end, and answers on the other one', () => {
    const ladder = new RegistrarLadder({}, { peers: [host(20)], registrarId: OWN });
    ladder.up(1, host(20), 'local');
    ladder.up(2, host(20), 'remote');
    ladder.presence(2, 70);
    ladder.take();
    ladder.presence(1, 70, 0xffff, true);
    expect(ladder.take()).toEqual(['close 1 shutdown', '2: presence to 70 ffff']);
    ladder.enrp(1, 70, { kind: 'init-takeover', targetId: 99 });
    expect(ladder.take()).toEqual(['2: init-takeover-ack to 70 target 99']);
  });

  it('goes on with the surplus one if the other is lost', () => {
    const ladder = crossed(20);
    ladder.take();
    ladder.down(1);
    expect(usedBy(ladder)).toEqual(['2:']);
    expect(ladder.peers()).toEqual(['20 active']);
  });

  it('goes on with the surplus one if the peer has lost its state on the other', () => {
    const ladder = crossed(20);
    ladder.take();
    ladder.input({ kind: 'channel-changed', channel: 1, remote: host(20), restarted: true });
    expect(ladder.take()).toEqual(['1: presence reply! ffff']);
    expect(usedBy(ladder)).toEqual(['2:']);
  });

  it('calls the peer if the other one is lost while the surplus one ends', () => {
    const ladder = crossed(20);
    ladder.take();
    ladder.closing(2);
    ladder.down(1);
    ladder.advance(0);
    expect(ladder.take()).toEqual(['connect 3 192.0.2.20:9901']);
  });

  it('stays with the chosen one when one of two surplus ones is lost', () => {
    const ladder = crossed(20);
    ladder.up(4, host(20), 'remote');
    ladder.presence(4, 20);
    ladder.down(2);
    ladder.take();
    expect(usedBy(ladder)).toEqual(['1:']);
  });

  it('closes a surplus one once, also when the peer dies meanwhile', () => {
    const ladder = crossed(70);
    expect(ladder.take()).toContain('close 1 shutdown');
    ladder.suspect(2);
    ladder.probed(2, false);
    expect(ladder.take()).toEqual(['2: presence to 70 reply! ffff', 'close 2 abort']);
  });

  it('takes a later channel for the better one: its peer has lost the old one', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.advance(10_000);
    ladder.peer(4, 20);
    ladder.advance(20_000);
    expect(ladder.take()).toEqual(['4: presence ffff']);
  });

  it('takes the later one of two that the peer has opened at once, whoever has the larger identifier', () => {
    for (const id of [20, 70]) {
      const ladder = RegistrarLadder.serving();
      ladder.peer(2, id);
      ladder.peer(4, id);
      expect(usedBy(ladder)).toEqual(['4:']);
    }
  });

  it('refuses a second host with the identifier of a peer that is connected', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.up(4, host(66));
    ladder.presence(4, 20);
    expect(ladder.take()).toEqual(['close 4 abort']);
    expect(ladder.warnings()).toEqual(['identifier-conflict']);
  });

  it('dials a configured peer again and again, with growing pauses up to the limit', () => {
    const ladder = new RegistrarLadder({ peerRetryMinMs: 1000, peerRetryMaxMs: 8000 }, { peers: [host(20)] });
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      const failedAt = ladder.now;
      ladder.down(2 * i + 1);
      while (ladder.connects.length < i + 2) ladder.advance(1);
      pauses.push(ladder.now - failedAt);
    }
    const limits = [1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000];
    pauses.forEach((pause, i) => {
      expect(pause).toBeGreaterThanOrEqual(limits[i]! / 2 - 1);
      expect(pause).toBeLessThanOrEqual(limits[i]! + 1);
    });
  });

  it('does not call a peer without end that answers each call and ends it', () => {
    const ladder = new RegistrarLadder({ peerRetryMinMs: 1000 }, { peers: [host(20)] });
    const end = 10_000;
    for (let calls = 1; ladder.now < end; calls++) {
      const { channel } = ladder.connects.at(-1)!;
      ladder.up(channel, host(20), 'local');
      ladder.presence(channel, 20);
      ladder.down(channel, false);
      while (ladder.connects.length === calls && ladder.now < end) ladder.advance(10);
    }
    // One without a pause and one behind the shortest pause, again and again.
    expect(ladder.connects.length).toBeGreaterThan(8);
    expect(ladder.connects.length).toBeLessThan(30);
  });

  it('stays away from itself', () => {
    const ladder = new RegistrarLadder({}, { peers: [host(20)] });
    ladder.up(1, host(9), 'local');
    expect(ladder.take()).toContain('close 1 abort');
  });
});
