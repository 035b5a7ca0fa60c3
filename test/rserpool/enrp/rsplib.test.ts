import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/base/bytes.ts';
import type { EnrpBody } from '../../../src/rserpool/enrp/speaker.ts';
import { PPID } from '../../../src/rserpool/role.ts';
import type { EnrpMessage } from '../../../src/rserpool/wire/enrp.ts';
import { decodeEnrp, encodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { ABC, element, host, peerElement, RegistrarLadder } from '../registrar/registrar-ladder.ts';

/** A message as rsplib writes it. */
function rsplib(ladder: RegistrarLadder, channel: number, senderId: number, body: EnrpBody, receiverId = 50): void {
  ladder.bytes(channel, PPID.enrp, encodeEnrp({ ...body, senderId, receiverId } as EnrpMessage, 'rsplib'));
}

const added = (identifier: number, home: number, life = 90): EnrpBody => ({
  kind: 'handle-update',
  action: 'add-pe',
  poolHandle: ABC,
  element: peerElement(identifier, 1, home, { registrationLifeS: life }),
});

/** A registrar that serves, and rsplib's peer 20 on channel 2, known by the element 7 that it told of. */
function withPeer(config: ConstructorParameters<typeof RegistrarLadder>[0] = {}, id = 20): RegistrarLadder {
  const ladder = RegistrarLadder.serving(config);
  ladder.peer(2, id);
  rsplib(ladder, 2, id, added(7, id));
  ladder.take();
  return ladder;
}

const lives = (ladder: RegistrarLadder) =>
  ladder.role.snapshot().pools.flatMap(({ elements }) => elements.map((each) => each.registrationLifeS));
const sentOn = (ladder: RegistrarLadder, channel: number) =>
  decodeEnrp(ladder.sent.findLast((output) => output.channel === channel)!.bytes, 'rsplib');
/** A PRESENCE with the checksum that we expect. */
function present(ladder: RegistrarLadder, channel: number, id: number, replyRequired = false): void {
  const peer = ladder.role.snapshot().peers.find(({ registrarId }) => registrarId === id);
  ladder.presence(channel, id, peer?.checksum, replyRequired);
}
const known = (ladder: RegistrarLadder) => ladder.eventsOf('rsplib-peer').map(({ registrarId }) => registrarId);

describe('a peer of rsplib', () => {
  it('is recognised by a life of 10,000 or more without our own parameter, and gets a sign of life at once', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    rsplib(ladder, 2, 20, added(7, 20));
    expect(known(ladder)).toEqual([20]);
    expect(lives(ladder)).toEqual([90]);
    expect(ladder.take()).toEqual(['2: presence to 20 ffff']);
  });

  it('is recognised by the lives in its table', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.presence(2, 20, 0x1234);
    expect(ladder.take()).toEqual(['2: handle-table-request to 20 W']);
    const pools = [{ poolHandle: ABC, elements: [peerElement(7, 1, 20, { registrationLifeS: 90 })] }];
    rsplib(ladder, 2, 20, { kind: 'handle-table-response', rejected: false, more: false, pools });
    expect(known(ladder)).toEqual([20]);
    expect(lives(ladder)).toEqual([90]);
  });

  it('is recognised by a suggestion of a takeover, a flag that the RFC does not have', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    rsplib(ladder, 2, 20, { ...added(7, 20, 5), takeoverSuggested: true } as EnrpBody);
    expect(known(ladder)).toEqual([20]);
    expect(lives(ladder)).toEqual([5]);
    expect(ladder.elements()).toEqual(['7@20']);
  });

  it('is recognised by causes that the RFC does not have', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.bytes(2, PPID.enrp, fromHex('0a000014 00000014 00000032 000c0008 00100004'));
    expect(known(ladder)).toEqual([20]);
  });

  it('is recognised when it asks again for what it was told and nothing changed: it let all of it run out', () => {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, 20);
    ladder.registered(4, 7, 1);
    const audit = () => rsplib(ladder, 2, 20, { kind: 'handle-table-request', ownChildrenOnly: true });
    audit();
    expect(ladder.lastSent(2)).toContain('00000258');
    expect(known(ladder)).toEqual([]);
    ladder.registered(6, 8, 3);
    audit();
    expect(known(ladder)).toEqual([]);
    audit();
    expect(known(ladder)).toEqual([20]);
    expect(ladder.lastSent(2)).toContain('000927c0');
  });

  it('is not one that asks again and again for nothing, or part by part', () => {
    const ladder = RegistrarLadder.serving({ maxTableResponseBytes: 256 });
    ladder.peer(2, 20);
    const audit = () => rsplib(ladder, 2, 20, { kind: 'handle-table-request', ownChildrenOnly: true });
    audit();
    audit();
    for (let n = 1; n <= 8; n++) ladder.registered(2 + 2 * n, n, n);
    ladder.take();
    audit();
    audit();
    expect(ladder.take()).toEqual([
      '2: handle-table-response to 20 M [1 2 3 4]',
      '2: handle-table-response to 20 [5 6 7 8]',
    ]);
    expect(known(ladder)).toEqual([]);
  });

  it('is not one with our own parameter in its Server Information, whatever it tells of others', () => {
    const ladder = RegistrarLadder.serving();
    ladder.up(2, host(20));
    const transport = { protocol: 'sctp', port: 9901, use: 'data-only', addresses: ['192.0.2.20'] } as const;
    const information = { identifier: 20, transport, udpPort: 9899 };
    ladder.enrp(2, 20, { kind: 'presence', replyRequired: false, checksum: 0xffff, information });
    ladder.enrp(2, 20, added(7, 20, 90_000));
    expect(known(ladder)).toEqual([]);
    expect(lives(ladder)).toEqual([90_000]);
  });

  it('stays one on another channel', () => {
    const ladder = withPeer();
    ladder.down(2, false);
    ladder.up(4, host(20));
    ladder.presence(4, 20);
    rsplib(ladder, 4, 20, added(8, 20, 3));
    expect(lives(ladder)).toEqual([90, 3]);
    expect(known(ladder)).toEqual([20]);
  });

  it('is one from the beginning if its target says so', () => {
    const peer = { ...host(20), dialect: 'rsplib' } as const;
    const ladder = new RegistrarLadder({}, { peers: [peer] });
    expect(ladder.take()).toEqual(['connect 1 192.0.2.20:9901']);
    ladder.up(1, host(20), 'local');
    ladder.presence(1, 20);
    expect(known(ladder)).toEqual([20]);
  });

  it('is recognised by a PRESENCE by multicast without our own parameter, before it is called and after', () => {
    const hear = (ladder: RegistrarLadder, id: number, udpPort?: number) => {
      const transport = { protocol: 'sctp', port: 9901, use: 'data-only', addresses: ['192.0.2.20'] } as const;
      const bytes = encodeEnrp({
        kind: 'presence',
        senderId: id,
        receiverId: 0,
        replyRequired: false,
        checksum: 0xffff,
        information: { identifier: id, transport, udpPort },
      });
      ladder.input({ kind: 'announcement', ppid: PPID.enrp, from: { address: '192.0.2.20', udpPort: 9901 }, bytes });
      ladder.advance(0);
    };
    const before = RegistrarLadder.serving();
    hear(before, 20);
    expect(before.take()).toEqual(['connect 1 192.0.2.20:9901']);
    before.up(1, host(20), 'local');
    before.presence(1, 20);
    expect(known(before)).toEqual([20]);
    const after = RegistrarLadder.serving();
    after.peer(2, 20);
    hear(after, 20, 9899);
    hear(after, 21);
    expect(known(after)).toEqual([]);
    hear(after, 20);
    expect(known(after)).toEqual([20]);
    const rfc = RegistrarLadder.serving({ dialect: 'rfc' });
    rfc.peer(2, 20);
    hear(rfc, 20);
    expect(known(rfc)).toEqual([]);
  });

  it('gets lives in milliseconds, others in the same group-cast seconds', () => {
    const ladder = withPeer();
    ladder.peer(4, 30);
    ladder.registered(6, 8, 3);
    expect(sentOn(ladder, 2)).toMatchObject({ kind: 'handle-update', element: { registrationLifeS: 600 } });
    expect(ladder.lastSent(2)).toContain('000927c0');
    expect(ladder.lastSent(4)).toContain('00000258');
  });

  it('gets a PRESENCE every 2 s, and so do all while it is there', () => {
    const ladder = withPeer({ peerHeartbeatCycleMs: 30_000, maxTimeLastHeardMs: 61_000 });
    ladder.advance(10_000);
    expect(ladder.take()).toEqual(new Array(5).fill('2: presence ffff'));
    const rare = RegistrarLadder.serving({ peerHeartbeatCycleMs: 30_000, maxTimeLastHeardMs: 61_000 });
    rare.peer(2, 20);
    rare.advance(29_000);
    expect(rare.take()).toEqual([]);
  });

  it('gets the PRESENCE that it asks for at once, with both parameters', () => {
    const ladder = withPeer();
    present(ladder, 2, 20, true);
    expect(ladder.take()[0]).toBe('2: presence to 20 ffff');
    expect(ladder.lastSent(2)).toMatch(/^010000340000003200000014000f0006ffff0000000b0020/);
  });

  it('does not hear of what it could not bear, and gets a checksum without it', () => {
    const ladder = withPeer();
    ladder.registered(4, 8, 3);
    const alone = sentOn(ladder, 2);
    expect(alone).toMatchObject({ kind: 'handle-update' });
    rsplib(ladder, 2, 20, { kind: 'list-request' });
    present(ladder, 2, 20, true);
    const before = sentOn(ladder, 2);
    ladder.take();
    ladder.up(6, host(4, 4711));
    const long = poolHandle('x'.repeat(33));
    ladder.asap(6, { kind: 'registration', poolHandle: long, element: element(9, 4) });
    expect(ladder.take()).toEqual(['6: registration-response 9 granted']);
    present(ladder, 2, 20, true);
    expect(sentOn(ladder, 2)).toEqual(before);
    rsplib(ladder, 2, 20, { kind: 'handle-table-request', ownChildrenOnly: false });
    expect(ladder.take().at(-1)).toBe('2: handle-table-response to 20 [7 8]');
  });
});

describe('a takeover among peers of both kinds', () => {
  /** Peer 90 on channel 8 is dead, and this registrar (50) wants to take it over; `other` wants so too. */
  function contested(other: number, isRsplib: boolean): RegistrarLadder {
    const ladder = RegistrarLadder.serving();
    ladder.peer(2, other);
    if (isRsplib) rsplib(ladder, 2, other, added(1, other));
    ladder.peer(8, 90);
    ladder.enrp(8, 90, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(9, 9, 90) });
    ladder.down(8);
    for (let second = 0; second < 100 && ladder.eventsOf('takeover-started').length === 0; second++) {
      present(ladder, 2, other);
      ladder.advance(1000);
    }
    ladder.take();
    rsplib(ladder, 2, other, { kind: 'init-takeover', targetId: 90 }, 0);
    return ladder;
  }

  it('the smaller identifier wins against rsplib, the larger one against others', () => {
    const yields = '2: init-takeover-ack to';
    const answers = (other: number, isRsplib: boolean) =>
      contested(other, isRsplib)
        .take()
        .filter((line) => line.startsWith(yields)).length;
    expect([answers(20, true), answers(70, true)]).toEqual([1, 0]);
    expect([answers(20, false), answers(70, false)]).toEqual([0, 1]);
  });

  it('is known by the elements: rsplib seldom says that it is done', () => {
    const ladder = contested(20, true);
    expect(ladder.peers()).toContain('90 not-active');
    rsplib(ladder, 2, 20, added(9, 20));
    expect(ladder.elements()).toEqual(['1@20', '9@20']);
    expect(ladder.peers()).toEqual(['20 active']);
    expect(ladder.eventsOf('takeover-completed')).toMatchObject([{ targetId: 90, winnerId: 20 }]);
  });

  it('is known by its table as well', () => {
    const ladder = contested(20, true);
    ladder.presence(2, 20, 0x1234);
    const elements = [
      peerElement(1, 1, 20, { registrationLifeS: 90 }),
      peerElement(9, 9, 20, { registrationLifeS: 90 }),
    ];
    const pools = [{ poolHandle: ABC, elements }];
    rsplib(ladder, 2, 20, { kind: 'handle-table-response', rejected: false, more: false, pools });
    expect(ladder.peers()).toEqual(['20 active']);
  });
});
