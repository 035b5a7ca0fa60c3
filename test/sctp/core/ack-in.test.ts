import { describe, expect, it } from 'vitest';
import { tsnAdd } from '../../../src/base/serial.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { inFlight, openWindow } from './in-flight.ts';
import { inState } from './in-state.ts';

const sizes = (peer: ScriptedPeer): { flight: number; lost: number; outstanding: number } => {
  const { outstanding } = peer.tcb.outbound;
  return { flight: outstanding.flightBytes, lost: outstanding.lostCount, outstanding: outstanding.length };
};

describe('SACK (RFC 9260 §6.2.1)', () => {
  it('[SCTP-0534, SCTP-0701, SCTP-0625] takes off what is acknowledged, and works out what the peer has room for', () => {
    const peer = inFlight(4);
    expect(sizes(peer)).toEqual({ flight: 4 * 1016, lost: 0, outstanding: 4 });
    peer.send(peer.sack(1, [], 50_000));
    expect(sizes(peer)).toEqual({ flight: 2 * 1016, lost: 0, outstanding: 2 });
    expect(peer.status).toMatchObject({ peerRwndBytes: 48_000, bufferedBytes: 2000 });
    peer.send(peer.sack(1, [{ start: 2, end: 2 }], 50_000));
    expect(sizes(peer)).toEqual({ flight: 1016, lost: 0, outstanding: 2 });
    expect(peer.status).toMatchObject({ peerRwndBytes: 49_000, bufferedBytes: 2000 });
    peer.send(peer.sack(3, [], 500));
    expect(sizes(peer)).toEqual({ flight: 0, lost: 0, outstanding: 0 });
    expect(peer.status).toMatchObject({ peerRwndBytes: 500, bufferedBytes: 0 });
    expect(peer.node.eventsOf('dry').length).toBe(1);
  });

  it('[SCTP-0621, SCTP-0622] the window begins with a_rwnd of INIT, and what is sent is taken off', () => {
    const peer = new ScriptedPeer({ advertisedRwndBytes: 5000 }).establish();
    expect(peer.status?.peerRwndBytes).toBe(5000);
    peer.node.send(peer.id, new Uint8Array(1000));
    peer.heardAfter(0);
    expect(peer.status?.peerRwndBytes).toBe(4000);
    peer.clock.runFor(999);
    peer.node.abort(peer.id);
  });

  it('[SCTP-0623] what is lost does not count as in flight', () => {
    const peer = inFlight(3, { advertisedRwndBytes: 10_000 });
    expect(peer.status?.peerRwndBytes).toBe(7000);
    peer.send(peer.sack(-1, [{ start: 3, end: 3 }], 10_000));
    peer.node.send(peer.id, 'x');
    expect(peer.status?.peerRwndBytes).toBe(10_000 - 2000 - 1);
  });

  it('[SCTP-0624, SCTP-0620, AT-49] one that is older than what is known changes nothing', () => {
    const peer = inFlight(4);
    peer.send(peer.sack(2));
    const { standing } = peer;
    peer.send(peer.sack(0, [{ start: 2, end: 2 }], 0));
    expect(peer.standing).toEqual(standing);
  });

  it('[SCTP-0629, SCTP-0278, AT-49, AT-51, ATK-0011, ERR-0054] one for data never sent: ABORT with Protocol Violation', () => {
    for (const sack of [
      (peer: ScriptedPeer) => peer.sack(4),
      (peer: ScriptedPeer) => peer.sack(0, [{ start: 5, end: 5 }]),
      (peer: ScriptedPeer) => peer.sack(0, [{ start: 2, end: 100 }]),
      (peer: ScriptedPeer) => peer.sack(0, [{ start: 65_535, end: 65_535 }]),
    ]) {
      const peer = inFlight(4);
      peer.send(sack(peer));
      expect([peer.heard(), peer.state]).toEqual([['ABORT protocol-violation'], 'CLOSED']);
      expect(peer.node.eventsOf('closed')).toMatchObject([{ reason: { kind: 'protocol-violation' } }]);
    }
  });

  it.each([
    ['backwards', [{ start: 5, end: 3 }]],
    ['at offset 0', [{ start: 0, end: 0 }]],
    ['at offset 1', [{ start: 1, end: 2 }]],
    [
      'out of order',
      [
        { start: 5, end: 5 },
        { start: 2, end: 2 },
      ],
    ],
    [
      'overlapping',
      [
        { start: 2, end: 4 },
        { start: 3, end: 5 },
      ],
    ],
    [
      'twice',
      [
        { start: 2, end: 2 },
        { start: 2, end: 2 },
      ],
    ],
  ])('[AT-50, SCTP-0220] gap blocks %s: the SACK changes nothing', (_, gaps) => {
    const peer = inFlight(8);
    const before = sizes(peer);
    peer.send(peer.sack(1, gaps, 7));
    expect([sizes(peer), peer.heard(), peer.state]).toEqual([before, [], 'ESTABLISHED']);
    expect(peer.status?.peerRwndBytes).toBe(92_000);
  });

  it('[SCTP-0216, AT-50] with counts that its length does not have: no SACK', () => {
    const peer = inFlight(4);
    for (const [gaps, duplicates, length] of [
      [1, 0, 16],
      [0, 1, 16],
      [0xffff, 0xffff, 16],
      [1, 0, 18],
      [0, 0, 12],
    ] as const) {
      const bytes = new Uint8Array(20);
      bytes.set([3, 0, length >> 8, length & 0xff]);
      new DataView(bytes.buffer).setUint32(4, tsnAdd(peer.theirTsn, 3));
      bytes.set([0, 0, 1, 0, gaps >> 8, gaps & 0xff, duplicates >> 8, duplicates & 0xff], 8);
      peer.sendRaw([bytes]);
    }
    expect(sizes(peer).outstanding).toBe(4);
  });

  it('[SCTP-0536] is discarded in SHUTDOWN-SENT and SHUTDOWN-ACK-SENT, even if it is absurd', () => {
    for (const state of ['SHUTDOWN-SENT', 'SHUTDOWN-ACK-SENT'] as const) {
      const peer = inState(state);
      peer.send(peer.sack(99));
      expect([peer.heard(), peer.state]).toEqual([[], state]);
    }
  });

  it('[SCTP-0221, SCTP-0060] ignores its flags; and duplicates that it reports', () => {
    const peer = inFlight(2);
    const bytes = new Uint8Array(20);
    bytes.set([3, 0xff, 0, 20]);
    new DataView(bytes.buffer).setUint32(4, tsnAdd(peer.theirTsn, 1));
    bytes.set([0, 0, 0xff, 0, 0, 0, 0, 1], 8);
    peer.sendRaw([bytes]);
    expect(sizes(peer).outstanding).toBe(0);
  });

  it('[SCTP-0606] reports of duplicates alone change nothing', () => {
    const [told, untold] = [inFlight(3), inFlight(3)];
    const duplicateTsns = [0, 1, 9].map((number) => tsnAdd(told.theirTsn, number));
    for (const peer of [told, untold]) {
      peer.send({ ...peer.sack(0), duplicateTsns: peer === told ? duplicateTsns : [] });
      peer.send({ ...peer.sack(0), duplicateTsns: peer === told ? duplicateTsns : [] });
    }
    expect([told.heardAfter(5000), told.status]).toEqual([untold.heardAfter(5000), untold.status]);
  });

  it('[AT-46] 2,000 gap blocks are worked through', () => {
    const peer = new ScriptedPeer({ advertisedRwndBytes: 10_000_000, config: { maxBurstPackets: 1000 } }).establish();
    openWindow(peer, 1200);
    for (let i = 0; i < 4100; i++)
      peer.node.call((core, now) =>
        core.send(peer.id, { data: new Uint8Array(1), streamId: 0, ppid: 0, unordered: false }, now),
      );
    peer.heardAfter(0);
    expect(peer.tcb.outbound.outstanding.length).toBe(4100);
    const gaps = Array.from({ length: 2000 }, (_, i) => ({ start: 2 * i + 2, end: 2 * i + 2 }));
    peer.send({ ...peer.sack(-1, gaps), duplicateTsns: [] });
    expect(sizes(peer).flight).toBe(2100 * 20);
  });
});

describe('miss indications and fast retransmit (RFC 9260 §7.2.4)', () => {
  it('[SCTP-0796, SCTP-0703, SCTP-0800, SCTP-0802, AT-53] the third one, and not before', () => {
    const peer = inFlight(6);
    peer.send(peer.sack(0, [{ start: 3, end: 3 }]));
    peer.send(peer.sack(0, [{ start: 3, end: 4 }]));
    expect([peer.heard(), sizes(peer).lost]).toEqual([[], 0]);
    peer.send(peer.sack(0, [{ start: 3, end: 5 }]));
    expect(peer.heard()).toEqual(['DATA 1 BE', 'DATA 2 BE']);
    expect(peer.status?.counters.fastRetransmissions).toBe(1);
  });

  it('[SCTP-0797, SCTP-0798, AT-53] a SACK that acknowledges nothing new indicates nothing', () => {
    const peer = inFlight(6);
    for (let i = 0; i < 10; i++) peer.send(peer.sack(0, [{ start: 3, end: 3 }]));
    expect([peer.heard(), peer.status?.counters.retransmissions]).toEqual([[], 0]);
  });

  it('[SCTP-0797, SCTP-0702, AT-53] only TSNs below the highest newly acknowledged one are missing', () => {
    const peer = inFlight(8);
    // TSN 7 is acknowledged first; 1 to 6 get one indication.
    peer.send(peer.sack(0, [{ start: 7, end: 7 }]));
    // Now 2 and 3: only 1 is below them.
    peer.send(
      peer.sack(0, [
        { start: 2, end: 2 },
        { start: 7, end: 7 },
      ]),
    );
    peer.send(
      peer.sack(0, [
        { start: 2, end: 3 },
        { start: 7, end: 7 },
      ]),
    );
    expect(peer.heard()).toEqual(['DATA 1 BE']);
    expect(sizes(peer).lost).toBe(0);
  });

  it('[SCTP-0805, AT-53] once only: the second loss of the same chunk is for T3', () => {
    const peer = inFlight(12);
    for (let i = 3; i < 6; i++) peer.send(peer.sack(0, [{ start: 2, end: i }]));
    expect(peer.heard()).toEqual(['DATA 1 BE']);
    for (let i = 6; i < 11; i++) peer.send(peer.sack(0, [{ start: 2, end: i }]));
    expect(peer.heard()).toEqual([]);
    // Restarted when it was retransmitted, as the earliest one outstanding.
    expect(peer.heardAfter(999)).toEqual([]);
    expect(peer.heardAfter(1)).toEqual(['DATA 1 BE']);
    expect(peer.status?.counters).toMatchObject({ fastRetransmissions: 1, t3Expirations: 1 });
  });

  it('[SCTP-0793, SCTP-0801, SCTP-0803, SCTP-0806, SCTP-0808, SCTP-0809, ERR-0013] cwnd is halved once for all losses of a window; the packet goes in any case', () => {
    const peer = inFlight(40);
    const [path] = peer.tcb.paths.all;
    const before = path!.congestion.cwndBytes;
    expect(peer.tcb.inFastRecovery).toBe(false);
    // 1, 2 and 20 are lost.
    peer.send(peer.sack(0, [{ start: 3, end: 10 }]));
    peer.send(peer.sack(0, [{ start: 3, end: 11 }]));
    peer.send(peer.sack(0, [{ start: 3, end: 12 }]));
    expect(peer.heard()).toEqual(['DATA 1 BE']);
    expect(sizes(peer)).toMatchObject({ lost: 1 });
    expect(peer.tcb.outbound.outstanding.flightBytes).toBeGreaterThan(path!.congestion.cwndBytes);
    const halved = path!.congestion.cwndBytes;
    expect(halved).toBe(Math.floor(before / 2));
    expect(path!.congestion.ssthreshBytes).toBe(halved);
    expect(path!.congestion.partialBytesAcked).toBe(0);
    expect(peer.tcb.outbound.fastRecoveryExit).toBe(tsnAdd(peer.theirTsn, 39));
    for (let i = 21; i < 24; i++)
      peer.send(
        peer.sack(0, [
          { start: 3, end: 19 },
          { start: 21, end: i },
        ]),
      );
    peer.send(
      peer.sack(0, [
        { start: 3, end: 19 },
        { start: 21, end: 30 },
      ]),
    );
    expect(peer.heard()).toEqual(['DATA 2 BE', 'DATA 20 BE']);
    expect(path!.congestion.cwndBytes).toBe(halved);
  });

  it('[SCTP-0807, SCTP-0627, AT-54] fast recovery ends with its exit point; the next loss halves again', () => {
    const peer = inFlight(20);
    const [path] = peer.tcb.paths.all;
    for (let i = 3; i < 6; i++) peer.send(peer.sack(0, [{ start: 2, end: i }]));
    const halved = path!.congestion.cwndBytes;
    peer.send(peer.sack(18));
    expect(peer.tcb.inFastRecovery).toBe(true);
    peer.send(peer.sack(19));
    expect(peer.tcb.inFastRecovery).toBe(false);
    for (let i = 0; i < 20; i++) peer.node.send(peer.id, new Uint8Array(1000));
    peer.clock.runFor(0);
    for (let i = 3; i < 6; i++) peer.send(peer.sack(20, [{ start: 2, end: i }]));
    expect(path!.congestion.cwndBytes).toBeLessThan(halved);
  });

  it('[SCTP-0799] in fast recovery a SACK that advances counts for all that it reports missing', () => {
    const peer = inFlight(20);
    peer.send(
      peer.sack(0, [
        { start: 2, end: 5 },
        { start: 12, end: 12 },
      ]),
    );
    for (let i = 6; i < 8; i++)
      peer.send(
        peer.sack(0, [
          { start: 2, end: i },
          { start: 12, end: 12 },
        ]),
      );
    expect(peer.heard()).toEqual(['DATA 1 BE']);
    // 8 to 11 are missing too, with one indication. The ack point advances, and nothing above them is newly acknowledged.
    peer.send(
      peer.sack(5, [
        { start: 2, end: 2 },
        { start: 7, end: 7 },
      ]),
    );
    expect(peer.heard()).toEqual([]);
    peer.send(peer.sack(7, [{ start: 5, end: 5 }]));
    expect(peer.heard()).toEqual(['DATA 8 BE', 'DATA 9 BE', 'DATA 10 BE', 'DATA 11 BE']);
  });

  it('[SCTP-0804, SCTP-0566, SCTP-0567] T3 begins anew only if the earliest one is sent again', () => {
    const peer = inFlight(10);
    const [path] = peer.tcb.paths.all;
    peer.clock.runFor(300);
    const started = path!.timers.at('t3-rtx');
    // 3 is lost; 0 to 2 are still outstanding.
    for (let i = 5; i < 8; i++) peer.send(peer.sack(-1, [{ start: 5, end: i }]));
    expect(peer.heard()[0]).toBe('DATA 0 BE');
    expect(path!.timers.at('t3-rtx')).toBe(started! + 300);
  });

  it('[SCTP-0728] what is sent again stands in the order of TSNs', () => {
    const peer = new ScriptedPeer().establish();
    for (let i = 0; i < 12; i++) peer.node.send(peer.id, new Uint8Array(100));
    peer.heardAfter(0);
    peer.clock.runFor(1000);
    const tsns = peer.last.chunks.map((chunk) => (chunk.kind === 'data' ? chunk.tsn : undefined));
    expect(tsns.length).toBeGreaterThan(3);
    expect(tsns).toEqual([...tsns].sort((a, b) => a! - b!));
  });
});

describe('congestion avoidance', () => {
  it('[SCTP-0788, SCTP-0792, ERR-0020] counts what is acknowledged, until everything is', () => {
    const peer = inFlight(4);
    const [path] = peer.tcb.paths.all;
    path!.congestion.lostBySack();
    openWindow(peer, 1);
    peer.send(peer.sack(1, [{ start: 2, end: 2 }]));
    expect(path!.congestion.partialBytesAcked).toBe(3 * 1016);
    peer.send(peer.sack(3));
    expect(path!.congestion.partialBytesAcked).toBe(0);
  });
});

describe('duplicates that the peer reports (RFC 9260 §7.2.2)', () => {
  it('[SCTP-0788] count in congestion avoidance if they were sent twice, once each, and only then', () => {
    const peer = inFlight(4);
    const [path] = peer.tcb.paths.all;
    peer.clock.runFor(1000);
    expect(peer.heard()).toEqual(['DATA 0 BE']);
    peer.send(peer.sack(3));
    path!.congestion.lostBySack();
    openWindow(peer, 1);
    expect(path!.congestion.cwndBytes).toBeGreaterThan(path!.congestion.ssthreshBytes);
    const told = { ...peer.sack(3), duplicateTsns: [peer.theirTsn] };
    peer.send({ ...told, duplicateTsns: [tsnAdd(peer.theirTsn, 2)] });
    expect(path!.congestion.partialBytesAcked).toBe(0);
    peer.node.send(peer.id, 'keeps something outstanding');
    peer.heardAfter(0);
    peer.send(told);
    expect(path!.congestion.partialBytesAcked).toBe(1016);
    peer.send(told);
    expect(path!.congestion.partialBytesAcked).toBe(1016);
  });

  it('[SCTP-0788, SCTP-0778] count beside what the same SACK acknowledges, and never in slow start', () => {
    const peer = inFlight(4);
    const [path] = peer.tcb.paths.all;
    peer.clock.runFor(1000);
    path!.congestion.lostBySack();
    openWindow(peer, 1);
    peer.send({ ...peer.sack(0, [{ start: 2, end: 2 }]), duplicateTsns: [peer.theirTsn] });
    // Acknowledged: 0, which had been sent again. 2 was lost by the time-out, so it was not outstanding.
    expect(path!.congestion.partialBytesAcked).toBe(2 * 1016);
    const slow = inFlight(4);
    slow.clock.runFor(1000);
    const { cwndBytes } = slow.tcb.paths.primary.congestion;
    slow.send({ ...slow.sack(-1), duplicateTsns: [slow.theirTsn] });
    expect(slow.tcb.paths.primary.congestion.cwndBytes).toBe(cwndBytes);
    // Nor does it end the one packet in flight after the time-out.
    expect(slow.heard().filter((line) => line.startsWith('DATA'))).toEqual(['DATA 0 BE']);
  });
});

describe('reneging (RFC 9260 §6.2.1 D iii)', () => {
  it('[SCTP-0626, SCTP-0628, SCTP-0762, SCTP-0656, AT-52] what was gap-acked and is no more is outstanding again, with T3, and is sent again', () => {
    const peer = inFlight(2);
    const [path] = peer.tcb.paths.all;
    peer.send(peer.sack(0));
    peer.node.send(peer.id, 'y');
    peer.heardAfter(0);
    peer.send(peer.sack(0, [{ start: 2, end: 2 }]));
    const { flight } = sizes(peer);
    peer.send(peer.sack(0));
    expect(sizes(peer).flight).toBeGreaterThan(flight);
    expect(path!.timers.isRunning('t3-rtx')).toBe(true);
    peer.clock.runFor(1000);
    expect(peer.heard().join(' ')).toContain('DATA 2 BE');
    expect(peer.last.chunks.at(-1)).toMatchObject({ userData: new TextEncoder().encode('y') });
  });

  it('[SCTP-0245, AT-83] the cumulative ack of a SHUTDOWN is no reneging', () => {
    const peer = inFlight(4);
    peer.send(peer.sack(0, [{ start: 3, end: 3 }]));
    const { flight } = sizes(peer);
    peer.send(peer.shutdown(1));
    expect(sizes(peer).flight).toBe(flight - 1016);
    expect(peer.tcb.outbound.outstanding.length).toBe(2);
  });
});
