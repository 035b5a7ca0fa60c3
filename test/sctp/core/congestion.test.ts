import { describe, expect, it } from 'vitest';
import type { PathStatus } from '../../../src/sctp/core/contract.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { inFlight, openWindow } from './in-flight.ts';

const PMDCS = 1460;

/** An association to two addresses that our own user gave. */
function twoPaths(): ScriptedPeer {
  const addresses = ['10.0.0.2', '10.0.0.3'];
  const peer = new ScriptedPeer({ addresses, config: { heartbeats: false } });
  peer.associate({ addresses });
  peer.send(peer.initAck());
  peer.send({ kind: 'cookie-ack' });
  peer.heard();
  return peer;
}

const paths = (peer: ScriptedPeer): readonly PathStatus[] => peer.status!.paths;
const cwnds = (peer: ScriptedPeer): number[] => paths(peer).map(({ cwndBytes }) => cwndBytes);

describe('congestion control on the wire (RFC 9260 §7)', () => {
  it('[SCTP-0761] is one for all streams: ten of them get no more than one', () => {
    const flights = [1, 10].map((streams) => {
      const peer = new ScriptedPeer().establish();
      peer.node.call((core, now) => {
        for (let i = 0; i < 100; i++) {
          core.send(peer.id, { data: new Uint8Array(1000), streamId: i % streams, ppid: 0, unordered: false }, now);
        }
      });
      peer.heardAfter(0);
      return paths(peer)[0]!.flightBytes;
    });
    expect(flights).toEqual([5 * 1016, 5 * 1016]);
  });

  it('[SCTP-0768] the window of the peer is one for all paths', () => {
    const addresses = ['10.0.0.2', '10.0.0.3'];
    const peer = new ScriptedPeer({ addresses, advertisedRwndBytes: 3000 });
    peer.associate({ addresses });
    peer.send(peer.initAck());
    peer.send({ kind: 'cookie-ack' });
    for (let i = 0; i < 4; i++) peer.node.send(peer.id, new Uint8Array(1000), { destination: addresses[i % 2]! });
    peer.heardAfter(0);
    expect(paths(peer).map(({ flightBytes }) => flightBytes)).toEqual([2 * 1016, 1016]);
  });

  it('[SCTP-0770] counts chunks with their headers and their padding', () => {
    const peer = new ScriptedPeer().establish();
    const [path] = peer.tcb.paths.all;
    path!.congestion.lostBySack();
    openWindow(peer, 1);
    for (const text of ['1', '22', '55555', 'four']) peer.node.send(peer.id, text);
    peer.heardAfter(0);
    expect(path!.flightBytes).toBe(20 + 20 + 24 + 20);
    peer.send(peer.sack(1));
    expect([path!.flightBytes, path!.congestion.partialBytesAcked]).toEqual([44, 40]);
  });

  it('[SCTP-0766, SCTP-0774, SCTP-0778, SCTP-0779] slow start goes on until the first loss, by PMDCS for each SACK of a full window', () => {
    const peer = new ScriptedPeer({ advertisedRwndBytes: 10_000_000 }).establish();
    let acked = -1;
    for (let round = 0; round < 200; round++) {
      while (peer.status!.bufferedBytes < 500_000) peer.node.send(peer.id, new Uint8Array(1444));
      peer.heardAfter(0);
      const { cwndBytes, flightBytes } = paths(peer)[0]!;
      acked += 1;
      peer.send(peer.sack(acked));
      expect(paths(peer)[0]!.cwndBytes - cwndBytes).toBe(flightBytes >= cwndBytes ? PMDCS : 0);
    }
    expect(paths(peer)[0]!.cwndBytes).toBeGreaterThan(100_000);
  });

  it('[SCTP-0778] a peer that splits its acknowledgements gains nothing', () => {
    const peer = new ScriptedPeer().establish();
    for (let i = 0; i < 5; i++) peer.node.send(peer.id, new Uint8Array(1000));
    peer.heardAfter(0);
    const before = cwnds(peer)[0]!;
    peer.send(peer.sack(0));
    peer.send(peer.sack(0));
    peer.send(peer.sack(0, [{ start: 2, end: 2 }]));
    peer.send(peer.sack(0, [{ start: 2, end: 2 }]));
    // Only the first one came while the window was full.
    expect(cwnds(peer)[0]! - before).toBe(1016);
  });

  it('[SCTP-0781, SCTP-0769, SCTP-0764] what is acknowledged counts for the path that carried it', () => {
    const peer = twoPaths();
    for (const destination of ['10.0.0.2', '10.0.0.3']) {
      for (let i = 0; i < 5; i++) peer.node.send(peer.id, new Uint8Array(1000), { destination });
    }
    peer.heardAfter(0);
    // 0 to 4 went to the first address, 5 to 9 to the second.
    peer.send(peer.sack(-1, [{ start: 6, end: 6 }]));
    expect(cwnds(peer)).toEqual([4404, 4404 + 1016]);
    peer.send(peer.sack(5));
    expect(cwnds(peer)).toEqual([4404 + PMDCS, 4404 + 1016]);
  });

  it('[SCTP-0801, SCTP-0769] a loss counts for the path that carried it', () => {
    const peer = twoPaths();
    for (const path of peer.tcb.paths.all) for (let i = 0; i < 9; i++) path.congestion.acknowledged(9999, 1e9, false);
    const [first, second] = cwnds(peer);
    peer.node.send(peer.id, 'on the second path', { destination: '10.0.0.3' });
    for (let i = 0; i < 4; i++) peer.node.send(peer.id, 'x');
    peer.heardAfter(0);
    for (let i = 2; i < 5; i++) peer.send(peer.sack(-1, [{ start: 2, end: i }]));
    expect(peer.heard()).toEqual(['@10.0.0.3 DATA 0 BE']);
    expect(cwnds(peer)).toEqual([first, Math.max(Math.floor(second! / 2), 4 * PMDCS)]);
  });

  it('[SCTP-0784, SCTP-0785, SCTP-0786, SCTP-0790, ERR-0024] after a loss cwnd grows by one PMDCS per window, whatever the SACKs are', () => {
    for (const every of [1, 2, 7]) {
      const peer = new ScriptedPeer({ advertisedRwndBytes: 10_000_000 }).establish();
      openWindow(peer, 40);
      peer.tcb.paths.primary.congestion.lostBySack();
      openWindow(peer, 1);
      let acked = -1;
      for (let round = 0; round < 10; round++) {
        while (peer.status!.bufferedBytes < 300_000) peer.node.send(peer.id, new Uint8Array(1444));
        peer.heardAfter(0);
        const before = paths(peer)[0]!.cwndBytes;
        // One round trip: all that is in flight now is acknowledged.
        const last = acked + Math.floor(before / PMDCS);
        while (acked < last) {
          acked = Math.min(last, acked + every);
          peer.send(peer.sack(acked));
        }
        const growth = paths(peer)[0]!.cwndBytes - before;
        expect([0, PMDCS]).toContain(growth);
      }
      const { cwndBytes, ssthreshBytes } = paths(peer)[0]!;
      expect(cwndBytes).toBeGreaterThanOrEqual(ssthreshBytes + 8 * PMDCS);
    }
  });

  it('[SCTP-0809] a SACK that acknowledges a full window and tells of a loss: growth first, then the half of it', () => {
    const peer = inFlight(5);
    peer.send(peer.sack(-1, [{ start: 2, end: 2 }]));
    peer.send(peer.sack(-1, [{ start: 2, end: 3 }]));
    const [path] = peer.tcb.paths.all;
    openWindow(peer, 20);
    const before = cwnds(peer)[0]!;
    for (let i = 0; i < 60; i++) peer.node.send(peer.id, new Uint8Array(1000));
    peer.heardAfter(0);
    expect(path!.flightBytes).toBeGreaterThanOrEqual(before);
    peer.send(peer.sack(-1, [{ start: 2, end: 4 }]));
    expect(cwnds(peer)[0]).toBe(Math.floor((before + 1016) / 2));
  });

  it('[SCTP-0803] the fast retransmission goes out although more is in flight than cwnd, and at once', () => {
    const peer = inFlight(40);
    for (let i = 3; i < 6; i++) peer.send(peer.sack(0, [{ start: 3, end: i }]));
    expect(paths(peer)[0]!.flightBytes).toBeGreaterThan(paths(peer)[0]!.cwndBytes);
    expect([peer.heard(), peer.last.at]).toEqual([['DATA 1 BE'], peer.clock.now()]);
  });

  it('[SCTP-0805] what did not fit the one packet of the fast retransmission waits for cwnd', () => {
    const peer = inFlight(40);
    // 1 to 9 are lost; one packet takes one of them.
    for (let i = 11; i < 14; i++) peer.send(peer.sack(0, [{ start: 10, end: i }]));
    expect(peer.heard()).toEqual(['DATA 1 BE']);
    expect(peer.tcb.outbound.outstanding.lostCount).toBe(8);
    for (let i = 14; i < 20; i++) peer.send(peer.sack(0, [{ start: 10, end: i }]));
    expect(peer.heard()).toEqual([]);
    peer.send(peer.sack(0, [{ start: 10, end: 38 }]));
    expect(peer.heard()[0]).toBe('DATA 2 BE');
    expect(paths(peer)[0]!.flightBytes).toBeLessThan(paths(peer)[0]!.cwndBytes + PMDCS);
  });

  it('[SCTP-0805, SCTP-0802] a loss that is found in fast recovery waits for cwnd', () => {
    const peer = inFlight(40);
    for (let i = 3; i < 6; i++) peer.send(peer.sack(0, [{ start: 2, end: i }]));
    expect(peer.heard()).toEqual(['DATA 1 BE']);
    for (let i = 8; i < 11; i++) {
      peer.send(
        peer.sack(0, [
          { start: 2, end: 6 },
          { start: 8, end: i },
        ]),
      );
    }
    expect(peer.tcb.outbound.outstanding.lostCount).toBe(1);
    expect(paths(peer)[0]!.flightBytes).toBeGreaterThan(paths(peer)[0]!.cwndBytes);
    expect(peer.heard()).toEqual([]);
  });

  it('[SCTP-0804] T3 does not begin anew when what is sent again is not the earliest outstanding', () => {
    const peer = inFlight(12);
    const [path] = peer.tcb.paths.all;
    peer.clock.runFor(100);
    for (let i = 2; i < 5; i++) peer.send(peer.sack(-1, [{ start: 2, end: i }]));
    expect(peer.heard()).toEqual(['DATA 0 BE']);
    const restarted = path!.timers.at('t3-rtx')!;
    expect(restarted).toBe(1100);
    peer.clock.runFor(200);
    for (let i = 6; i < 9; i++) {
      peer.send(
        peer.sack(-1, [
          { start: 2, end: 4 },
          { start: 6, end: i },
        ]),
      );
    }
    expect(peer.heard()).toEqual(['DATA 4 BE']);
    expect(path!.timers.at('t3-rtx')).toBe(restarted);
  });

  it('[SCTP-0799, SCTP-0797] outside of fast recovery the advance of the ack point makes no difference', () => {
    const peer = inFlight(12);
    // 9 was received before its time; 3 to 7 are not told of as missing by what comes newly below them.
    peer.send(peer.sack(-1, [{ start: 10, end: 10 }]));
    for (let i = 0; i < 3; i++) peer.send(peer.sack(i, [{ start: 9 - i, end: 9 - i }]));
    expect([peer.heard(), peer.tcb.outbound.outstanding.lostCount]).toEqual([[], 0]);
  });

  it('[SCTP-0808] no second reduction in fast recovery, for no path', () => {
    const peer = twoPaths();
    for (const path of peer.tcb.paths.all) for (let i = 0; i < 19; i++) path.congestion.acknowledged(9999, 1e9, false);
    peer.node.send(peer.id, 'x');
    peer.node.send(peer.id, 'y', { destination: '10.0.0.3' });
    for (let i = 0; i < 8; i++) peer.node.send(peer.id, 'z');
    peer.heardAfter(0);
    for (let i = 3; i < 6; i++) {
      peer.send(
        peer.sack(-1, [
          { start: 2, end: 2 },
          { start: 4, end: i + 1 },
        ]),
      );
    }
    const after = cwnds(peer);
    // 1 was reneged and is lost as well, on the second path.
    for (let i = 7; i < 10; i++) peer.send(peer.sack(-1, [{ start: 4, end: i }]));
    expect(peer.heard()).toContain('@10.0.0.3 DATA 1 BE');
    expect(cwnds(peer)).toEqual(after);
  });

  it('[SCTP-0775, SCTP-0767] never more than cwnd and one packet in flight, whatever the sizes and the SACKs', () => {
    const peer = new ScriptedPeer({ advertisedRwndBytes: 10_000_000, config: { maxBurstPackets: 1000 } }).establish();
    let acked = -1;
    let sent = 0;
    for (let round = 0; round < 300; round++) {
      const { dataChunksSent: before, fastRetransmissions } = peer.status!.counters;
      for (let i = 0; i < 20; i++, sent++) peer.node.send(peer.id, new Uint8Array(1 + ((sent * 617) % 1440)));
      peer.heardAfter(0);
      const { flightBytes, cwndBytes } = paths(peer)[0]!;
      if (peer.status!.counters.dataChunksSent > before) expect(flightBytes).toBeLessThan(cwndBytes + PMDCS);
      const { length } = peer.tcb.outbound.outstanding;
      acked += 1 + (round % Math.max(1, length));
      // Every seventh round trip tells of a loss.
      if (round % 7 === 6 && length > 20) {
        acked -= 1 + (round % length);
        for (let i = 3; i < 6; i++) peer.send(peer.sack(acked, [{ start: 2, end: i }]));
      } else peer.send(peer.sack(acked));
      expect(peer.status!.counters.fastRetransmissions - fastRetransmissions).toBeLessThanOrEqual(1);
    }
    expect(peer.status!.counters.fastRetransmissions).toBeGreaterThan(3);
  });
});
