import { describe, expect, it } from 'vitest';
import { PPID } from '../../../src/rserpool/role.ts';
import { SeededRandom } from '../../harness/random.ts';
import { ABC, host, OWN, peerElement, RegistrarLadder } from '../registrar/registrar-ladder.ts';

/** A registrar that has reached its one configured peer, 20, on channel 1. */
function withMentor(config = {}): RegistrarLadder {
  const ladder = new RegistrarLadder(config, { peers: [host(20)] });
  ladder.up(1, host(20), 'local');
  return ladder;
}

/** The same, with the LIST_RESPONSE received. */
function downloading(config = {}): RegistrarLadder {
  const ladder = withMentor(config);
  ladder.presence(1, 20);
  ladder.enrp(1, 20, { kind: 'list-response', rejected: false, registrars: [] });
  ladder.take();
  return ladder;
}

describe('start-up without configured peers', () => {
  it('[ENRP-075] [ENRP-076] [ENRP-077] is alone, asks nobody and serves at once', () => {
    const ladder = new RegistrarLadder();
    expect(ladder.take()).toEqual([]);
    expect(ladder.role.state).toBe('serving');
    expect(ladder.eventsOf('serving')).toEqual([{ kind: 'serving', registrarId: OWN, mentorId: undefined }]);
  });

  it('[ENRP-032] [ENRP-067] [OVW-019] picks an identifier that is not 0 and keeps it', () => {
    for (let seed = 1; seed <= 1000; seed++) {
      const { role } = new RegistrarLadder({}, { registrarId: undefined, entropy: new SeededRandom(seed) });
      expect(role.registrarId).toBeGreaterThan(0);
    }
    const zeros = { u32: () => 0, bytes: (length: number) => new Uint8Array(length) };
    expect(new RegistrarLadder({}, { registrarId: undefined, entropy: zeros }).role.registrarId).not.toBe(0);

    const ladder = new RegistrarLadder({}, { registrarId: undefined, entropy: new SeededRandom(1) });
    const { registrarId } = ladder.role;
    ladder.peer(2, 20);
    ladder.advance(30_000);
    ladder.presence(2, 20);
    for (const ms of [1, 30_000]) {
      ladder.advance(ms);
      // The sender's identifier has 32 bits.
      expect(ladder.lastSent(2).slice(8, 16)).toBe(registrarId.toString(16).padStart(8, '0'));
    }
    expect(ladder.role.registrarId).toBe(registrarId);
  });

  it('does not count its own endpoint among the peers as one', () => {
    const ladder = new RegistrarLadder({}, { peers: [host(9)] });
    expect(ladder.take()).toEqual([]);
    expect(ladder.role.state).toBe('serving');
  });
});

describe('mentor', () => {
  it('[ENRP-073] [ENRP-078] [ENRP-088] [ENRP-089] [ENRP-102] [OVW-020] [OVW-021] is asked for the list, then for the whole table', () => {
    const ladder = new RegistrarLadder({}, { peers: [host(20)] });
    expect(ladder.take()).toEqual(['connect 1 192.0.2.20:9901']);
    expect(ladder.connects[0]?.ppid).toBe(PPID.enrp);
    ladder.up(1, host(20), 'local');
    expect(ladder.take()).toEqual(['1: presence reply! ffff']);
    ladder.presence(1, 20);
    expect(ladder.take()).toEqual(['1: presence to 20 reply! ffff', '1: list-request to 20']);
    ladder.enrp(1, 20, { kind: 'list-response', rejected: false, registrars: [] });
    expect(ladder.take()).toEqual(['1: handle-table-request to 20']);
    expect(ladder.role.state).toBe('starting');
    ladder.enrp(1, 20, { kind: 'handle-table-response', rejected: false, more: false, pools: [] });
    expect(ladder.role.state).toBe('serving');
    expect(ladder.eventsOf('serving')).toEqual([{ kind: 'serving', registrarId: OWN, mentorId: 20 }]);
    expect(ladder.take()).toEqual(['1: presence ffff']);
  });

  it('is the only one whose answers count, and only those to what it was asked last', () => {
    const ladder = withMentor();
    ladder.presence(1, 20);
    ladder.up(4, host(30));
    ladder.presence(4, 30);
    ladder.take();
    const registrars = [40, 41].map((identifier) => ({
      identifier,
      transport: { protocol: 'sctp', port: 9901, use: 'data-only', addresses: [`192.0.2.${identifier}`] } as const,
    }));
    const pools = [{ poolHandle: ABC, elements: [peerElement(7, 3, 30)] }];
    const table = { kind: 'handle-table-response', rejected: false, more: false, pools } as const;
    // Of another one, and before it was asked for.
    ladder.enrp(4, 30, { kind: 'list-response', rejected: false, registrars });
    ladder.enrp(1, 20, table);
    expect(ladder.take()).toEqual([]);
    ladder.enrp(1, 20, { kind: 'list-response', rejected: false, registrars: [] });
    expect(ladder.take()).toEqual(['1: handle-table-request to 20']);
    // A second time, and of another one.
    ladder.enrp(1, 20, { kind: 'list-response', rejected: false, registrars });
    ladder.enrp(1, 20, { kind: 'list-response', rejected: true, registrars });
    ladder.enrp(4, 30, table);
    ladder.advance(0);
    expect(ladder.take()).toEqual([]);
    expect(ladder.elements()).toEqual([]);
    expect(ladder.role.state).toBe('starting');
    ladder.enrp(1, 20, { ...table, pools: [] });
    expect(ladder.role.state).toBe('serving');
  });

  it('[ENRP-082] [ENRP-085] [ENRP-087] learns the peers from it, without itself and 0, and greets them', () => {
    const ladder = withMentor();
    ladder.presence(1, 20);
    ladder.take();
    const transport = { protocol: 'sctp', port: 9901, use: 'data-only', addresses: ['192.0.2.30'] } as const;
    ladder.enrp(1, 20, {
      kind: 'list-response',
      rejected: false,
      registrars: [
        { identifier: 30, transport },
        { identifier: OWN, transport },
        { identifier: 0, transport },
      ],
    });
    ladder.advance(0);
    expect(ladder.take()).toEqual(['1: handle-table-request to 20', 'connect 3 192.0.2.30:9901']);
    expect(ladder.peers()).toEqual(['20 active', '30 active']);
    ladder.up(3, host(30), 'local');
    expect(ladder.take()).toEqual(['3: presence reply! ffff']);
  });

  it('ignores a list that it did not ask for', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    const transport = { protocol: 'sctp', port: 9901, use: 'data-only', addresses: ['192.0.2.30'] } as const;
    const tell = (identifier: number) =>
      ladder.enrp(2, 20, { kind: 'list-response', rejected: false, registrars: [{ identifier, transport }] });
    tell(30);
    expect(ladder.peers()).toEqual(['20 active', '30 active']);
    tell(40);
    expect(ladder.peers()).toEqual(['20 active', '30 active']);
  });

  it('[ENRP-074] [ENRP-079] [ENRP-080] is replaced by a backup after MAX-TIME-NO-RESPONSE', () => {
    const ladder = new RegistrarLadder({}, { peers: [host(20), host(30)] });
    ladder.up(1, host(20), 'local');
    ladder.up(3, host(30), 'local');
    ladder.presence(1, 20);
    ladder.presence(3, 30);
    ladder.take();
    ladder.advance(4999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual(['3: list-request to 30']);
    expect(ladder.warnings()).toEqual(['mentor-failed']);
  });

  it('[ENRP-084] that rejects is replaced by a backup at once', () => {
    const ladder = new RegistrarLadder({}, { peers: [host(20), host(30)] });
    ladder.up(1, host(20), 'local');
    ladder.up(3, host(30), 'local');
    ladder.presence(1, 20);
    ladder.presence(3, 30);
    ladder.take();
    ladder.enrp(1, 20, { kind: 'list-response', rejected: true, registrars: [] });
    expect(ladder.take()).toEqual(['3: list-request to 30']);
  });

  it('[ENRP-084] [ENRP-105] that rejects is asked again after 2 to 5 seconds', () => {
    const ladder = withMentor({ mentorDiscoveryTimeoutMs: 60_000 });
    ladder.presence(1, 20);
    ladder.take();
    ladder.enrp(1, 20, { kind: 'list-response', rejected: true, registrars: [] });
    ladder.advance(1999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(3001);
    expect(ladder.take()).toEqual(['1: list-request to 20']);
    ladder.enrp(1, 20, { kind: 'list-response', rejected: false, registrars: [] });
    ladder.enrp(1, 20, { kind: 'handle-table-response', rejected: true, more: false, pools: [] });
    ladder.take();
    ladder.advance(5000);
    expect(ladder.take()).toEqual(['1: list-request to 20']);
  });

  it('that rejects and is lost then is not asked again, nor waited for beyond the discovery time-out', () => {
    const ladder = withMentor({ mentorDiscoveryTimeoutMs: 60_000 });
    ladder.presence(1, 20);
    ladder.enrp(1, 20, { kind: 'list-response', rejected: true, registrars: [] });
    ladder.down(1);
    ladder.take();
    ladder.advance(59_999);
    expect(ladder.take().filter((line) => line.includes('list-request'))).toEqual([]);
    expect(ladder.role.state).toBe('starting');
    ladder.advance(1);
    expect(ladder.role.state).toBe('serving');
  });

  it.each(['the list', 'the table'])(
    'that closes its channel before it has sent %s is replaced by a backup',
    (what) => {
      const ladder = what === 'the table' ? downloading() : withMentor();
      ladder.presence(1, 20);
      ladder.up(2, host(30));
      ladder.presence(2, 30);
      ladder.take();
      ladder.down(1);
      ladder.advance(0);
      expect(ladder.take()).toContain('2: list-request to 30');
      expect(ladder.warnings()).toEqual(['mentor-failed']);
    },
  );

  it('stays when another peer is lost', () => {
    const ladder = downloading();
    ladder.peer(2, 30);
    ladder.down(2);
    ladder.enrp(1, 20, { kind: 'handle-table-response', rejected: false, more: false, pools: [] });
    expect(ladder.eventsOf('serving')).toMatchObject([{ mentorId: 20 }]);
    expect(ladder.warnings()).toEqual([]);
  });

  it('is a peer like any other afterwards, whose elements are audited', () => {
    const ladder = downloading();
    ladder.enrp(1, 20, { kind: 'handle-table-response', rejected: false, more: false, pools: [] });
    ladder.take();
    ladder.presence(1, 20, 0x3b96);
    expect(ladder.take()).toContain('1: handle-table-request to 20 W');
    const pools = [{ poolHandle: ABC, elements: [peerElement(7, 3, 20)] }];
    ladder.enrp(1, 20, { kind: 'handle-table-response', rejected: false, more: false, pools });
    expect(ladder.elements()).toEqual(['7@20']);
  });

  it('is not waited for longer than the discovery time-out; then service begins with an empty handlespace', () => {
    const ladder = new RegistrarLadder({ mentorDiscoveryTimeoutMs: 3000 }, { peers: [host(20)] });
    ladder.advance(2999);
    expect(ladder.role.state).toBe('starting');
    ladder.advance(1);
    expect(ladder.role.state).toBe('serving');
    expect(ladder.eventsOf('serving')).toEqual([{ kind: 'serving', registrarId: OWN, mentorId: undefined }]);
  });

  it('[ENRP-086] is looked for without end if serving without one is forbidden', () => {
    const ladder = new RegistrarLadder({ serveWithoutMentor: false }, { peers: [host(20)] });
    for (let i = 0; i < 10; i++) {
      ladder.down(1 + 2 * i);
      ladder.advance(60_000);
    }
    expect(ladder.role.state).toBe('starting');
    // The pauses between attempts grow up to a minute, but they end.
    expect(ladder.connects).toHaveLength(11);
  });
});

describe('first download', () => {
  it('[ENRP-095] [ENRP-096] [ENRP-097] [ENRP-098] [ENRP-099] asks for part after part with the same flag', () => {
    const ladder = downloading();
    const part = (identifiers: number[], more: boolean): void => {
      const elements = identifiers.map((identifier) => peerElement(identifier, 1, 20));
      ladder.enrp(1, 20, {
        kind: 'handle-table-response',
        rejected: false,
        more,
        pools: [{ poolHandle: ABC, elements }],
      });
    };
    part([1, 2], true);
    expect(ladder.take()).toEqual(['1: handle-table-request to 20']);
    part([3], true);
    expect(ladder.take()).toEqual(['1: handle-table-request to 20']);
    expect(ladder.role.state).toBe('starting');
    part([4], false);
    expect(ladder.elements()).toEqual(['1@20', '2@20', '3@20', '4@20']);
    expect(ladder.role.snapshot().pools[0]?.policy).toEqual({ kind: 'round-robin' });
    expect(ladder.role.state).toBe('serving');
  });

  it('[ENRP-100] [ENRP-101] adds to a pool that is known already, and replaces what is known of an element', () => {
    const ladder = downloading();
    const add = (identifier: number, registrationLifeS: number) =>
      ladder.enrp(1, 20, {
        kind: 'handle-table-response',
        rejected: false,
        more: true,
        pools: [{ poolHandle: ABC, elements: [peerElement(identifier, 1, 20, { registrationLifeS })] }],
      });
    add(1, 600);
    add(2, 600);
    add(1, 77);
    const [pool, ...others] = ladder.role.snapshot().pools;
    expect(others).toEqual([]);
    expect(pool?.elements.map(({ identifier, registrationLifeS }) => [identifier, registrationLifeS])).toEqual([
      [1, 77],
      [2, 600],
    ]);
  });

  it('does not believe what the mentor tells of elements that this registrar is said to own', () => {
    const ladder = downloading();
    const pools = [{ poolHandle: ABC, elements: [peerElement(7, 3, OWN), peerElement(8, 3, 20)] }];
    ladder.enrp(1, 20, { kind: 'handle-table-response', rejected: false, more: false, pools });
    expect(ladder.elements()).toEqual(['8@20']);
    expect(ladder.eventsOf('element-learnt')).toHaveLength(1);
  });

  it('[ENRP-110] takes what the home says of an element, not what the mentor knew', () => {
    const ladder = downloading();
    const fresh = peerElement(8, 1, 20, { registrationLifeS: 99 });
    ladder.enrp(1, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: fresh });
    const pools = [{ poolHandle: ABC, elements: [peerElement(8, 1, 30, { registrationLifeS: 11 })] }];
    ladder.enrp(1, 20, { kind: 'handle-table-response', rejected: false, more: false, pools });
    expect(ladder.role.snapshot().pools[0]?.elements).toMatchObject([
      { homeRegistrarIdentifier: 20, registrationLifeS: 99 },
    ]);
  });

  it('[ENRP-106] [ENRP-107] is given up if a part does not come', () => {
    const ladder = downloading({ mentorDiscoveryTimeoutMs: 100_000 });
    ladder.enrp(1, 20, { kind: 'handle-table-response', rejected: false, more: true, pools: [] });
    ladder.take();
    ladder.advance(5000);
    expect(ladder.warnings()).toEqual(['mentor-failed']);
    // Not before the mentor has forgotten the old download, which it would go on with.
    ladder.advance(14_999);
    expect(ladder.take()).toEqual([]);
    ladder.advance(1);
    expect(ladder.take()).toEqual(['1: list-request to 20']);
  });

  it('[ENRP-110] applies updates, and later parts do not bring back what was deleted', () => {
    const ladder = downloading();
    ladder.enrp(1, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(8, 1, 20) });
    ladder.enrp(1, 20, { kind: 'handle-update', action: 'del-pe', poolHandle: ABC, element: peerElement(7, 1, 20) });
    const elements = [peerElement(7, 1, 20), peerElement(9, 1, 30)];
    ladder.enrp(1, 20, {
      kind: 'handle-table-response',
      rejected: false,
      more: false,
      pools: [{ poolHandle: ABC, elements }],
    });
    expect(ladder.elements()).toEqual(['8@20', '9@30']);
  });
});

describe('a registrar that does not serve yet', () => {
  it('[ENRP-083] [ENRP-103] [ENRP-104] [ENRP-047] [ENRP-060] rejects requests for list and table, without contents', () => {
    const ladder = withMentor();
    ladder.up(2, host(30));
    ladder.presence(2, 30);
    ladder.take();
    ladder.enrp(2, 30, { kind: 'list-request' }, OWN);
    expect(ladder.lastSent(2)).toBe('0601000c000000320000001e');
    ladder.enrp(2, 30, { kind: 'handle-table-request', ownChildrenOnly: false }, OWN);
    expect(ladder.lastSent(2)).toBe('0301000c000000320000001e');
  });

  it('[ENRP-103] sends elements and users away', () => {
    const ladder = withMentor();
    ladder.take();
    ladder.up(2, host(7, 4711));
    ladder.asap(2, { kind: 'handle-resolution', subscribe: false, poolHandle: ABC });
    expect(ladder.take()).toEqual(['close 2 abort']);
  });

  it('draws another identifier if somebody has the same one', () => {
    const ladder = withMentor();
    ladder.enrp(1, OWN, { kind: 'presence', replyRequired: false });
    expect(ladder.role.registrarId).not.toBe(OWN);
    expect(ladder.warnings()).toEqual(['identifier-collision']);
    expect(ladder.eventsOf('starting')).toHaveLength(2);
  });
});
