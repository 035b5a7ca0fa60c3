import { describe, expect, it } from 'vitest';
import type { IcmpMessage } from '../../../src/sctp/core/contract.ts';
import { lookForLargerPackets } from '../../../src/sctp/core/pmtu-discovery.ts';
import { linksOf } from '../../harness/endpoint-pair.ts';
import { packetTooBig, quotedPacket } from '../../harness/icmp.ts';
import { delay } from '../../harness/links/delay.ts';
import { mtu } from '../../harness/links/mtu.ts';
import type { SimDatagram } from '../../harness/links/stage.ts';
import { SeededRandom } from '../../harness/random.ts';
import { ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';
import { inState, STATES } from './in-state.ts';

/** The last packet of the endpoint as a datagram. */
function lastSent(peer: ScriptedPeer): SimDatagram {
  const { from, fromUdpPort, to, toUdpPort, bytes, at } = peer.last;
  return { from: { address: from, udpPort: fromUdpPort }, to: { address: to, udpPort: toUdpPort }, bytes, sentAt: at };
}

/** An association with one full packet under way. */
function withFullPacket(options: ScriptedPeerOptions = {}): ScriptedPeer {
  const peer = new ScriptedPeer(options).establish();
  peer.node.send(peer.id, new Uint8Array(1400));
  peer.heardAfter(0);
  return peer;
}

const tell = (peer: ScriptedPeer, message: IcmpMessage): void =>
  peer.node.call((core, now) => core.handleIcmp(message, now));

/** Answers every probe that arrives, up to the end of the search. */
function answerProbes(peer: ScriptedPeer): void {
  let answered = peer.packets.length;
  for (let left = 200; left > 0 && peer.status!.paths[0]!.pmtuState !== 'search-complete'; left--) {
    peer.clock.runFor(20);
    for (const { chunks } of peer.packets.slice(answered)) {
      if (chunks[0]!.kind === 'heartbeat') peer.send({ kind: 'heartbeat-ack', value: chunks[0]!.value.slice() });
    }
    answered = peer.packets.length;
  }
}

const V4 = { portUnreachable: [3, 3], protocolUnreachable: [3, 2], fragmentationNeeded: [3, 4] } as const;

function v4(peer: ScriptedPeer, [type, code]: readonly [number, number], fields: Partial<IcmpMessage> = {}): void {
  tell(peer, { version: 4, type, code, quoted: quotedPacket(lastSent(peer)), ...fields });
}

const ipv6Peer: ScriptedPeerOptions = { addresses: ['2001:db8::2'], endpointAddresses: ['2001:db8::1'] };
const pmtuOf = (peer: ScriptedPeer): number | undefined => peer.status?.paths[0]?.pmtuBytes;

describe('ICMP (RFC 9260 §10)', () => {
  it('[SCTP-0985] [SCTP-0994] [PLPMTU-0009] [PLPMTU-0037] ICMP7: Fragmentation Needed and Packet Too Big lower the PMTU of that path', () => {
    for (const [options, found] of [
      [{}, 1352],
      [ipv6Peer, 1332],
    ] as const) {
      const peer = withFullPacket(options);
      tell(peer, packetTooBig(lastSent(peer), 1380));
      expect(pmtuOf(peer)).toBe(options === ipv6Peer ? 1232 : 1200);
      answerProbes(peer);
      expect(peer.status!.paths[0]).toMatchObject({ pmtuBytes: found, pmtuState: 'search-complete', errorCount: 0 });
      peer.heard();
      peer.node.send(peer.id, new Uint8Array(1400));
      peer.send(peer.sack(0));
      expect(peer.last.bytes.length).toBeLessThanOrEqual(found);
    }
  });

  it('[PLPMTU-0037] IP options in the quoted packet count as headers', () => {
    const peer = withFullPacket();
    tell(peer, {
      version: 4,
      type: 3,
      code: 4,
      mtuBytes: 1400,
      quoted: quotedPacket(lastSent(peer), { ipOptionBytes: 8 }),
    });
    expect(peer.tcb.paths.primary.pmtuSearch!.probeBytes).toBe(1200);
    peer.clock.runFor(0);
    peer.send({ kind: 'heartbeat-ack', value: peer.lastHeard('heartbeat').value.slice() });
    expect(peer.tcb.paths.primary.pmtuSearch!.probeBytes).toBe(1400 - 28 - 8);
  });

  it('[SCTP-0994] [AT-79] an old router that does not tell its MTU: the next smaller size', () => {
    const peer = withFullPacket();
    v4(peer, V4.fragmentationNeeded, { mtuBytes: 0 });
    expect(pmtuOf(peer)).toBe(1200);
  });

  it('[PLPMTU-0036] [PLPMTU-0011] [PLPMTU-0088] [PLPMTU-0038] the size told is never taken over as it is: not above, not below the base', () => {
    for (const mtuBytes of [9000, 1500, 68, 20]) {
      const peer = withFullPacket();
      tell(peer, packetTooBig(lastSent(peer), mtuBytes));
      expect([mtuBytes, pmtuOf(peer)]).toEqual([mtuBytes, 1472]);
    }
    const peer = withFullPacket();
    tell(peer, packetTooBig(lastSent(peer), 600));
    expect(pmtuOf(peer)).toBe(1200);
  });

  it('[SCTP-0816] [SCTP-0994] of one path only', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'] });
    peer.associate({ addresses: ['10.0.0.2', '10.0.0.3'] });
    peer.send(peer.initAck());
    peer.send({ kind: 'cookie-ack' });
    peer.node.send(peer.id, new Uint8Array(1400), { destination: '10.0.0.3' });
    peer.heardAfter(0);
    tell(peer, packetTooBig(lastSent(peer), 1300));
    expect(peer.status!.paths.map(({ pmtuBytes }) => pmtuBytes)).toEqual([1472, 1200]);
  });

  it('[ERR-0057] [SCTP-0990] [SCTP-0991] [SCTP-0992] [PLPMTU-0010] [PLPMTU-0033] [PLPMTU-0034] [PLPMTU-0035] [PLPMTU-0087] [UDPE-0044] ICMP5, ICMP6: nothing happens unless all that is quoted fits', () => {
    const intact = withFullPacket();
    const { from, to, bytes } = lastSent(intact);
    const changed = (at: number): Uint8Array => {
      const copy = bytes.slice();
      copy[at]! ^= 1;
      return copy;
    };
    const cases: Record<string, Partial<SimDatagram>> = {
      'source port': { bytes: changed(1) },
      'destination port': { bytes: changed(3) },
      'verification tag': { bytes: changed(7) },
      'tag 0 without INIT': { bytes: bytes.map((byte, i) => (i >= 4 && i < 8 ? 0 : byte)) },
      'destination address': { to: { ...to, address: '10.0.0.9' } },
      'destination UDP port': { to: { ...to, udpPort: 9900 } },
      'source address': { from: { ...from, address: '10.0.0.9' } },
    };
    for (const [name, change] of Object.entries(cases)) {
      for (const [type, code] of [V4.fragmentationNeeded, V4.portUnreachable]) {
        const peer = withFullPacket();
        const quoted = quotedPacket({ ...lastSent(peer), ...change });
        tell(peer, { version: 4, type, code, mtuBytes: 1300, quoted });
        expect([name, peer.state, pmtuOf(peer)]).toEqual([name, 'ESTABLISHED', 1472]);
      }
    }
    tell(intact, packetTooBig(lastSent(intact), 1300));
    expect(pmtuOf(intact)).toBe(1200);
  });

  it('[UDPE-0044] [PLPMTU-0076] [PLPMTU-0082] a quotation without ports and tag is ignored; they are enough', () => {
    const peer = withFullPacket();
    const quoted = quotedPacket(lastSent(peer));
    for (let length = 0; length < 36; length++) {
      v4(peer, V4.fragmentationNeeded, { mtuBytes: 1300, quoted: quoted.subarray(0, length) });
      v4(peer, V4.portUnreachable, { quoted: quoted.subarray(0, length) });
    }
    expect([peer.state, pmtuOf(peer)]).toEqual(['ESTABLISHED', 1472]);
    v4(peer, V4.fragmentationNeeded, { mtuBytes: 1300, quoted: quoted.subarray(0, 36) });
    expect(pmtuOf(peer)).toBe(1200);
  });

  it('[SCTP-0995] [SCTP-1047] [UDPE-0047] [UDPE-0048] [ATK-0009] ICMP8: nobody takes SCTP there ends the association, without a word to the peer', () => {
    for (const state of STATES.filter((each) => each !== 'COOKIE-WAIT')) {
      for (const [options, version, type, code] of [
        [{}, 4, ...V4.protocolUnreachable],
        [{}, 4, ...V4.portUnreachable],
        [ipv6Peer, 6, 4, 1],
        [ipv6Peer, 6, 1, 4],
      ] as const) {
        const peer = inState(state, options);
        const count = peer.packets.length;
        tell(peer, { version, type, code, quoted: quotedPacket(lastSent(peer)) });
        const [closed] = peer.node.eventsOf('closed');
        expect([state, closed?.reason.kind]).toEqual([state, state === 'COOKIE-ECHOED' ? 'unreachable' : 'lost']);
        expect(closed!.reason.text).toMatch(/does not take SCTP on UDP port 9899 \(ICMP/);
        peer.clock.runFor(10_000);
        expect(peer.packets.length).toBe(count);
      }
    }
  });

  it('[SCTP-0996] [SCTP-0993] ICMP8 about an INIT of ours: connecting fails at once, if its Initiate Tag is quoted', () => {
    const peer = new ScriptedPeer().connect('COOKIE-WAIT');
    const datagram = lastSent(peer);
    const quoted = quotedPacket(datagram);
    // Up to the tag, but not with all of it.
    v4(peer, V4.portUnreachable, { quoted: quoted.subarray(0, 47) });
    const other = datagram.bytes.slice();
    other[19]! ^= 1;
    v4(peer, V4.portUnreachable, { quoted: quotedPacket({ ...datagram, bytes: other }) });
    const noInit = datagram.bytes.slice();
    noInit[12] = 2;
    v4(peer, V4.portUnreachable, { quoted: quotedPacket({ ...datagram, bytes: noInit }) });
    expect(peer.state).toBe('COOKIE-WAIT');
    v4(peer, V4.portUnreachable, { quoted: quoted.subarray(0, 48) });
    expect(peer.node.eventsOf('closed')[0]!.reason.kind).toBe('unreachable');
  });

  it('[SCTP-0996] about an INIT, once the peer has answered it: nothing', () => {
    const peer = new ScriptedPeer().connect('COOKIE-WAIT');
    const quoted = quotedPacket(lastSent(peer));
    peer.send(peer.initAck());
    v4(peer, V4.portUnreachable, { quoted });
    expect(peer.state).toBe('COOKIE-ECHOED');
    peer.send({ kind: 'cookie-ack' });
    v4(peer, V4.protocolUnreachable, { quoted });
    expect(peer.state).toBe('ESTABLISHED');
  });

  it('[SCTP-0995] [AT-78] an address that the peer only listed may be another host: what is there says nothing of the peer', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '192.168.1.1'] });
    peer.establish({ parameters: [{ kind: 'ip-address', address: '192.168.1.1' }] });
    peer.heardAfter(0);
    expect(peer.last.to).toBe('192.168.1.1');
    v4(peer, V4.portUnreachable);
    expect(peer.state).toBe('ESTABLISHED');
  });

  it('[SCTP-0986] [SCTP-0987] [SCTP-0989] ICMP1, ICMP2, ICMP4, ICMP9: all others are left to the timers', () => {
    for (const [options, version] of [
      [{}, 4],
      [ipv6Peer, 6],
    ] as const) {
      const meant =
        version === 4
          ? ['3 2', '3 3', '3 4']
          : ['1 4', '4 1', ...Array.from({ length: 256 }, (_, code) => `2 ${code}`)];
      const peer = withFullPacket(options);
      const quoted = quotedPacket(lastSent(peer));
      for (let type = 0; type < 256; type++) {
        for (let code = 0; code < 20; code++) {
          if (!meant.includes(`${type} ${code}`)) tell(peer, { version, type, code, mtuBytes: 1300, quoted });
        }
      }
      expect(peer.state).toBe('ESTABLISHED');
      expect(peer.status!.paths[0]).toMatchObject({ errorCount: 0, state: 'active', pmtuState: 'search-complete' });
    }
  });

  it('[UDPE-0044] [PLPMTU-0090] survives whatever is quoted, and nothing comes of it', () => {
    const random = new SeededRandom(9260);
    const peer = withFullPacket();
    const quoted = quotedPacket(lastSent(peer));
    for (let i = 0; i < 5000; i++) {
      const bytes = i % 2 === 0 ? random.bytes(random.below(100)) : quoted.slice(0, random.below(60));
      // Anything before the end of the tag: one byte changed is enough.
      if (i % 2 === 1 && bytes.length >= 36) bytes[[0, 9, 15, 19, 23, 29, 31, 33][i % 8]!]! ^= 0x10;
      const [type, code] = [V4.fragmentationNeeded, V4.portUnreachable][random.below(2)]!;
      tell(peer, { version: random.chance(0.5) ? 4 : 6, type, code, mtuBytes: random.below(2000), quoted: bytes });
    }
    expect([peer.state, pmtuOf(peer)]).toEqual(['ESTABLISHED', 1472]);
  });

  it('[UDPE-0044] knows its own UDP port, if the driver told it', () => {
    const peer = withFullPacket();
    const datagram = { ...lastSent(peer), from: { address: '10.0.0.1', udpPort: 40_000 } };
    Object.defineProperty(peer.core, 'udpPort', { value: 9899 });
    tell(peer, packetTooBig(datagram, 1300));
    expect(pmtuOf(peer)).toBe(1472);
    tell(peer, packetTooBig(lastSent(peer), 1300));
    expect(pmtuOf(peer)).toBe(1200);
  });

  it('[UDPE-0045] [PLPMTU-0009] [PLPMTU-0032] with ICMP or without, the search finds the same', () => {
    const found = (['drop', 'icmp'] as const).map((tooLong) => {
      const peer = new ScriptedPeer({ links: linksOf(9000), config: { heartbeats: false } }).establish();
      peer.node.call((_, now) => {
        lookForLargerPackets(peer.tcb, now);
        peer.core.settle(peer.tcb);
      });
      peer.network.setLink([mtu(1500, tooLong), delay(5)], '10.0.0.1', '10.0.0.2');
      answerProbes(peer);
      return pmtuOf(peer);
    });
    expect(found).toEqual([1472, 1472]);
  });
});
