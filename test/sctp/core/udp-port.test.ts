import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/sctp/wire/packet.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';
import { cookieOf, ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';

const NEW_PORT = 4444;
const heartbeat: Chunk = { kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 8, 1, 2, 3, 4]) };
const listed = { parameters: [{ kind: 'ip-address', address: '10.0.0.3' }] } as const;

function established(options: ScriptedPeerOptions = {}): ScriptedPeer {
  return new ScriptedPeer({
    moreUdpPorts: [NEW_PORT, 5555],
    addresses: ['10.0.0.2', '10.0.0.3'],
    ...options,
  }).establish(listed);
}

const ports = (peer: ScriptedPeer): number[] | undefined => peer.status?.paths.map(({ udpPort }) => udpPort);

describe('the UDP port of a peer (RFC 6951 §5.4)', () => {
  it('[UDPE-0030, UDPE-0013, UDPE-0019, UDPE-0029, UDPE-0033, UDPE-0023, AT-76] is learnt from a packet with the right tag; answers and data follow at once', () => {
    const peer = established();
    for (const udpPort of [NEW_PORT, 5555]) {
      peer.sendWith({ udpPort }, heartbeat);
      expect(peer.last.toUdpPort).toBe(udpPort);
      peer.node.send(peer.id, 'x');
      peer.heardAfter(0);
      expect(peer.last.toUdpPort).toBe(udpPort);
    }
    expect(peer.node.eventsOf('path-changed').filter(({ change }) => change === 'udp-port').length).toBe(2);
    expect(peer.core.associations.size).toBe(1);
  });

  it('[UDPE-0031, UDPE-0016, UDPE-0017, AT-76] of that address only', () => {
    const peer = established();
    peer.sendWith({ udpPort: NEW_PORT, from: '10.0.0.3' }, heartbeat);
    expect(ports(peer)).toEqual([9899, NEW_PORT]);
  });

  it('[UDPE-0032, UDPE-0025, UDPE-0028, UDPE-0065, AT-75] never from a wrong tag, nor from a bad or zero checksum', () => {
    const peer = established();
    for (const chunk of [heartbeat, peer.data(0), peer.sack(0)]) {
      peer.sendWith({ udpPort: NEW_PORT, tag: peer.theirTag ^ 1 }, chunk);
      const corrupt = encodePacket(peer.header(), [chunk]);
      corrupt[9]! ^= 4;
      peer.sendBytes(corrupt, { udpPort: NEW_PORT });
      corrupt.fill(0, 8, 12);
      peer.sendBytes(corrupt, { udpPort: NEW_PORT });
    }
    expect(ports(peer)).toEqual([9899, 9899]);
    peer.node.send(peer.id, 'x');
    peer.heardAfter(0);
    expect(peer.last.toUdpPort).toBe(9899);
  });

  it('[UDPE-0039] nor from an INIT, which has no tag', () => {
    const peer = established();
    peer.sendWith({ udpPort: NEW_PORT, tag: 0 }, peer.init(listed));
    expect(ports(peer)).toEqual([9899, 9899]);
    expect(peer.last.toUdpPort).toBe(NEW_PORT);
  });

  it('[UDPE-0066] nor from what ends the association with the tag of the peer', () => {
    for (const newUdpPortPolicy of ['separate', 'abort'] as const) {
      const peer = established({ config: { newUdpPortPolicy } });
      peer.sendWith({ udpPort: NEW_PORT, tag: peer.tag }, { kind: 'abort', tagReflected: false, causes: [] });
      peer.sendWith({ udpPort: NEW_PORT, tag: peer.tag }, { kind: 'shutdown-complete', tagReflected: true });
      expect([ports(peer), peer.state]).toEqual([[9899, 9899], 'ESTABLISHED']);
    }
  });

  it('[UDPE-0036, UDPE-0037] an association begins with the port of its COOKIE ECHO, for all addresses', () => {
    const peer = new ScriptedPeer({ moreUdpPorts: [NEW_PORT], addresses: ['10.0.0.2', '10.0.0.3'] });
    const ack = peer.askForInitAck(listed);
    peer.sendWith({ udpPort: NEW_PORT, tag: ack.initiateTag }, { kind: 'cookie-echo', cookie: cookieOf(ack) });
    peer.id = 1;
    expect(ports(peer)).toEqual([NEW_PORT, NEW_PORT]);
    expect(peer.packets.find(({ chunks }) => chunks[0]?.kind === 'cookie-ack')?.toUdpPort).toBe(NEW_PORT);
  });

  it('[UDPE-0043] an INIT ACK from another port: COOKIE ECHO goes there', () => {
    const peer = new ScriptedPeer({ moreUdpPorts: [NEW_PORT] });
    peer.associate();
    peer.sendWith({ udpPort: NEW_PORT }, peer.initAck());
    expect([peer.heard().at(-1), peer.last.toUdpPort]).toEqual(['COOKIE-ECHO', NEW_PORT]);
  });

  it('[AT-34, AT-78] two programs behind one address, with equal SCTP ports: told apart by their UDP ports', () => {
    const peer = new ScriptedPeer({ moreUdpPorts: [NEW_PORT] }).establish();
    const first = peer.theirTag;
    const ack = peer.askForInitAck({ initiateTag: 77 }, { udpPort: NEW_PORT });
    peer.sendWith({ udpPort: NEW_PORT, tag: ack.initiateTag }, { kind: 'cookie-echo', cookie: cookieOf(ack) });
    expect(peer.core.associations.size).toBe(2);
    expect(peer.node.eventsOf('restart')).toEqual([]);
    peer.sendWith({ tag: first }, peer.data(0, { text: 'one' }));
    peer.sendWith({ tag: ack.initiateTag, udpPort: NEW_PORT }, peer.data(0, { text: 'two' }));
    expect([peer.node.texts(1), peer.node.texts(2)]).toEqual([['one'], ['two']]);
    expect(peer.packets.slice(-2).map(({ toUdpPort, header }) => [toUdpPort, header.verificationTag])).toEqual([
      [9899, peer.tag],
      [NEW_PORT, 77],
    ]);
  });

  it('[UDPE-0040, UDPE-0041, AT-34] with newUdpPortPolicy "abort" a restart from another port is refused, and told why', () => {
    const peer = established({ config: { newUdpPortPolicy: 'abort' } });
    const { status } = peer;
    peer.sendWith({ udpPort: NEW_PORT, tag: 0 }, peer.init({ ...listed, initiateTag: 77 }));
    expect(peer.last).toMatchObject({ toUdpPort: NEW_PORT, header: { verificationTag: 77 } });
    expect(peer.lastHeard('abort')).toEqual({
      kind: 'abort',
      tagReflected: false,
      causes: [
        {
          kind: 'unknown',
          code: 14,
          information: new Uint8Array([9899 >> 8, 9899 & 0xff, NEW_PORT >> 8, NEW_PORT & 0xff]),
        },
      ],
    });
    expect(peer.status).toEqual(status);
  });
});
