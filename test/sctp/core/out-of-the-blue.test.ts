import { describe, expect, it } from 'vitest';
import { Endpoint } from '../../../src/sctp/core/endpoint.ts';
import { encodePacket } from '../../../src/sctp/wire/packet.ts';
import type { Chunk } from '../../../src/sctp/wire/types.ts';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';

const TAG = 0x1234_5678;
const heartbeat: Chunk = { kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 8, 1, 2, 3, 4]) };
const error = (cause: 'stale-cookie' | 'out-of-resource'): Chunk => ({
  kind: 'error',
  causes: [cause === 'stale-cookie' ? { kind: cause, stalenessUs: 1 } : { kind: cause }],
});

/** What the endpoint says to a packet with these chunks. */
function answers(...chunks: Chunk[]): string[] {
  const peer = new ScriptedPeer();
  peer.sendWith({ tag: TAG }, ...chunks);
  const heard = peer.heard();
  if (heard.length > 0)
    expect(peer.last.header).toEqual({ sourcePort: 5000, destinationPort: 6000, verificationTag: TAG });
  expect(peer.core.associations.size).toBe(0);
  return heard;
}

describe('out of the blue (RFC 9260 §8.4)', () => {
  const peer = new ScriptedPeer();

  it('[SCTP-0870, SCTP-0240, SCTP-0880, AT-28, AT-30] an ABORT anywhere: silence', () => {
    for (const tagReflected of [false, true]) {
      const abort: Chunk = { kind: 'abort', tagReflected, causes: [] };
      expect(answers(abort)).toEqual([]);
      expect(answers(peer.data(0), abort)).toEqual([]);
      expect(answers({ kind: 'shutdown-ack' }, abort)).toEqual([]);
      expect(answers({ kind: 'cookie-echo', cookie: new Uint8Array(90) }, abort)).toEqual([]);
    }
  });

  it('[SCTP-0870, SCTP-0880] even beside a COOKIE ECHO that is good: no association, no event', () => {
    const stranger = new ScriptedPeer();
    const ack = stranger.askForInitAck();
    stranger.heard();
    stranger.echo(ack, { kind: 'abort', tagReflected: false, causes: [] });
    expect([stranger.heard(), stranger.core.associations.size, stranger.node.events]).toEqual([[], 0, []]);
    stranger.echo(ack);
    expect(stranger.heard()).toEqual(['COOKIE-ACK']);
  });

  it('[SCTP-0874, SCTP-0875, SCTP-0040, SCTP-0899, SCTP-0900, SCTP-0289, AT-28] SHUTDOWN ACK: SHUTDOWN COMPLETE with the tag reflected, alone', () => {
    expect(answers({ kind: 'shutdown-ack' })).toEqual(['SHUTDOWN-COMPLETE T']);
    expect(answers({ kind: 'shutdown-ack' }, heartbeat)).toEqual(['SHUTDOWN-COMPLETE T']);
  });

  it('[SCTP-0876, AT-28, ERR-0052] SHUTDOWN COMPLETE: silence', () => {
    expect(answers({ kind: 'shutdown-complete', tagReflected: false })).toEqual([]);
    expect(answers({ kind: 'shutdown-complete', tagReflected: true })).toEqual([]);
  });

  it('[SCTP-0877, AT-28] COOKIE ACK and ERROR with Stale Cookie: silence; other ERRORs: ABORT', () => {
    expect(answers({ kind: 'cookie-ack' })).toEqual([]);
    expect(answers(error('stale-cookie'))).toEqual([]);
    expect(answers(error('out-of-resource'))).toEqual(['ABORT T']);
  });

  it('[SCTP-0878, SCTP-0879, SCTP-0896, SCTP-0041, SCTP-0241, SCTP-0532, SCTP-0536, SCTP-0458, AT-28, ERR-0051] everything else: one ABORT, the tag reflected, T = 1', () => {
    expect(answers(peer.data(0))).toEqual(['ABORT T']);
    expect(answers(peer.data(0), heartbeat)).toEqual(['ABORT T']);
    expect(answers(peer.sack(0))).toEqual(['ABORT T']);
    expect(answers(heartbeat)).toEqual(['ABORT T']);
    expect(answers({ kind: 'heartbeat-ack', value: new Uint8Array([0, 1, 0, 4]) })).toEqual(['ABORT T']);
    expect(answers(peer.shutdown())).toEqual(['ABORT T']);
    expect(answers(peer.initAck())).toEqual(['ABORT T']);
    expect(answers({ kind: 'unknown', type: 0xfe, flags: 0, whole: new Uint8Array([0xfe, 0, 0, 4]) })).toEqual([
      'ABORT T',
    ]);
  });

  it('[SCTP-0873] COOKIE ECHO that is none of ours: silence', () => {
    expect(answers({ kind: 'cookie-echo', cookie: new Uint8Array(90) })).toEqual([]);
  });

  it('[SCTP-0868] a bad checksum gets no answer at all', () => {
    const stranger = new ScriptedPeer();
    const packet = encodePacket(stranger.header({ tag: TAG }), [stranger.data(0)]);
    packet[11]! ^= 0x80;
    stranger.sendBytes(packet);
    expect([stranger.heard(), stranger.core.counters.checksumErrors]).toEqual([[], 1]);
  });

  it('[SCTP-0030, SCTP-0069, AT-1, AT-2, AT-3] what is no packet gets no answer', () => {
    const stranger = new ScriptedPeer();
    for (let length = 0; length < 16; length++) stranger.sendBytes(new Uint8Array(length));
    stranger.sendRaw([], { tag: TAG });
    for (const length of [0, 1, 2, 3, 5, 100, 0xffff]) {
      stranger.sendRaw([new Uint8Array([0, 3, length >> 8, length & 0xff])], { tag: TAG });
    }
    expect(stranger.heard()).toEqual([]);
    expect(stranger.core.counters.packetsReceived).toBe(24);
  });

  it('[SCTP-0869, AT-28] a source that is no unicast address gets no answer', () => {
    const { core } = new ScriptedPeer();
    for (const from of ['224.0.0.1', '255.255.255.255', '0.0.0.0', 'ff02::1']) {
      const packet = encodePacket({ sourcePort: 1, destinationPort: 5000, verificationTag: TAG }, [peer.data(0)]);
      core.handleDatagram('10.0.0.1', from, 9899, packet, 0);
    }
    expect(core.pollOutput()).toBeUndefined();
  });

  it('[SCTP-0881, AT-29] no flood of answers, and none longer than what it answers', () => {
    const stranger = new ScriptedPeer({ config: { maxStatelessRepliesPerSecond: 1000 } });
    for (let i = 0; i < 1000; i++) stranger.sendWith({ tag: TAG + i }, peer.data(0));
    // Half of what all may have at once, and one address its share of the other half.
    expect(stranger.packets.length).toBe(50 + 12);
    const question = encodePacket(stranger.header({ tag: TAG }), [peer.data(0)]);
    for (const { bytes } of stranger.packets) expect(bytes.length).toBeLessThanOrEqual(question.length);
  });

  it('[SCTP-0881, UDPE-0035, UDPE-0038] goes back to the UDP port that it came from', () => {
    const stranger = new ScriptedPeer({ moreUdpPorts: [4444] });
    stranger.sendWith({ tag: TAG, udpPort: 4444 }, peer.data(0));
    expect([stranger.heard(), stranger.last.toUdpPort]).toEqual([['ABORT T'], 4444]);
  });

  it('[AT-30] two endpoints that do not know each other say one word and are silent', () => {
    const pair = new EndpointPair((options, now) => new Endpoint(options, now));
    let packets = 0;
    pair.network.tap(({ fate }) => {
      if (fate === 'sent') packets++;
    });
    const packet = encodePacket({ sourcePort: 5000, destinationPort: 5000, verificationTag: TAG }, [peer.data(0)]);
    pair.a.call((core, now) => core.handleDatagram('10.0.0.1', '10.0.0.2', 9899, packet, now));
    pair.clock.runFor(60_000);
    expect(packets).toBe(1);
  });

  it('[SCTP-0871] an INIT is answered as §5.1 says: INIT ACK', () => {
    const stranger = new ScriptedPeer();
    stranger.sendWith({ tag: 0 }, stranger.init());
    expect(stranger.heard()).toEqual(['INIT-ACK']);
  });

  it('[SCTP-0871, SCTP-0872, SCTP-0896] one to a port where nobody is, with ABORT, the tag of the INIT and T = 0', () => {
    const stranger = new ScriptedPeer();
    stranger.sendWith({ tag: 0, destinationPort: 5001 }, stranger.init());
    expect(stranger.heard()).toEqual(['ABORT']);
    expect(stranger.last.header).toEqual({ sourcePort: 5001, destinationPort: 6000, verificationTag: stranger.tag });
  });
});
