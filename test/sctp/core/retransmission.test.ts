import { describe, expect, it } from 'vitest';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { inFlight, openWindow } from './in-flight.ts';
import { refusePackets } from './refuse-packets.ts';

const times = (peer: ScriptedPeer, from: number): number[] => peer.packets.slice(from).map(({ at }) => at);

describe('T3-rtx (RFC 9260 §6.3.2, §6.3.3)', () => {
  it('[SCTP-0658, SCTP-0650, SCTP-0659, SCTP-0653, SCTP-0832, SCTP-0833, SCTP-0834, SCTP-1073, SCTP-1067, SCTP-1068, AT-67, SCTP-0568] doubles to RTO.Max; after 10 retransmissions without an answer it is over', () => {
    const peer = new ScriptedPeer({ config: { heartbeats: false } }).establish();
    const from = peer.packets.length;
    peer.node.send(peer.id, 'x', { context: 'the end' });
    peer.heardAfter(3_600_000);
    expect(times(peer, from)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303].map((s) => s * 1000));
    expect([peer.state, peer.core.associations.size, peer.clock.pending]).toEqual(['CLOSED', 0, 0]);
    expect(peer.node.events.slice(-2).map(({ at }) => at)).toEqual([363_000, 363_000]);
    expect(peer.node.events.slice(-2).map(({ event }) => event)).toMatchObject([
      { kind: 'send-failed', partlySent: true, reason: 'closed', request: { context: 'the end' } },
      { kind: 'closed', reason: { kind: 'lost' } },
    ]);
  });

  it('[SCTP-0657, SCTP-0794, SCTP-0773, SCTP-0660, SCTP-0664, SCTP-0005, SCTP-0804, ERR-0016] after it: one packet with the lowest TSNs, and the next only when something is acknowledged', () => {
    const peer = new ScriptedPeer().establish();
    openWindow(peer, 30);
    for (let i = 0; i < 20; i++) peer.node.send(peer.id, new Uint8Array(700));
    peer.heardAfter(0);
    const [path] = peer.tcb.paths.all;
    const before = path!.congestion.cwndBytes;
    expect(peer.heardAfter(1000)).toEqual(['DATA 0 BE + DATA 1 BE']);
    expect(path!.congestion.ssthreshBytes).toBe(Math.floor(before / 2));
    expect(path!.congestion.cwndBytes).toBe(1460);
    expect(path!.flightBytes).toBe(2 * 716);
    peer.send(peer.sack(-1));
    expect(peer.heard()).toEqual([]);
    peer.send(peer.sack(0));
    expect(peer.heard()).toEqual(['DATA 2 BE + DATA 3 BE']);
  });

  it('[SCTP-0773, SCTP-0794] chunks that would need a second packet wait, even if cwnd were not exhausted', () => {
    const peer = new ScriptedPeer().establish();
    openWindow(peer, 30);
    for (let i = 0; i < 10; i++) peer.node.send(peer.id, new Uint8Array(1000));
    peer.heardAfter(0);
    expect(peer.heardAfter(1000)).toEqual(['DATA 0 BE']);
    // A SACK in the packet leaves less room; still one packet.
    peer.send(peer.data(0), peer.data(1));
    expect(peer.heardAfter(1999)).toEqual(['SACK 1']);
    expect(peer.heardAfter(1)).toEqual(['DATA 0 BE']);
  });

  it('[SCTP-0654] is off when everything is acknowledged', () => {
    const peer = inFlight(3);
    const [path] = peer.tcb.paths.all;
    expect(path!.timers.isRunning('t3-rtx')).toBe(true);
    peer.send(peer.sack(2));
    expect(path!.timers.isRunning('t3-rtx')).toBe(false);
    expect(peer.heardAfter(10_000)).toEqual([]);
  });

  it('[SCTP-0655] begins anew when the earliest one is acknowledged, and not when another one is', () => {
    const peer = inFlight(4);
    const [path] = peer.tcb.paths.all;
    peer.clock.runFor(400);
    peer.send(peer.sack(-1, [{ start: 3, end: 3 }]));
    expect(path!.timers.at('t3-rtx')).toBe(1000);
    peer.send(peer.sack(0, [{ start: 2, end: 2 }]));
    // The round trip of 400 ms has been measured: 400 + 4 * 200.
    expect(path!.timers.at('t3-rtx')).toBe(400 + 1200);
  });

  it('[SCTP-0565, SCTP-0567] new data does not put it off', () => {
    const peer = inFlight(2);
    peer.clock.runFor(900);
    peer.node.send(peer.id, 'more');
    expect(peer.heardAfter(99).length).toBe(1);
    expect(peer.heardAfter(1)).toEqual(['DATA 0 BE']);
  });

  it('[SCTP-0554, SCTP-0560] what is lost goes before what is new', () => {
    const peer = new ScriptedPeer().establish();
    for (let i = 0; i < 3; i++) peer.node.send(peer.id, new Uint8Array(1400));
    peer.heardAfter(0);
    peer.node.send(peer.id, new Uint8Array(1400));
    peer.clock.runFor(1000);
    peer.heard();
    peer.send(peer.sack(0));
    peer.send(peer.sack(1));
    expect(peer.heard()).toEqual(['DATA 1 BE', 'DATA 2 BE', 'DATA 3 BE']);
  });

  it('[SCTP-0560] what is lost and what is new share a packet if they fit', () => {
    const peer = new ScriptedPeer().establish();
    for (let i = 0; i < 5; i++) peer.node.send(peer.id, 'x');
    peer.heardAfter(0);
    peer.send(peer.sack(-1, [{ start: 2, end: 2 }], 0));
    peer.node.send(peer.id, 'new');
    peer.send(peer.sack(-1, [{ start: 2, end: 3 }], 0));
    expect(peer.heardAfter(0)).toEqual([]);
    peer.send(peer.sack(-1, [{ start: 2, end: 4 }], 10_000));
    expect(peer.heard()).toEqual(['DATA 0 BE + DATA 5 BE']);
  });

  it('[SCTP-0717] a chunk that has become too long for the path is not cut again', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.send(peer.id, new Uint8Array(2000));
    expect(peer.heardAfter(0)).toEqual(['DATA 0 B', 'DATA 1 E']);
    const [first] = peer.packets.slice(-2);
    refusePackets(peer, '10.0.0.2', first!.bytes.length);
    expect(peer.status!.paths[0]!.pmtuBytes).toBeLessThan(first!.bytes.length);
    peer.clock.runFor(999);
    peer.heard();
    // PAD makes the packet so long that the system fragments it.
    expect(peer.heardAfter(1)).toContain('PAD + DATA 0 B');
    expect(peer.lastHeard('data')).toMatchObject({ beginning: true, userData: new Uint8Array(1444) });
  });

  it('[SCTP-0717, SCTP-0113] a chunk is sent again as it was', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.send(peer.id, new Uint8Array(1400).fill(7), { ppid: 3 });
    peer.heardAfter(0);
    const first = peer.last.bytes;
    peer.clock.runFor(1000);
    expect(peer.last.bytes).toEqual(first);
  });

  it('[SCTP-0647, SCTP-0648, SCTP-0644, AT-58] Karn: nothing is measured with what was sent twice', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.send(peer.id, 'a');
    peer.heardAfter(1300);
    peer.send(peer.sack(0));
    expect(peer.status?.paths[0]).toMatchObject({ srttMs: undefined, rtoMs: 2000 });
    peer.node.send(peer.id, 'b');
    peer.clock.runFor(500);
    peer.send(peer.sack(1));
    // 500 + 4 * 250: the back-off is over.
    expect(peer.status?.paths[0]).toMatchObject({ srttMs: 500, rtoMs: 1500 });
  });

  it('[SCTP-0648, AT-58] nor with a later chunk, if an earlier one was sent again meanwhile', () => {
    const peer = inFlight(6);
    const [path] = peer.tcb.paths.all;
    expect(path!.measuring?.tsn).toBe(peer.theirTsn);
    peer.clock.runFor(100);
    peer.send(peer.sack(0));
    expect(peer.status?.paths[0]?.srttMs).toBe(100);
    peer.node.send(peer.id, 'new');
    peer.clock.runFor(0);
    expect(path!.measuring?.tsn).toBe(peer.sack(6).cumulativeTsnAck);
    for (let i = 3; i < 6; i++) peer.send(peer.sack(0, [{ start: 2, end: i }]));
    expect(path!.measuring).toBeUndefined();
  });

  it('[SCTP-0645, SCTP-0644] one measurement at a time, and the next one begins with the next new chunk', () => {
    const peer = inFlight(3);
    const [path] = peer.tcb.paths.all;
    peer.clock.runFor(50);
    peer.send(peer.sack(2));
    expect(peer.status?.paths[0]?.srttMs).toBe(50);
    expect(path!.measuring).toBeUndefined();
    peer.node.send(peer.id, 'next');
    peer.clock.runFor(0);
    expect(path!.measuring?.sentAt).toBe(50);
  });

  it('[SCTP-0649, SCTP-1067, AT-58, SCTP-0652] no time-out below RTO.Min', () => {
    const peer = new ScriptedPeer().establish();
    for (let i = 0; i < 20; i++) {
      peer.node.send(peer.id, 'x');
      peer.clock.runFor(1);
      peer.send(peer.sack(i));
    }
    expect(peer.status?.paths[0]?.rtoMs).toBe(1000);
    expect(peer.status?.paths[0]?.srttMs).toBe(1);
  });

  it('[SCTP-0663, AT-59] the back-off ends with a measurement only', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.send(peer.id, 'a');
    peer.clock.runFor(7000);
    expect(peer.status?.paths[0]?.rtoMs).toBe(8000);
    peer.send(peer.sack(0));
    expect(peer.status?.paths[0]?.rtoMs).toBe(8000);
    expect(peer.status?.paths[0]?.errorCount).toBe(0);
    peer.node.send(peer.id, 'b');
    peer.clock.runFor(10);
    peer.send(peer.sack(1));
    expect(peer.status?.paths[0]?.rtoMs).toBe(1000);
  });

  it('[SCTP-0835, SCTP-0842, ERR-0011] an acknowledgement sets the counters back', () => {
    const peer = new ScriptedPeer({ config: { heartbeats: false } }).establish();
    for (let round = 0; round < 4; round++) {
      peer.node.send(peer.id, 'x');
      peer.clock.runWhileNot(() => peer.tcb.errorCount === 4);
      expect(peer.status?.paths[0]?.errorCount).toBe(4);
      peer.send(peer.sack(round));
      expect([peer.tcb.errorCount, peer.status?.paths[0]?.errorCount]).toEqual([0, 0]);
    }
    expect(peer.state).toBe('ESTABLISHED');
  });

  it('[AT-54] ends fast recovery: afterwards cwnd grows again', () => {
    const peer = inFlight(20);
    for (let i = 3; i < 6; i++) peer.send(peer.sack(0, [{ start: 2, end: i }]));
    expect(peer.tcb.inFastRecovery).toBe(true);
    peer.clock.runFor(1000);
    expect(peer.tcb.inFastRecovery).toBe(false);
    peer.send(peer.sack(5));
    expect(peer.tcb.outbound.outstanding.flightBytes).toBeGreaterThan(1460);
    peer.send(peer.sack(7));
    expect(peer.status?.paths[0]?.cwndBytes).toBe(2 * 1460);
  });
});
