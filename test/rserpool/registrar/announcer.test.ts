import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import type { TransportTarget } from '../../../src/rserpool/role.ts';
import { decodeAsap, encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { ABC, host, RegistrarLadder } from './registrar-ladder.ts';

const ASAP: readonly TransportTarget[] = [
  { protocol: 'tcp', addresses: ['192.0.2.9'], port: 3863 },
  { protocol: 'sctp', addresses: ['192.0.2.9'], port: 3863 },
];

function announcing(config = {}, asap = ASAP): RegistrarLadder {
  return new RegistrarLadder({ announce: true, ...config }, { registrarId: 0x0badcafe, asap });
}

/** SERVER_ANNOUNCE of another registrar. */
function hear(ladder: RegistrarLadder, id: number): void {
  const bytes = fromHex(`0a000008 ${id.toString(16).padStart(8, '0')}`);
  ladder.input({ kind: 'announcement', from: { address: '192.0.2.77', udpPort: 3863 }, bytes });
}

/** Instants of the announcements in the next `ms`. */
function instants(ladder: RegistrarLadder, ms: number): number[] {
  const seen: number[] = [];
  for (let i = 0; i < ms / 100; i++) {
    ladder.advance(100);
    if (ladder.take().includes('announce')) seen.push(ladder.now);
  }
  return seen;
}

describe('SERVER_ANNOUNCE', () => {
  it('[ASAP-225] [ASAP-384] [ASAP-075] [ASAP-310] [OVW-022] [REQ-013] comes every second while no other registrar is heard', () => {
    const ladder = announcing();
    expect(toHex(ladder.announcements[0]!)).toBe(
      '0a0000280badcafe000500100f17000000010008c0000209000400100f17000000010008c0000209',
    );
    ladder.take();
    expect(instants(ladder, 3000)).toEqual([1000, 2000, 3000]);
  });

  it('names the UDP port where it is not 9899', () => {
    const ladder = announcing({}, [{ protocol: 'sctp', addresses: ['192.0.2.9'], port: 3863, udpPort: 20_001 }]);
    expect(toHex(ladder.announcements[0]!).endsWith('8f0900084e210000')).toBe(true);
  });

  it('[ASAP-225] [ASAP-226] [REQ-011] comes the less often the more registrars announce themselves', () => {
    const ladder = announcing({ announceOutdateMs: 60_000 });
    ladder.take();
    hear(ladder, 1);
    hear(ladder, 2);
    hear(ladder, 2);
    hear(ladder, 0x0badcafe);
    expect(instants(ladder, 7000)).toEqual([1000, 4000, 7000]);
  });

  it('names one SCTP transport and those over TCP before it, no others, and 9899 never', () => {
    const udpPort = 9899;
    const ladder = announcing({}, [
      { protocol: 'sctp', addresses: ['192.0.2.9'], port: 3863, udpPort },
      { protocol: 'udp', addresses: ['192.0.2.9'], port: 3864 },
      { protocol: 'tcp', addresses: ['192.0.2.9'], port: 3865 },
    ]);
    expect(decodeAsap(ladder.announcements[0]!)).toEqual({
      kind: 'server-announce',
      registrarIdentifier: 0x0badcafe,
      transports: [
        { protocol: 'tcp', port: 3865, addresses: ['192.0.2.9'] },
        { protocol: 'sctp', port: 3863, use: 'data-only', addresses: ['192.0.2.9'] },
      ],
    });
  });

  it('does not count those that send other messages to the group', () => {
    const ladder = announcing({ announceOutdateMs: 60_000 });
    ladder.take();
    const bytes = encodeAsap({ kind: 'endpoint-keep-alive', home: false, registrarIdentifier: 1, poolHandle: ABC });
    ladder.input({ kind: 'announcement', from: { address: '192.0.2.77', udpPort: 3863 }, bytes });
    expect(instants(ladder, 2000)).toEqual([1000, 2000]);
  });

  it('goes on counting those that it knows when it can take no others', () => {
    const ladder = announcing({ maxPeers: 1 });
    ladder.take();
    const seen: number[] = [];
    for (let i = 0; i < 3; i++) {
      hear(ladder, 1);
      hear(ladder, 2);
      seen.push(...instants(ladder, 4000));
    }
    expect(seen).toEqual([1000, 3000, 5000, 7000, 9000, 11_000]);
  });

  it('does not count registrars that fell silent', () => {
    const ladder = announcing();
    hear(ladder, 1);
    ladder.take();
    expect(instants(ladder, 11_000)).toEqual([1000, 3000, 5000, 7000, 8000, 9000, 10_000, 11_000]);
  });

  it('goes on counting registrars that announce themselves seldom, because there are many', () => {
    const ladder = announcing();
    ladder.take();
    for (let id = 1; id <= 9; id++) hear(ladder, id);
    // Ten seconds a pause, far above the outdate time; after three of them they are gone.
    expect(instants(ladder, 33_000)).toEqual([1000, 11_000, 21_000, 31_000, 32_000, 33_000]);
  });

  it('[ASAP-084] [ENRP-268] of thousands of forged registrars leaves bounded traces and is never answered', () => {
    const ladder = announcing({ maxPeers: 4 });
    ladder.take();
    for (let id = 1; id <= 10_000; id++) hear(ladder, id);
    ladder.input({
      kind: 'announcement',
      from: { address: '192.0.2.77', udpPort: 3863 },
      bytes: fromHex('45000004'),
    });
    expect(ladder.take()).toEqual([]);
    expect(instants(ladder, 1000)).toEqual([1000]);
    expect(instants(ladder, 4900)).toEqual([]);
  });

  it('[ENRP-103] begins with the service', () => {
    const ladder = new RegistrarLadder({ announce: true, mentorDiscoveryTimeoutMs: 3000 }, { peers: [host(20)] });
    ladder.advance(2999);
    expect(ladder.announcements).toEqual([]);
    ladder.advance(1);
    expect(ladder.announcements).toHaveLength(1);
  });

  it('is not sent unless it is wanted', () => {
    const ladder = new RegistrarLadder();
    ladder.advance(10_000);
    expect(ladder.announcements).toEqual([]);
  });
});
