import { describe, expect, it } from 'vitest';
import { tsnDiff } from '../../../src/base/serial.ts';
import { ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';
import { openWindow } from './in-flight.ts';
import { PR_PARAMETERS, prPeer } from './pr-peer.ts';
import { checkInvariants } from './transfer.ts';

/** Messages in flight, one packet each; those of `once` are given up when they are lost. */
function inFlight(count: number, once: readonly number[], options: ScriptedPeerOptions = {}): ScriptedPeer {
  const peer = prPeer({ ...options, config: { maxBurstPackets: 1000, ...options.config } });
  openWindow(peer, count);
  for (let i = 0; i < count; i++) {
    peer.node.send(peer.id, new Uint8Array(1000), once.includes(i) ? { maxRetransmissions: 0 } : {});
  }
  peer.heardAfter(0);
  return peer;
}

/** Three SACKs that miss what lies between `number` and the blocks. */
function reportMissing(peer: ScriptedPeer, number: number, start: number, end: number): void {
  for (let i = 2; i >= 0; i--) peer.send(peer.sack(number, [{ start, end: end - i }]));
}

const path = (peer: ScriptedPeer) => peer.status!.paths[0]!;

describe('FORWARD TSN sent (RFC 3758 §3.5)', () => {
  it('[PR-0026, PR-0027, PR-0020] the point goes over what was given up, and stops before anything else', () => {
    const peer = inFlight(9, [1, 2, 4]);
    // 0 has arrived, 1 and 2 are lost, 3 has arrived, 4 is lost, the others have arrived.
    for (const end of [6, 7, 8]) {
      peer.send(
        peer.sack(0, [
          { start: 3, end: 3 },
          { start: 5, end },
        ]),
      );
    }
    expect(peer.heard()).toEqual(['FORWARD-TSN 2 0:2']);
    peer.send(peer.sack(3, [{ start: 2, end: 5 }]));
    expect(peer.heard()).toEqual(['FORWARD-TSN 4 0:4']);
    peer.send(peer.sack(8));
    expect([peer.heardAfter(10_000), peer.status?.bufferedBytes]).toEqual([[], 0]);
  });

  it('[PR-0042, PRP-0004, PRP-0020, PR-0019] a loss that is not repaired halves cwnd like any other', () => {
    const repaired = inFlight(8, []);
    const givenUp = inFlight(8, [1]);
    for (const peer of [repaired, givenUp]) reportMissing(peer, 0, 2, 5);
    expect(repaired.heard().join()).toContain('DATA 1 BE');
    expect(givenUp.heard()).toEqual(['FORWARD-TSN 1 0:1']);
    expect(path(givenUp).cwndBytes).toBe(path(repaired).cwndBytes);
    expect(path(givenUp).ssthreshBytes).toBe(path(repaired).ssthreshBytes);
    expect(givenUp.status?.counters.retransmissions).toBe(0);
  });

  it('[PRP-0005] fast and timer-driven retransmissions count alike', () => {
    const peer = prPeer({ config: { maxBurstPackets: 1000 } });
    openWindow(peer, 8);
    for (let i = 0; i < 6; i++) peer.node.send(peer.id, new Uint8Array(1000), i === 1 ? { maxRetransmissions: 1 } : {});
    peer.heardAfter(0);
    reportMissing(peer, 0, 2, 5);
    expect(peer.heard()).toEqual(['DATA 1 BE']);
    expect(peer.heardAfter(1000)).toEqual(['FORWARD-TSN 1 0:1']);
  });

  it('[PR-0021, PR-0022] what is given up is not in flight, and earns nothing when the peer has passed it', () => {
    const peer = inFlight(4, [0, 1, 2, 3]);
    expect(path(peer).flightBytes).toBe(4 * 1016);
    expect(peer.heardAfter(1000)).toEqual(['FORWARD-TSN 3 0:3']);
    const { cwndBytes } = path(peer);
    expect(path(peer).flightBytes).toBe(0);
    const { partialBytesAcked } = peer.tcb.paths.primary.congestion;
    peer.send(peer.sack(3));
    expect([path(peer).cwndBytes, peer.tcb.paths.primary.congestion.partialBytesAcked]).toEqual([
      cwndBytes,
      partialBytesAcked,
    ]);
  });

  it('[PR-0005, PR-0006, PR-0030, PR-0031] of each ordered stream the last number; nothing of unordered messages', () => {
    const peer = prPeer();
    for (const [streamId, unordered] of [
      [1, false],
      [2, false],
      [1, false],
      [3, true],
      [1, false],
    ] as const) {
      peer.node.send(peer.id, 'm', { streamId, unordered, maxRetransmissions: 0 });
    }
    expect(peer.heardAfter(1000).at(-1)).toBe('FORWARD-TSN 4 1:2 2:0');
    const unordered = prPeer();
    unordered.node.send(unordered.id, 'm', { unordered: true, maxRetransmissions: 0 });
    expect(unordered.heardAfter(1000).at(-1)).toBe('FORWARD-TSN 0');
  });

  it('[PR-0032] streams that do not fit the packet wait for the next one', () => {
    const config = { pathMtuBytes: 576, outboundStreams: 1000, maxBurstPackets: 1000 };
    const peer = new ScriptedPeer({ config }).establish({ parameters: PR_PARAMETERS, maxInboundStreams: 1000 });
    openWindow(peer, 20);
    for (let streamId = 0; streamId < 300; streamId++) {
      peer.node.send(peer.id, 'm', { streamId, maxRetransmissions: 0 });
    }
    peer.heardAfter(1000);
    const fitting = Math.floor((576 - 28 - 12 - 8) / 4);
    for (const end of [fitting, 2 * fitting, 300]) {
      const { newCumulativeTsn, skipped } = peer.lastHeard('forward-tsn');
      expect(tsnDiff(newCumulativeTsn, peer.theirTsn)).toBe(end - 1);
      expect(skipped.at(-1)).toEqual({ streamId: end - 1, ssn: 0 });
      expect(peer.last.bytes.length).toBeLessThanOrEqual(576 - 28);
      peer.send(peer.sack(end - 1));
    }
    expect(peer.tcb.outbound.outstanding.length).toBe(0);
  });

  it('[PR-0033, PR-0034, AT-63] T3-rtx guards it: a lost one is sent again, ever later', () => {
    const peer = prPeer();
    peer.node.send(peer.id, 'm', { maxRetransmissions: 0 });
    expect(peer.heardAfter(1000)).toEqual(['DATA 0 BE', 'FORWARD-TSN 0 0:0']);
    expect(peer.heardAfter(1999)).toEqual([]);
    expect(peer.heardAfter(1)).toEqual(['FORWARD-TSN 0 0:0']);
    expect(peer.heardAfter(3999)).toEqual([]);
    expect(peer.heardAfter(1)).toEqual(['FORWARD-TSN 0 0:0']);
    checkInvariants(peer.tcb);
    peer.send(peer.sack(0));
    checkInvariants(peer.tcb);
    expect(peer.heardAfter(10_000)).toEqual([]);
    expect(path(peer).errorCount).toBe(0);
  });

  it('[PRP-0007] a peer that never answers is found out', () => {
    const peer = prPeer({ config: { associationMaxRetrans: 3 } });
    peer.node.send(peer.id, 'm', { maxRetransmissions: 0 });
    peer.clock.runFor(60_000);
    expect(peer.node.eventsOf('closed')).toMatchObject([{ reason: { kind: 'lost' } }]);
    expect(peer.node.eventsOf('send-failed').length).toBe(1);
  });

  it('[PR-0038, PR-0028] the same again once in a round trip, however many SACKs come', () => {
    const peer = inFlight(8, [0]);
    reportMissing(peer, -1, 2, 5);
    expect(peer.heard()).toEqual(['FORWARD-TSN 0 0:0']);
    for (const end of [6, 7, 8]) peer.send(peer.sack(-1, [{ start: 2, end }]));
    expect(peer.heard()).toEqual([]);
  });

  it('[PR-0036, PR-0037, PR-0039, PR-0040] goes out at once, before the DATA in its packet', () => {
    const peer = prPeer();
    peer.node.send(peer.id, 'a', { maxRetransmissions: 0 });
    peer.heardAfter(0);
    peer.node.send(peer.id, 'b');
    expect(peer.heardAfter(1000)).toEqual(['DATA 1 BE', 'FORWARD-TSN 0 0:0 + DATA 1 BE']);
  });

  it('[PR-0025, PR-0035] never says less than the last SACK, nor anything that needs no saying', () => {
    const peer = inFlight(6, [0, 1]);
    reportMissing(peer, -1, 3, 5);
    expect(peer.heard()).toEqual(['FORWARD-TSN 1 0:1']);
    // All has arrived after all.
    peer.send(peer.sack(5));
    expect(peer.heardAfter(10_000)).toEqual([]);
  });

  it('[PR-0024, PR-0041, AT-63] a SACK below the point counts as any other, and what was given up may arrive late', () => {
    const peer = inFlight(6, [0, 2]);
    reportMissing(peer, -1, 4, 6);
    const forward = peer.heard().filter((line) => line.startsWith('FORWARD-TSN'));
    expect(forward).toEqual(['FORWARD-TSN 0 0:0 + DATA 1 BE']);
    peer.send(peer.sack(0, [{ start: 3, end: 5 }], 50_000));
    expect(peer.tcb.outbound.outstanding.cumulativeTsnAck).toBe(peer.theirTsn);
    peer.send(peer.sack(5));
    expect([peer.status?.bufferedBytes, peer.heardAfter(10_000)]).toEqual([0, []]);
  });

  it('[PR-0029] goes to a confirmed address, and to another one of these if it was lost', () => {
    const addresses = ['10.0.0.2', '10.0.1.2'];
    const peer = new ScriptedPeer({ addresses, endpointAddresses: ['10.0.0.1', '10.0.1.1'] }).establish({
      parameters: [...PR_PARAMETERS, ...addresses.map((address) => ({ kind: 'ip-address' as const, address }))],
    });
    const forwards = (): string[] => peer.heard().filter((line) => line.includes('FORWARD-TSN'));
    peer.node.send(peer.id, 'm', { maxRetransmissions: 0 });
    peer.clock.runFor(3000);
    expect(forwards()).toEqual(['FORWARD-TSN 0 0:0', 'FORWARD-TSN 0 0:0']);
    const probe = peer.packets.findLast(({ to, chunks }) => to === '10.0.1.2' && chunks[0]?.kind === 'heartbeat');
    const [heartbeat] = probe!.chunks;
    if (heartbeat?.kind !== 'heartbeat') throw new Error('no heartbeat');
    peer.sendWith({ from: '10.0.1.2', to: '10.0.1.1' }, { kind: 'heartbeat-ack', value: heartbeat.value });
    expect(peer.status?.paths[1]?.state).toBe('active');
    peer.clock.runFor(4000);
    expect(forwards()).toEqual(['@10.0.1.2 FORWARD-TSN 0 0:0']);
  });

  it('a shutdown waits until the peer has passed what was given up', () => {
    const peer = prPeer();
    peer.node.send(peer.id, 'm', { maxRetransmissions: 0 });
    peer.heardAfter(0);
    peer.node.shutdown(peer.id);
    expect([peer.heardAfter(1000), peer.state]).toEqual([['FORWARD-TSN 0 0:0'], 'SHUTDOWN-PENDING']);
    peer.send(peer.sack(0));
    expect([peer.heard(), peer.state]).toEqual([['SHUTDOWN -1'], 'SHUTDOWN-SENT']);
    expect(peer.tcb.paths.primary.timers.isRunning('t3-rtx')).toBe(false);
  });
});

describe('statistics (RFC 7496 §4.3, §4.4)', () => {
  it('[PRP-0013, PRP-0014, PRP-0015, PRP-0016] each message that was given up counts once, by policy and by stream', () => {
    const peer = prPeer({ advertisedRwndBytes: 2000 });
    peer.node.send(peer.id, new Uint8Array(1000), { streamId: 1, maxRetransmissions: 0 });
    peer.node.send(peer.id, new Uint8Array(3000), { streamId: 2, lifetimeMs: 500 });
    peer.node.send(peer.id, new Uint8Array(1000), { streamId: 2, lifetimeMs: 500 });
    peer.clock.runFor(10_000);
    const none = { unsent: 0, sent: 0 };
    expect(peer.status?.abandonedMessages).toEqual({
      lifetime: { unsent: 2, sent: 0 },
      retransmissions: { unsent: 0, sent: 1 },
      priority: none,
    });
    expect(peer.status?.abandonedMessagesByStream).toEqual(
      new Map([
        [2, { lifetime: { unsent: 2, sent: 0 }, retransmissions: none, priority: none }],
        [1, { lifetime: none, retransmissions: { unsent: 0, sent: 1 }, priority: none }],
      ]),
    );
  });
});
