import { describe, expect, it } from 'vitest';
import { tsnDiff } from '../../../src/base/serial.ts';
import { lookForLargerPackets } from '../../../src/sctp/core/pmtu-discovery.ts';
import type { Chunk, HeartbeatChunk } from '../../../src/sctp/wire/types.ts';
import { linksOf } from '../../harness/endpoint-pair.ts';
import { delay } from '../../harness/links/delay.ts';
import { mtu, type TooLong } from '../../harness/links/mtu.ts';
import { type HeardPacket, ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';
import { openWindow } from './in-flight.ts';

const isProbe = ({ chunks }: HeardPacket): boolean => chunks.some(({ kind }) => kind === 'pad');
const probes = (peer: ScriptedPeer): HeardPacket[] =>
  peer.packets.filter((packet) => isProbe(packet) && packet.chunks[0]!.kind === 'heartbeat');
const sizes = (peer: ScriptedPeer): number[] => probes(peer).map(({ bytes }) => bytes.length);
const ackOf = (packet: HeardPacket): Chunk => ({
  kind: 'heartbeat-ack',
  value: (packet.chunks[0] as HeartbeatChunk).value.slice(),
});

/** Path state, PMTU. */
const pmtu = (peer: ScriptedPeer, i = 0): unknown[] => {
  const path = peer.status!.paths[i]!;
  return [path.pmtuState, path.pmtuBytes];
};

/** From now on, only packets that fit get from the endpoint to the peer, unless its host fragments them. */
function limitPath(peer: ScriptedPeer, mtuBytes: number, tooLong: TooLong = 'drop'): void {
  peer.network.setLink([mtu(mtuBytes, tooLong, 1500)], '10.0.0.1', '10.0.0.2');
}

/** Answers every probe that arrives, up to the end of the search. */
function answerProbes(peer: ScriptedPeer): void {
  let answered = 0;
  for (let left = 200; left > 0 && !['search-complete', 'error'].includes(peer.status!.paths[0]!.pmtuState); left--) {
    peer.clock.runFor(100);
    const unanswered = probes(peer).slice(answered);
    answered += unanswered.length;
    for (const probe of unanswered) peer.send(ackOf(probe));
  }
}

function established(options: ScriptedPeerOptions = {}): ScriptedPeer {
  return new ScriptedPeer(options).establish();
}

/** On a link of 9000 bytes, as if DATA had filled packets. */
function looking(options: ScriptedPeerOptions = {}): ScriptedPeer {
  const peer = new ScriptedPeer({ links: linksOf(9000), ...options, config: { heartbeats: false, ...options.config } });
  look(peer.establish());
  return peer;
}

function look(peer: ScriptedPeer): void {
  peer.node.call((_, now) => {
    lookForLargerPackets(peer.tcb, now);
    peer.core.settle(peer.tcb);
  });
  peer.clock.runFor(0);
}

/** Sends a message of so many bytes, and has it acknowledged. */
function carry(peer: ScriptedPeer, bytes: number): void {
  peer.node.send(peer.id, new Uint8Array(bytes));
  for (let left = 100; left > 0; left--) {
    peer.heardAfter(0);
    peer.send(peer.sack(tsnDiff(peer.tcb.outbound.outstanding.nextTsn, peer.theirTsn) - 1));
    if (peer.tcb.outbound.bufferedBytes === 0) return;
  }
}

describe('path MTU discovery (RFC 8899 §6.2)', () => {
  it('[PLPMTU-0027] [PLPMTU-0058] [PAD-0015] [PLPMTU-0048] while all goes well there is no probe, no timer and no search', () => {
    const peer = established({ config: { heartbeats: false } });
    openWindow(peer, 10);
    for (let i = 0; i < 40; i++) {
      peer.node.send(peer.id, new Uint8Array(5000));
      peer.heardAfter(0);
      peer.send(peer.sack(tsnDiff(peer.tcb.outbound.outstanding.nextTsn, peer.theirTsn) - 1));
    }
    expect(peer.tcb.outbound.outstanding.length).toBe(0);
    expect(peer.packets.filter(isProbe)).toEqual([]);
    expect([peer.tcb.paths.primary.pmtuSearch, peer.core.nextTimeoutAt()]).toEqual([undefined, undefined]);
    expect(pmtu(peer)).toEqual(['search-complete', 1472]);
  });

  it('[PLPMTU-0064] [PLPMTU-0068] [PLPMTU-0080] [PLPMTU-0092] [PLPMTU-0005] [PLPMTU-0024] [PAD-0002] [PAD-0008] a probe is HEARTBEAT and PAD, exactly as long as wanted, and nothing else', () => {
    for (const [address, endpoint, base, max] of [
      ['10.0.0.2', '10.0.0.1', 1200, 8972],
      ['2001:db8::2', '2001:db8::1', 1232, 8952],
    ] as const) {
      const peer = looking({ addresses: [address], endpointAddresses: [endpoint] });
      peer.node.send(peer.id, 'data');
      peer.heardAfter(0);
      peer.send(ackOf(probes(peer)[0]!));
      peer.clock.runFor(500);
      expect(sizes(peer)).toEqual([base, max]);
      for (const { chunks, bytes } of probes(peer)) {
        expect(chunks.map(({ kind }) => kind)).toEqual(['heartbeat', 'pad']);
        const pad = bytes.subarray(bytes.length - (chunks[1] as { paddingBytes: number }).paddingBytes - 4);
        expect([...pad.subarray(0, 2)]).toEqual([0x84, 0]);
        expect(pad.subarray(4).every((byte) => byte === 0)).toBe(true);
      }
    }
  });

  it('[PLPMTU-0072] [PLPMTU-0079] [PLPMTU-0078] [PLPMTU-0027] begins by itself, once DATA has filled more than two packets at a time', () => {
    const peer = established({ links: linksOf(65_535), config: { heartbeats: false } });
    for (const bytes of [100, 1444, 2 * 1444]) carry(peer, bytes);
    peer.clock.runFor(60_000);
    expect([probes(peer), peer.tcb.paths.primary.pmtuSearch]).toEqual([[], undefined]);
    carry(peer, 2 * 1444 + 1);
    peer.clock.runFor(0);
    // The DATA has confirmed the base. MAX_PLPMTU at once: loopback and jumbo networks take it.
    expect(sizes(peer)).toEqual([32_740]);
    answerProbes(peer);
    expect([sizes(peer), pmtu(peer)]).toEqual([[32_740], ['search-complete', 32_740]]);
  });

  it('[PLPMTU-0007] [PLPMTU-0027] a link that takes no more, or of which nothing is known: no probe, whatever is sent', () => {
    for (const links of [linksOf(1500), undefined]) {
      const peer = established({ links, config: { heartbeats: false } });
      openWindow(peer, 10);
      for (let i = 0; i < 5; i++) carry(peer, 20_000);
      peer.clock.runFor(60_000);
      expect([probes(peer), pmtu(peer), peer.core.nextTimeoutAt()]).toEqual([[], ['search-complete', 1472], undefined]);
      expect(peer.tcb.paths.primary.pmtuSearch).toBeUndefined();
    }
  });

  it('[PLPMTU-0062] a probe that the system cuts into IP fragments shows that the path takes less', () => {
    let fragments = 0;
    // The system has learnt that the path takes 4400 bytes, and says nothing.
    const peer = new ScriptedPeer({
      links: { mtuBytes: () => 9000, fragmentsMade: () => fragments },
      config: { heartbeats: false },
    }).establish();
    peer.network.tap(({ fate, from, bytes }) => {
      if (fate === 'sent' && from.address === '10.0.0.1' && bytes.length > 4372) fragments += 2;
    });
    look(peer);
    answerProbes(peer);
    expect([sizes(peer), pmtu(peer)]).toEqual([
      [1200, 8972, 8136, 4324],
      ['search-complete', 4324],
    ]);
  });

  it('[PLPMTU-0016] while one packet fills a cwnd of smaller ones, its I bit asks for a SACK at once', () => {
    const peer = looking({ links: linksOf(65_535), advertisedRwndBytes: 1_000_000 });
    answerProbes(peer);
    peer.heard();
    peer.node.send(peer.id, new Uint8Array(200_000));
    expect(peer.heardAfter(0)).toEqual(['DATA 0 BI']);
    peer.send(peer.sack(0));
    // cwnd has room for two packets now: the second one brings the SACK.
    expect(peer.heardAfter(0)).toEqual(['DATA 1', 'DATA 2']);
  });

  it('[PLPMTU-0044] [SCTP-0717] messages are cut into pieces of a quarter of the buffer that the peer has, at most', () => {
    for (const [advertisedRwndBytes, longest] of [
      [131_072, 32_740 - 12 - 16],
      [65_536, 16_384],
      [10_000, 2500],
      [4000, 1500],
    ] as const) {
      const peer = looking({ links: linksOf(65_535), advertisedRwndBytes });
      answerProbes(peer);
      peer.heard();
      peer.node.send(peer.id, new Uint8Array(100_000));
      peer.heardAfter(0);
      const chunks = peer.packets.flatMap((packet) => packet.chunks).filter((chunk) => chunk.kind === 'data');
      expect([advertisedRwndBytes, chunks[0]!.userData.length]).toEqual([advertisedRwndBytes, longest]);
    }
  });

  it('[PLPMTU-0067] [PLPMTU-0054] addresses that are not confirmed are not probed; each path has a search of its own', () => {
    const peer = new ScriptedPeer({
      addresses: ['10.0.0.2', '10.0.0.3'],
      links: linksOf(9000),
      config: { heartbeats: false, rtoMaxMs: 1000 },
    });
    peer.establish({ parameters: [{ kind: 'ip-address', address: '10.0.0.3' }] });
    look(peer);
    peer.clock.runFor(500);
    expect(new Set(probes(peer).map(({ to }) => to))).toEqual(new Set(['10.0.0.2']));
    const verification = peer.packets.findLast(({ to }) => to === '10.0.0.3')!;
    expect(verification.chunks.map(({ kind }) => kind)).toEqual(['heartbeat']);
    peer.sendWith({ from: '10.0.0.3' }, ackOf(verification));
    peer.clock.runFor(0);
    expect(probes(peer).at(-1)!.to).toBe('10.0.0.3');
    expect([pmtu(peer, 0), pmtu(peer, 1)]).toEqual([
      ['base', 1472],
      ['base', 1472],
    ]);
  });

  it('[PLPMTU-0004] [PLPMTU-0056] [PLPMTU-0019] [PLPMTU-0030] [PLPMTU-0003] finds what the path takes, and says so', () => {
    for (const [mtuBytes, found] of [
      [9000, 8972],
      [4500, 4324],
      [1500, 1472],
    ] as const) {
      const peer = looking();
      peer.network.setLink([mtu(mtuBytes)], '10.0.0.1', '10.0.0.2');
      answerProbes(peer);
      expect([mtuBytes, ...pmtu(peer)]).toEqual([mtuBytes, 'search-complete', found]);
      peer.heard();
      openWindow(peer, 10);
      peer.node.send(peer.id, new Uint8Array(20_000));
      peer.heardAfter(0);
      expect(Math.max(...peer.packets.filter((each) => !isProbe(each)).map(({ bytes }) => bytes.length))).toBe(found);
      const told = peer.node.eventsOf('path-changed').filter(({ change }) => change === 'pmtu');
      expect(told.length > 0).toBe(found > 1472);
      expect(told.every(({ address }) => address === '10.0.0.2')).toBe(true);
    }
  });

  it('[PLPMTU-0045] [PLPMTU-0061] [PLPMTU-0073] [PLPMTU-0023] PROBE_TIMER: one second at least and no less than the RTO; a lost probe is repeated with another nonce', () => {
    for (const [config, expectedMs] of [
      [{ rtoMinMs: 10, rtoInitialMs: 10 }, 1000],
      [{ rtoInitialMs: 3000 }, 3000],
      [{ pmtuProbeMs: 15_001 }, 15_001],
    ] as const) {
      const peer = looking({ config });
      peer.clock.runFor(2 * expectedMs);
      const at = probes(peer).map((probe) => probe.at);
      expect(at.slice(0, 3)).toEqual([0, expectedMs, 2 * expectedMs]);
      const nonces = probes(peer).map(({ chunks }) => (chunks[0] as HeartbeatChunk).value.join());
      expect(new Set(nonces).size).toBe(nonces.length);
    }
  });

  it('[PLPMTU-0070] [PLPMTU-0015] [PLPMTU-0006] a lost probe is no error of the path and no congestion, and lowers nothing', () => {
    const peer = looking();
    peer.send(ackOf(probes(peer)[0]!));
    const { cwndBytes, ssthreshBytes, rtoMs } = peer.status!.paths[0]!;
    peer.clock.runFor(60_000);
    expect(sizes(peer)).toEqual([1200, 8972, 1972, 1972]);
    expect(peer.status!.paths[0]).toMatchObject({ errorCount: 0, cwndBytes, ssthreshBytes, rtoMs, state: 'active' });
    expect(pmtu(peer)).toEqual(['search-complete', 1472]);
    expect(peer.tcb.errorCount).toBe(0);
  });

  it('[PLPMTU-0069] [PLPMTU-0074] an acknowledged probe clears the error counters and measures the round trip', () => {
    const peer = looking({ config: { rtoMinMs: 10 } });
    peer.tcb.paths.primary.errorCount = 3;
    peer.tcb.errorCount = 3;
    peer.clock.runFor(70);
    peer.send(ackOf(probes(peer)[0]!));
    expect(peer.status!.paths[0]).toMatchObject({ errorCount: 0, srttMs: 70 });
    expect(peer.tcb.errorCount).toBe(0);
  });

  it('[PLPMTU-0071] [PLPMTU-0086] [PLPMTU-0020] [PLPMTU-0023] a HEARTBEAT ACK that is forged, changed, late or repeated acknowledges nothing', () => {
    const peer = looking();
    const [first] = probes(peer);
    const forged = (ackOf(first!) as HeartbeatChunk).value;
    forged[5]! ^= 1;
    peer.send({ kind: 'heartbeat-ack', value: forged });
    expect(pmtu(peer)).toEqual(['base', 1472]);
    peer.clock.runFor(1000);
    // The first probe is given up by now: its acknowledgement is one for nothing.
    peer.send(ackOf(first!));
    expect(pmtu(peer)).toEqual(['base', 1472]);
    peer.send(ackOf(probes(peer)[1]!));
    expect(pmtu(peer)).toEqual(['searching', 1472]);
    peer.send(ackOf(probes(peer)[1]!), ackOf(first!));
    expect(pmtu(peer)).toEqual(['searching', 1472]);
  });

  it('[PLPMTU-0055] [PLPMTU-0053] [PLPMTU-0020] the answer to a probe is about its own size, whatever is looked for by then', () => {
    const peer = looking();
    peer.node.send(peer.id, new Uint8Array(1400));
    peer.heardAfter(0);
    // Data confirms the base before the probe of it is answered: the search is on its way to 9000 bytes.
    peer.send(peer.sack(0));
    expect(pmtu(peer)).toEqual(['searching', 1472]);
    peer.send(ackOf(probes(peer)[0]!));
    expect(pmtu(peer)).toEqual(['searching', 1472]);
  });

  it('[PLPMTU-0065] [PLPMTU-0013] [PLPMTU-0017] neither cwnd nor rwnd holds a probe back', () => {
    const peer = looking({ advertisedRwndBytes: 1500 });
    peer.node.send(peer.id, new Uint8Array(100_000));
    peer.heardAfter(0);
    peer.send(peer.sack(-1, [], 0), ackOf(probes(peer)[0]!));
    expect(peer.status).toMatchObject({ peerRwndBytes: 0 });
    expect(sizes(peer)).toEqual([1200, 8972]);
  });

  it('[PLPMTU-0014] [PLPMTU-0085] probes are a round trip apart, also when ICMP answers sooner', () => {
    const peer = new ScriptedPeer({ links: linksOf(9000), config: { heartbeats: false, rtoMinMs: 10 } });
    peer.network.setLink([delay(100)]);
    peer.sendWith({ tag: 0 }, peer.init());
    peer.clock.runFor(250);
    const ack = peer.lastHeard('init-ack');
    peer.learn(ack);
    peer.echo(ack);
    peer.clock.runFor(250);
    peer.id = peer.node.eventsOf('up').length;
    look(peer);
    const nextProbe = (): HeardPacket => {
      const before = probes(peer).length;
      peer.clock.runWhileNot(() => probes(peer).length > before, 10_000);
      return probes(peer).at(-1)!;
    };
    const base = probes(peer)[0] ?? nextProbe();
    peer.send(ackOf(base));
    // A router nearby refuses it at once.
    peer.network.setLink([mtu(5000, 'icmp'), delay(100)], '10.0.0.1', '10.0.0.2');
    const second = nextProbe();
    expect(second.bytes.length).toBe(4972);
    expect(second.at - base.at).toBeGreaterThanOrEqual(2 * peer.status!.paths[0]!.srttMs!);
  });

  it('[PLPMTU-0016] a larger PMTU leaves cwnd as it is, in bytes', () => {
    const peer = looking();
    const { cwndBytes } = peer.status!.paths[0]!;
    answerProbes(peer);
    expect(peer.status!.paths[0]).toMatchObject({ pmtuBytes: 8972, cwndBytes });
  });

  it('[PLPMTU-0060] [PLPMTU-0054] none on a path that does not work, or while the association ends', () => {
    const peer = looking({
      config: { pathMaxRetrans: 0, heartbeats: true, heartbeatIntervalMs: 500 },
    });
    peer.clock.runFor(10_000);
    expect(pmtu(peer)[0]).toBe('disabled');
    const count = probes(peer).length;
    peer.clock.runFor(10_000);
    expect(probes(peer).length).toBe(count);
    const heard = peer.packets.length;
    peer.clock.runWhileNot(() => peer.packets.length > heard, 60_000);
    peer.send(ackOf(peer.last));
    expect(pmtu(peer)[0]).toBe('base');
    peer.node.shutdown(peer.id);
    peer.heardAfter(0);
    const atShutdown = probes(peer).length;
    peer.clock.runFor(20_000);
    expect(probes(peer).length).toBe(atShutdown);
  });

  it('what one association found is not taken over by another', () => {
    const peer = looking();
    answerProbes(peer);
    expect(pmtu(peer)).toEqual(['search-complete', 8972]);
    peer.node.abort(peer.id);
    peer.connect('COOKIE-WAIT');
    expect(peer.status!.paths[0]!.pmtuBytes).toBe(1472);
  });
});

describe('black holes (RFC 8899 §4.3)', () => {
  /** Three full packets are lost because the path has become a black hole of 1300 bytes. */
  function inBlackHole(options: ScriptedPeerOptions = {}): ScriptedPeer {
    const peer = established({ ...options, config: { heartbeats: false, ...options.config } });
    limitPath(peer, 1300);
    peer.node.send(peer.id, new Uint8Array(4200));
    peer.heardAfter(0);
    return peer;
  }

  it('[AT-80] [PLPMTU-0025] [PLPMTU-0026] [PLPMTU-0029] [PLPMTU-0066] [SCTP-0717] [UDPE-0045] [UDPE-0046] [UDPE-0052] [PLPMTU-0032] full packets vanish, smaller ones do not: the ladder', () => {
    const peer = inBlackHole();
    // First T3-rtx: one packet again, and lost again.
    expect(peer.heardAfter(1000)).toEqual([]);
    expect(pmtu(peer)).toEqual(['search-complete', 1472]);
    // Second T3-rtx: a probe of the base as well.
    expect(peer.heardAfter(2000)).toEqual(['HEARTBEAT + PAD']);
    expect([peer.last.bytes.length, ...pmtu(peer)]).toEqual([1200, 'base', 1472]);
    // It is acknowledged: does a packet as long as the lost ones get through?
    peer.send(ackOf(peer.last));
    expect(peer.heardAfter(0)).toEqual([]);
    expect([probes(peer).length, ...pmtu(peer)]).toEqual([1, 'base', 1472]);
    // It does not: a black hole. The old chunk goes out as it was cut, in fragments; the search goes on.
    expect(peer.heardAfter(1000)).toEqual(['HEARTBEAT + PAD', 'PAD + DATA 0 B']);
    expect([peer.last.bytes.length, ...pmtu(peer)]).toEqual([1476, 'searching', 1200]);
    peer.send(ackOf(probes(peer).at(-1)!), peer.sack(0));
    expect(pmtu(peer)).toEqual(['searching', 1252]);
    answerProbes(peer);
    expect(pmtu(peer)).toEqual(['search-complete', 1252]);
    for (let tsn = 1; tsn < 3; tsn++) {
      peer.clock.runWhileNot(
        () => peer.packets.some(({ chunks }) => chunks.some((c) => peer.brief(c).startsWith(`DATA ${tsn}`))),
        60_000,
      );
      peer.send(peer.sack(tsn));
    }
    // What is cut from now on fits.
    peer.heard();
    peer.node.send(peer.id, new Uint8Array(4200));
    peer.heardAfter(0);
    expect(peer.last.bytes.length).toBeLessThanOrEqual(1252);
    expect(peer.heard()).toEqual([]);
    expect(peer.status!.paths[0]!.errorCount).toBe(0);
  });

  it('[SCTP-0717] [PLPMTU-0029] a chunk that is too large goes alone; every other attempt is long enough to be fragmented by the system', () => {
    const peer = inBlackHole();
    peer.clock.runFor(3000);
    peer.network.setLink([], '10.0.0.1', '10.0.0.2');
    peer.send(ackOf(peer.packets.findLast(isProbe)!));
    peer.clock.runFor(40_000);
    const attempts = peer.packets.filter(({ chunks }) => chunks.some((chunk) => peer.brief(chunk) === 'DATA 0 B'));
    expect(attempts.slice(0, 4).map(({ bytes, chunks }) => [bytes.length, chunks.length])).toEqual([
      [1476, 2],
      [1472, 1],
      [1476, 2],
      [1472, 1],
    ]);
  });

  it('[PLPMTU-0066] over IPv6 there is nothing that a longer packet could change', () => {
    const peer = established({
      addresses: ['2001:db8::2'],
      endpointAddresses: ['2001:db8::1'],
      config: { heartbeats: false },
    });
    peer.node.send(peer.id, new Uint8Array(1400));
    peer.clock.runFor(3000);
    peer.send(ackOf(peer.packets.findLast(isProbe)!));
    peer.heard();
    peer.clock.runFor(10_000);
    expect(pmtu(peer)[1]).toBeLessThan(1432);
    const attempts = peer.packets.filter(({ chunks }) => chunks.some(({ kind }) => kind === 'data'));
    expect([attempts.length > 3, attempts.every(({ chunks }) => chunks.length === 1)]).toEqual([true, true]);
  });

  it('[PLPMTU-0006] an outage is none: not a byte of the PMTU is lost', () => {
    const peer = inBlackHole();
    peer.network.setLink([mtu(20)], '10.0.0.1', '10.0.0.2');
    peer.clock.runFor(5000);
    expect(pmtu(peer)).toEqual(['base', 1472]);
    peer.network.setLink([], '10.0.0.1', '10.0.0.2');
    expect(peer.heardAfter(2000)).toContain('DATA 0 B');
    peer.send(peer.sack(0));
    expect(pmtu(peer)).toEqual(['search-complete', 1472]);
    expect(probes(peer).every(({ at }) => at <= 5000 + 2000)).toBe(true);
  });

  it('[PLPMTU-0026] a peer that closes its window and drops what probes it is none', () => {
    const peer = established({ config: { heartbeats: false } });
    peer.node.send(peer.id, new Uint8Array(1400));
    peer.heardAfter(0);
    for (let i = 0; i < 6; i++) {
      peer.send(peer.sack(-1, [], 0));
      const heard = peer.packets.length;
      peer.clock.runWhileNot(() => peer.packets.length > heard, 60_000);
      expect(peer.heard()).toContain('DATA 0 BE');
    }
    expect(peer.packets.filter(isProbe)).toEqual([]);
    expect(pmtu(peer)).toEqual(['search-complete', 1472]);
  });

  it('[PLPMTU-0055] [PLPMTU-0059] [UDPE-0054] a path that takes 576 bytes only: ERROR, and everything in small packets', () => {
    const peer = inBlackHole();
    limitPath(peer, 576);
    peer.clock.runFor(30_000);
    expect(pmtu(peer)).toEqual(['error', 548]);
    peer.node.send(peer.id, new Uint8Array(5000));
    for (let tsn = 0; peer.tcb.outbound.outstanding.length > 0 && tsn < 100; tsn++) {
      peer.clock.runFor(2500);
      const highest = peer.packets.flatMap(({ chunks }) => chunks).filter(({ kind }) => kind === 'data').length;
      peer.send(peer.sack(Math.min(highest, tsn)));
    }
    const small = peer.packets.filter(({ chunks }) => chunks.length === 1 && chunks[0]!.kind === 'data');
    expect(small.length).toBeGreaterThan(5);
    expect(Math.max(...small.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(548);
  });

  it('[PLPMTU-0021] [PLPMTU-0047] [PLPMTU-0057] [SCTP-0815] a path that takes more again is found out after PMTU_RAISE_TIMER, when data flows', () => {
    const peer = inBlackHole({ config: { pmtuRaiseMs: 30_000 } });
    peer.clock.runFor(3000);
    peer.send(ackOf(peer.packets.findLast(isProbe)!));
    answerProbes(peer);
    peer.send(peer.sack(2));
    expect(pmtu(peer)).toEqual(['search-complete', 1252]);
    peer.network.setLink([], '10.0.0.1', '10.0.0.2');
    const count = probes(peer).length;
    peer.clock.runFor(300_000);
    expect(probes(peer).length).toBe(count);
    peer.node.send(peer.id, 'x');
    peer.heardAfter(0);
    peer.send(peer.sack(3));
    answerProbes(peer);
    expect(pmtu(peer)).toEqual(['search-complete', 1472]);
  });

  it('[SCTP-0816] [SCTP-0817] [SCTP-0716] [SCTP-0815] one path of two: its PMTU alone shrinks, and all messages are cut for the smaller one', () => {
    const peer = new ScriptedPeer({ addresses: ['10.0.0.2', '10.0.0.3'], config: { heartbeats: false } });
    peer.associate({ addresses: ['10.0.0.2', '10.0.0.3'] });
    peer.send(peer.initAck());
    peer.send({ kind: 'cookie-ack' });
    limitPath(peer, 1300);
    const lost = (tsn: number): void => {
      peer.node.send(peer.id, new Uint8Array(1400), { destination: '10.0.0.2' });
      const heard = peer.packets.length;
      peer.clock.runWhileNot(() => peer.packets.length > heard, 60_000);
      // It has come over the other path.
      peer.send(peer.sack(tsn));
    };
    lost(0);
    lost(1);
    expect(pmtu(peer)).toEqual(['base', 1472]);
    peer.send(ackOf(peer.packets.findLast(isProbe)!));
    answerProbes(peer);
    expect([pmtu(peer, 0), pmtu(peer, 1)]).toEqual([
      ['search-complete', 1252],
      ['search-complete', 1472],
    ]);
    peer.heard();
    const before = peer.packets.length;
    peer.node.send(peer.id, new Uint8Array(4000), { destination: '10.0.0.3' });
    peer.heardAfter(0);
    const data = peer.packets.slice(before);
    expect(data.every(({ to }) => to === '10.0.0.3')).toBe(true);
    expect(Math.max(...data.map(({ bytes }) => bytes.length))).toBe(1252);
  });

  it('[PLPMTU-0043] [SCTP-0994] a base as large as the initial MTU switches the detection off', () => {
    const peer = inBlackHole({ config: { basePathMtuBytes: 1500 } });
    peer.clock.runFor(60_000);
    expect(peer.packets.filter(isProbe)).toEqual([]);
    expect(pmtu(peer)[1]).toBe(1472);
  });
});

describe('the system refuses a packet (EMSGSIZE)', () => {
  it('[AT-79] [SCTP-0994] [PLPMTU-0028] down to the base, and from there to the next size that it takes', () => {
    const peer = established({ config: { heartbeats: false } });
    peer.network.setLink([mtu(1400, 'report')], '10.0.0.1', '10.0.0.2');
    peer.node.send(peer.id, new Uint8Array(8000));
    peer.heardAfter(0);
    expect(sizes(peer)).toEqual([1200]);
    expect(pmtu(peer)).toEqual(['base', 1200]);
    answerProbes(peer);
    expect(pmtu(peer)).toEqual(['search-complete', 1372]);
    expect(peer.status!.paths[0]!.errorCount).toBe(0);
  });

  it('[AT-79] [PLPMTU-0087] what is no packet of an association changes nothing', () => {
    const peer = established();
    peer.node.send(peer.id, new Uint8Array(1400));
    peer.heardAfter(0);
    const packet = peer.last.bytes.slice();
    peer.node.call((core, now) => core.handleMessageTooLong('10.0.0.9', packet, now));
    packet[4]! ^= 1;
    peer.node.call((core, now) => core.handleMessageTooLong('10.0.0.2', packet, now));
    peer.node.call((core, now) => core.handleMessageTooLong('10.0.0.2', packet.subarray(0, 3), now));
    expect(pmtu(peer)).toEqual(['search-complete', 1472]);
  });
});
