import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/base/bytes.ts';
import { PPID, type TransportTarget } from '../../../src/rserpool/role.ts';
import type { EnrpMessage } from '../../../src/rserpool/wire/enrp.ts';
import { decodeEnrp, encodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { host, OWN, RegistrarLadder } from '../registrar/registrar-ladder.ts';

const CONFIG = { enrpAnnounce: true, enrpAnnounceCycleMs: 1000, mentorDiscoveryTimeoutMs: 4000, peerRetryMinMs: 100 };

function presence(senderId: number, { addresses, port }: TransportTarget, identifier = senderId): Uint8Array {
  const transport = { protocol: 'sctp', port, addresses, use: 'data-only' } as const;
  const information = { identifier, transport };
  const message: EnrpMessage = { kind: 'presence', senderId, receiverId: 0, replyRequired: false, information };
  return encodeEnrp(message);
}

function hear(ladder: RegistrarLadder, bytes: Uint8Array): void {
  ladder.input({ kind: 'announcement', ppid: PPID.enrp, from: { address: '192.0.2.77', udpPort: 9901 }, bytes });
  ladder.advance(0);
}

describe('PRESENCE by multicast', () => {
  it('[OVW-020] is sent from the beginning, with a request for answers until there is service', () => {
    const ladder = new RegistrarLadder(CONFIG);
    ladder.advance(5000);
    const sent = ladder.announcements.map((bytes) => decodeEnrp(bytes));
    expect(sent.map((message) => message.kind === 'presence' && message.replyRequired)).toEqual([
      ...[true, true, true, true],
      ...[false, false],
    ]);
    expect(sent[0]).toMatchObject({ senderId: OWN, receiverId: 0, information: { identifier: OWN } });
  });

  it('makes a registrar that nobody configured wait for others before it serves alone', () => {
    const ladder = new RegistrarLadder(CONFIG);
    ladder.advance(3999);
    expect(ladder.role.state).toBe('starting');
    ladder.advance(1);
    expect(ladder.role.state).toBe('serving');
    expect(new RegistrarLadder().role.state).toBe('serving');
  });

  it('of somebody else is a reason to call, once, and is not answered otherwise', () => {
    const ladder = new RegistrarLadder(CONFIG);
    ladder.take();
    hear(ladder, presence(7, host(20)));
    hear(ladder, presence(7, host(20)));
    expect(ladder.take()).toEqual(['connect 1 192.0.2.20:9901']);
    ladder.up(1, host(20), 'local');
    expect(ladder.take()).toEqual(['1: presence reply! ffff']);
    ladder.enrp(1, 7, { kind: 'presence', replyRequired: true, checksum: 0xffff, information: undefined });
    expect(ladder.take()).toContain('1: list-request to 7');
    hear(ladder, presence(7, host(21)));
    expect(ladder.take()).toEqual([]);
  });

  it('is no reason to call where one of the addresses is nobody’s, or the identifier is', () => {
    const ladder = new RegistrarLadder(CONFIG);
    ladder.take();
    hear(ladder, presence(7, { ...host(20), addresses: ['192.0.2.20', '224.0.0.1'] }));
    hear(ladder, presence(0, host(20)));
    hear(ladder, presence(7, host(20), 8));
    expect(ladder.take()).toEqual([]);
  });

  it('of a registrar that cannot be reached is forgotten, until it is heard again', () => {
    const ladder = new RegistrarLadder(CONFIG);
    hear(ladder, presence(7, host(20)));
    ladder.take();
    ladder.down(1);
    ladder.advance(900);
    expect(ladder.take()).toEqual([]);
    hear(ladder, presence(7, host(20)));
    expect(ladder.take()).toEqual(['connect 3 192.0.2.20:9901']);
  });

  it('of a registrar that became a peer is remembered as any other one', () => {
    const ladder = new RegistrarLadder(CONFIG);
    hear(ladder, presence(7, host(20)));
    ladder.up(1, host(20), 'local');
    ladder.enrp(1, 7, { kind: 'presence', replyRequired: false, checksum: 0xffff, information: undefined });
    ladder.take();
    ladder.down(1);
    ladder.advance(200);
    expect(ladder.take()).toContain('connect 3 192.0.2.20:9901');
  });

  it('[ENRP-268] is not believed: forged ones lead to a bounded number of calls, and broken ones to nothing', () => {
    const ladder = new RegistrarLadder(CONFIG);
    ladder.take();
    for (let i = 0; i < 200; i++) hear(ladder, presence(1000 + i, host(10 + i)));
    expect(ladder.take()).toHaveLength(16);
    const quiet = new RegistrarLadder(CONFIG);
    quiet.take();
    for (const bytes of [
      presence(OWN, host(20)),
      presence(8, host(9)),
      presence(8, host(20), 9),
      presence(8, host(20, 0)),
      presence(8, { ...host(20), addresses: ['224.0.0.1'] }),
      encodeEnrp({ kind: 'list-request', senderId: 8, receiverId: 0 }),
      encodeEnrp({ kind: 'takeover-server', senderId: 8, receiverId: 0, targetId: OWN }),
      fromHex('0100'),
      fromHex('45000008 00000000'),
    ]) {
      hear(quiet, bytes);
      expect(quiet.take()).toEqual([]);
    }
    expect(quiet.peers()).toEqual([]);
  });

  it('is neither sent nor taken for an ASAP announcement unless it is wanted', () => {
    const ladder = new RegistrarLadder({ announce: true });
    ladder.advance(2000);
    expect(ladder.announcements.every((bytes) => bytes[0] === 0x0a)).toBe(true);
  });
});
