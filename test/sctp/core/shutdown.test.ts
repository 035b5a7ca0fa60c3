import { describe, expect, it } from 'vitest';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { delay } from '../../harness/links/delay.ts';
import { dropIf } from '../../harness/links/drop-if.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { inState, STATES } from './in-state.ts';
import { coreOf, makeCore } from './transfer.ts';

const shutdownAck = { kind: 'shutdown-ack' } as const;
const shutdownComplete = { kind: 'shutdown-complete', tagReflected: false } as const;
const closed = (peer: ScriptedPeer): string | undefined => peer.node.eventsOf('closed')[0]?.reason.kind;

describe('shutdown that we ask for (RFC 9260 §9.2)', () => {
  it('[SCTP-0243, SCTP-0311, SCTP-0312, SCTP-0315, SCTP-0931, SCTP-0932, SCTP-0951, SCTP-0898, SCTP-0287, SCTP-0288] SHUTDOWN, SHUTDOWN ACK, SHUTDOWN COMPLETE', () => {
    const peer = new ScriptedPeer().establish();
    peer.send(peer.data(0), peer.data(1));
    peer.heard();
    peer.node.shutdown(peer.id);
    expect([peer.heardAfter(0), peer.state]).toEqual([['SHUTDOWN 1'], 'SHUTDOWN-SENT']);
    peer.send(shutdownAck);
    expect([peer.heard(), peer.state]).toEqual([['SHUTDOWN-COMPLETE'], 'CLOSED']);
    expect(peer.last.header.verificationTag).toBe(peer.tag);
    expect(closed(peer)).toBe('shutdown');
    expect([peer.core.associations.size, peer.clock.pending]).toEqual([0, 0]);
  });

  it('[SCTP-0929, SCTP-0930, SCTP-0954, SCTP-0955, SCTP-0102, SCTP-0572, SCTP-0327] waits until everything is acknowledged; the last DATA has the I bit; nothing new is taken', () => {
    const peer = new ScriptedPeer().establish();
    for (let i = 0; i < 4; i++) peer.node.send(peer.id, new Uint8Array(1400));
    peer.heardAfter(0);
    peer.node.send(peer.id, 'last');
    peer.node.shutdown(peer.id);
    expect([peer.heardAfter(0), peer.state]).toEqual([[], 'SHUTDOWN-PENDING']);
    expect(() => peer.node.send(peer.id, 'x')).toThrow(/shutting down/);
    peer.send(peer.sack(2));
    expect(peer.heard()).toEqual(['DATA 4 BEI']);
    // 3 is lost: it is sent again, and SHUTDOWN waits.
    peer.send(peer.sack(2, [{ start: 2, end: 2 }]));
    expect(peer.heardAfter(1000)).toEqual(['DATA 3 BE']);
    peer.send(peer.sack(4));
    expect(peer.heard()).toEqual(['SHUTDOWN -1']);
  });

  it('[SCTP-0932, SCTP-0933, SCTP-0934, SCTP-0936, SCTP-0937, SCTP-1073] SHUTDOWN is sent 11 times, with what has been received by then', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.shutdown(peer.id);
    const from = peer.packets.length;
    peer.heardAfter(3_600_000);
    // T5 would end it at 300 s; RTO.Max is reached before.
    expect(peer.packets.slice(from).map(({ at }) => at / 1000)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 300]);
    expect(peer.node.eventsOf('closed').length).toBe(1);
  });

  it('[SCTP-0936, SCTP-0937] the limit is Association.Max.Retrans', () => {
    const peer = new ScriptedPeer({ config: { associationMaxRetrans: 3 } }).establish();
    peer.node.shutdown(peer.id);
    expect(peer.heardAfter(100_000)).toEqual(['SHUTDOWN -1', 'SHUTDOWN -1', 'SHUTDOWN -1', 'SHUTDOWN -1']);
    expect(closed(peer)).toBe('lost');
  });

  it('[SCTP-0933, SCTP-0943, SCTP-0325, SCTP-0596, SCTP-0597, AT-82] DATA in SHUTDOWN-SENT: SHUTDOWN at once with the new TSN, T2 anew; and it is delivered', () => {
    const peer = inState('SHUTDOWN-SENT');
    peer.clock.runFor(900);
    peer.send(peer.data(0));
    expect([peer.heard(), peer.node.texts()]).toEqual([['SHUTDOWN 0'], ['m0']]);
    expect(peer.heardAfter(999)).toEqual([]);
    expect(peer.heardAfter(1)).toEqual(['SHUTDOWN 0']);
  });

  it('[SCTP-0944, SCTP-0935, SCTP-0246, SCTP-0601, AT-82] with a gap or a duplicate, a SACK goes along', () => {
    const peer = inState('SHUTDOWN-SENT');
    peer.send(peer.data(0));
    peer.send(peer.data(2));
    peer.send(peer.data(0));
    const [first, ...more] = peer.heard();
    expect(first).toBe('SHUTDOWN 0');
    expect(more.map((line) => line.split(' + ').sort())).toEqual([
      ['SACK 0 gaps 2-2', 'SHUTDOWN 0'],
      ['SACK 0 gaps 2-2 duplicates 0', 'SHUTDOWN 0'],
    ]);
  });

  it('[SCTP-0938] any packet of the peer sets the count back and T2 anew', () => {
    const peer = new ScriptedPeer({ config: { associationMaxRetrans: 3, shutdownGuardRtos: 100 } }).establish();
    peer.node.shutdown(peer.id);
    for (let i = 0; i < 120; i++) {
      peer.send(peer.data(i));
      peer.clock.runFor(1000);
    }
    expect(peer.state).toBe('SHUTDOWN-SENT');
    expect(peer.tcb.errorCount).toBeLessThanOrEqual(1);
    expect(peer.node.messages.length).toBe(120);
  });

  it('[SCTP-0944, AT-82] with a duplicate and no gap likewise', () => {
    const peer = inState('SHUTDOWN-SENT');
    peer.send(peer.data(0));
    peer.send(peer.data(0));
    const [first, second, ...more] = peer.heard();
    expect([first, second!.split(' + ').sort(), more]).toEqual([
      'SHUTDOWN 0',
      ['SACK 0 duplicates 0', 'SHUTDOWN 0'],
      [],
    ]);
  });

  it('[SCTP-0938] a packet without DATA puts T2 off as well', () => {
    const peer = inState('SHUTDOWN-SENT');
    peer.clock.runFor(900);
    peer.send({ kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 4]) });
    peer.heard();
    expect([peer.heardAfter(999), peer.heardAfter(1)]).toEqual([[], ['SHUTDOWN -1']]);
  });

  it('[SCTP-0938] at the brink of the limit as well', () => {
    const peer = new ScriptedPeer({ config: { associationMaxRetrans: 3 } }).establish();
    peer.node.shutdown(peer.id);
    peer.clock.runFor(7000);
    expect(peer.tcb.errorCount).toBe(3);
    peer.send({ kind: 'heartbeat', value: new Uint8Array([0, 1, 0, 4]) });
    expect(peer.tcb.errorCount).toBe(0);
    peer.clock.runFor(8000);
    expect(peer.state).toBe('SHUTDOWN-SENT');
  });

  it('[SCTP-0945, SCTP-0947] T5 guards the whole sequence, also where both sides have asked', () => {
    const peer = inState('SHUTDOWN-SENT', { config: { associationMaxRetrans: 100 } });
    peer.clock.runFor(100_000);
    peer.send(peer.shutdown());
    peer.clock.runFor(199_999);
    expect(peer.state).toBe('SHUTDOWN-ACK-SENT');
    peer.heard();
    expect(peer.heardAfter(1)).toEqual(['ABORT']);
  });

  it('[SCTP-0945, SCTP-0946, SCTP-0947, AT-84] a peer that never comes to an end is aborted after 5 RTO.Max', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.shutdown(peer.id);
    for (let i = 0; i < 299; i++) {
      peer.send(peer.data(i));
      peer.clock.runFor(1000);
    }
    expect(peer.state).toBe('SHUTDOWN-SENT');
    expect(peer.heardAfter(1000).at(-1)).toBe('ABORT');
    expect(closed(peer)).toBe('protocol-violation');
  });

  it('[SCTP-0850, SCTP-0852] no heartbeats once SHUTDOWN or SHUTDOWN ACK has been sent', () => {
    for (const state of ['SHUTDOWN-SENT', 'SHUTDOWN-ACK-SENT'] as const) {
      const peer = inState(state, { config: { heartbeatIntervalMs: 1000 } });
      expect(peer.heardAfter(20_000).join()).not.toContain('HEARTBEAT');
      expect(() => peer.node.call((core, now) => core.requestHeartbeat(peer.id, '10.0.0.2', now))).toThrow(
        /no heartbeats/,
      );
    }
  });

  it('[SCTP-0729] no DATA beside SHUTDOWN and SHUTDOWN ACK', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.call((core, now) => {
      core.send(peer.id, { data: new Uint8Array(10), streamId: 0, ppid: 0, unordered: false }, now);
      core.shutdown(peer.id, now);
    });
    expect(peer.heardAfter(0)).toEqual(['DATA 0 BEI']);
    peer.send(peer.sack(0));
    expect(peer.heard()).toEqual(['SHUTDOWN -1']);
  });

  it('an application that takes its messages late opens the window in SHUTDOWN-SENT as well', () => {
    const peer = new ScriptedPeer({ consume: 'by-hand', config: { receiveBufferBytes: 2000 } }).establish();
    peer.send(peer.data(0, { userData: new Uint8Array(1600) }));
    peer.node.shutdown(peer.id);
    peer.heardAfter(0);
    peer.node.call((core, now) => core.consumed(peer.id, 1600, now));
    expect(peer.heardAfter(0)).toEqual(['SACK 0']);
    expect(peer.lastHeard('sack').advertisedRwndBytes).toBe(2000);
  });
});

describe('shutdown that the peer asks for', () => {
  it('[SCTP-0313, SCTP-0314, SCTP-0317, SCTP-0939, SCTP-0948, SCTP-0953, SCTP-0247] SHUTDOWN, SHUTDOWN ACK, SHUTDOWN COMPLETE', () => {
    const peer = new ScriptedPeer().establish();
    peer.send(peer.shutdown());
    expect([peer.heard(), peer.state]).toEqual([['SHUTDOWN-ACK'], 'SHUTDOWN-ACK-SENT']);
    expect(peer.node.eventsOf('shutting-down').length).toBe(1);
    peer.send(shutdownComplete);
    expect([peer.heard(), peer.state, closed(peer)]).toEqual([[], 'CLOSED', 'peer-shutdown']);
    expect(peer.clock.pending).toBe(0);
  });

  it('[SCTP-0326, SCTP-0327, SCTP-0939, SCTP-0941, SCTP-0942, ERR-0002] what is queued is sent and acknowledged first, by SACK or by SHUTDOWN', () => {
    const peer = new ScriptedPeer().establish();
    for (let i = 0; i < 8; i++) peer.node.send(peer.id, new Uint8Array(1400));
    peer.heardAfter(0);
    peer.send(peer.shutdown(0));
    expect(peer.state).toBe('SHUTDOWN-RECEIVED');
    const shuttingDown = { messagesReceived: 0, bufferedBytes: 7 * 1400 };
    expect(peer.node.eventsOf('shutting-down')).toEqual([expect.objectContaining(shuttingDown)]);
    expect(() => peer.node.send(peer.id, 'x')).toThrow(/shutting down/);
    peer.send(peer.sack(2));
    peer.send(peer.shutdown(4));
    peer.send(peer.shutdown(6));
    expect(peer.state).toBe('SHUTDOWN-RECEIVED');
    const heard = peer.heard();
    expect(heard.at(-1)).toBe('DATA 7 BE');
    peer.send(peer.shutdown(7));
    expect(peer.heard()).toEqual(['SHUTDOWN-ACK']);
  });

  it('[SCTP-0940, ERR-0002] asking for it as well changes nothing', () => {
    const peer = inState('SHUTDOWN-RECEIVED');
    peer.node.shutdown(peer.id);
    expect([peer.heardAfter(0), peer.state]).toEqual([[], 'SHUTDOWN-RECEIVED']);
  });

  it('[SCTP-0948, SCTP-0949, SCTP-0950, SCTP-0934, ERR-0021] SHUTDOWN ACK is sent 1 + Association.Max.Retrans times', () => {
    const peer = new ScriptedPeer({ config: { associationMaxRetrans: 4 } }).establish();
    const from = peer.packets.length;
    peer.send(peer.shutdown());
    peer.heardAfter(600_000);
    expect(peer.packets.slice(from).map(({ at }) => at)).toEqual([0, 1000, 3000, 7000, 15_000]);
    expect(closed(peer)).toBe('lost');
  });

  it('[SCTP-0963] SHUTDOWN in SHUTDOWN-ACK-SENT: SHUTDOWN ACK again', () => {
    const peer = inState('SHUTDOWN-ACK-SENT');
    peer.send(peer.shutdown());
    expect([peer.heard(), peer.state]).toEqual([['SHUTDOWN-ACK'], 'SHUTDOWN-ACK-SENT']);
  });

  it('[SCTP-0965, AT-83] a cumulative ack of data never sent: ABORT', () => {
    const peer = new ScriptedPeer().establish();
    peer.send(peer.shutdown(0));
    expect([peer.heard(), peer.state]).toEqual([['ABORT protocol-violation'], 'CLOSED']);
  });

  it('[SCTP-0244] a SHUTDOWN of another length is none', () => {
    const peer = new ScriptedPeer().establish();
    peer.sendRaw([new Uint8Array([7, 0, 0, 4])]);
    peer.sendRaw([new Uint8Array([7, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0])]);
    expect([peer.heard(), peer.state]).toEqual([[], 'ESTABLISHED']);
  });

  it('[SCTP-0966] SHUTDOWN ACK before any SHUTDOWN is no end', () => {
    for (const state of ['ESTABLISHED', 'SHUTDOWN-PENDING', 'SHUTDOWN-RECEIVED'] as const) {
      const peer = inState(state);
      peer.send(shutdownAck);
      expect([peer.heard(), peer.state]).toEqual([[], state]);
    }
  });
});

describe('both sides at once', () => {
  it('[SCTP-0316, SCTP-0961] SHUTDOWN in SHUTDOWN-SENT: SHUTDOWN ACK', () => {
    const peer = inState('SHUTDOWN-SENT');
    peer.send(peer.shutdown());
    expect([peer.heard(), peer.state]).toEqual([['SHUTDOWN-ACK'], 'SHUTDOWN-ACK-SENT']);
    expect(peer.heardAfter(1000)).toEqual(['SHUTDOWN-ACK']);
  });

  it('[SCTP-0318, SCTP-0962] SHUTDOWN ACK in SHUTDOWN-ACK-SENT: SHUTDOWN COMPLETE', () => {
    const peer = inState('SHUTDOWN-ACK-SENT');
    peer.send(shutdownAck);
    expect([peer.heard(), peer.state]).toEqual([['SHUTDOWN-COMPLETE'], 'CLOSED']);
  });

  it('[SCTP-0964] SHUTDOWN in SHUTDOWN-PENDING: SHUTDOWN ACK when everything is acknowledged', () => {
    const peer = inState('SHUTDOWN-PENDING');
    peer.send(peer.shutdown());
    expect([peer.heard(), peer.state]).toEqual([[], 'SHUTDOWN-RECEIVED']);
    peer.send(peer.sack(0));
    expect(peer.heard()).toEqual(['SHUTDOWN-ACK']);
    peer.send(shutdownComplete);
    expect(closed(peer)).toBe('shutdown');
  });

  it('[AT-81] whatever two packets of the end are lost, both sides come to it with all data delivered', () => {
    for (const simultaneous of [false, true]) {
      for (let i = 0; i < 8; i++) {
        for (let j = i; j < 8; j++) {
          const pair = new EndpointPair(makeCore, { link: [delay(10)] });
          const ids = pair.connect();
          let sent = 0;
          pair.network.setLink([
            delay(10),
            dropIf(() => {
              const index = sent++;
              return index === i || index === j;
            }),
          ]);
          for (let n = 0; n < 3; n++) {
            pair.a.send(ids.a, `a${n}`);
            pair.b.send(ids.b, `b${n}`);
          }
          pair.a.shutdown(ids.a);
          if (simultaneous) pair.b.shutdown(ids.b);
          const over = (): boolean => coreOf(pair.a).associations.size === 0 && coreOf(pair.b).associations.size === 0;
          pair.clock.runWhileNot(over, 120_000);
          expect(pair.b.texts()).toEqual(['a0', 'a1', 'a2']);
          expect(pair.a.texts()).toEqual(['b0', 'b1', 'b2']);
          for (const { reason } of [...pair.a.eventsOf('closed'), ...pair.b.eventsOf('closed')]) {
            expect(['shutdown', 'peer-shutdown']).toContain(reason.kind);
          }
        }
      }
    }
  });
});

describe('abort', () => {
  it.each(STATES)(
    '[SCTP-0320, SCTP-0922] by us in %s: ABORT where the peer is known, and nothing afterwards',
    (state) => {
      const peer = inState(state);
      peer.node.abort(peer.id, 'no more');
      expect(peer.heardAfter(100_000)).toEqual(state === 'COOKIE-WAIT' ? [] : ['ABORT user-initiated-abort']);
      expect([closed(peer), peer.core.associations.size, peer.clock.pending]).toEqual(['aborted', 0, 0]);
    },
  );

  it('[SCTP-0920] closing the endpoint aborts all of them', () => {
    const peer = new ScriptedPeer().establish();
    peer.node.call((core, now) => core.close('going home', now));
    expect(peer.heardAfter(0)).toEqual(['ABORT user-initiated-abort']);
    expect([peer.core.associations.size, peer.core.listening]).toEqual([0, false]);
  });
});
