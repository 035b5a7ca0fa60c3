import { describe, expect, it } from 'vitest';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { recountFlight } from '../../soak/invariants/flight.ts';
import { PR_PARAMETERS, prPeer } from './pr-peer.ts';
import { checkInvariants } from './transfer.ts';

const failures = (peer: ScriptedPeer): readonly unknown[] =>
  peer.node
    .eventsOf('send-failed')
    .map(({ request, partlySent, reason }) => [request.context ?? request.data.length, partlySent, reason]);
const KILOBYTE = new Uint8Array(1000);

describe('timed reliability (RFC 3758 §4.1)', () => {
  it('[PR-0060, PR-0028, PR-0002, PR-0065] what was lost and is too old is not sent again: FORWARD TSN in its place', () => {
    const peer = prPeer();
    peer.node.send(peer.id, 'old', { lifetimeMs: 500, context: 'old' });
    expect(peer.heardAfter(999)).toEqual(['DATA 0 BE']);
    expect(peer.heardAfter(1)).toEqual(['FORWARD-TSN 0 0:0']);
    expect(failures(peer)).toEqual([['old', true, 'lifetime']]);
    expect(peer.status).toMatchObject({ bufferedBytes: 0, counters: { retransmissions: 0, t3Expirations: 1 } });
    expect(peer.node.eventsOf('dry').length).toBe(1);
    peer.send(peer.sack(0));
    expect([peer.heardAfter(10_000), peer.tcb.outbound.outstanding.length]).toEqual([[], 0]);
    checkInvariants(peer.tcb);
  });

  it('[PR-0057] until then it is a message like any other', () => {
    const peer = prPeer();
    peer.node.send(peer.id, 'm', { lifetimeMs: 1001 });
    expect(peer.heardAfter(2999)).toEqual(['DATA 0 BE', 'DATA 0 BE']);
    expect(peer.heardAfter(1)).toEqual(['FORWARD-TSN 0 0:0']);
  });

  it('[PR-0056] without a lifetime it is sent again and again', () => {
    const peer = prPeer();
    peer.node.send(peer.id, 'm');
    expect(peer.heardAfter(1000 + 2000 + 4000 + 8000 + 16_000)).toEqual(new Array(6).fill('DATA 0 BE'));
    expect(failures(peer)).toEqual([]);
  });

  it('[PR-0058, PR-0059, PR-0061, AT-63] what expires before anything of it was sent leaves no trace on the wire', () => {
    const peer = prPeer({ advertisedRwndBytes: 1500 });
    peer.node.send(peer.id, KILOBYTE);
    for (const context of ['a', 'b']) peer.node.send(peer.id, KILOBYTE, { lifetimeMs: 10, context });
    peer.node.send(peer.id, KILOBYTE);
    expect(peer.heardAfter(10)).toEqual(['DATA 0 BE']);
    expect(failures(peer)).toEqual([
      ['a', false, 'lifetime'],
      ['b', false, 'lifetime'],
    ]);
    peer.send(peer.sack(0));
    expect(peer.heard()).toEqual(['DATA 1 BE']);
    expect(peer.lastHeard('data').ssn).toBe(1);
    expect(peer.status?.abandonedMessages.lifetime).toEqual({ unsent: 2, sent: 0 });
  });

  it('[AT-63] lifetime 0 is over before anything is sent', () => {
    const peer = prPeer();
    peer.node.send(peer.id, 'm', { lifetimeMs: 0 });
    expect([peer.heardAfter(10_000), failures(peer)]).toEqual([[], [[1, false, 'lifetime']]]);
    expect(peer.node.eventsOf('dry').length).toBe(1);
  });

  it('[PR-0003, PR-0023, PR-0052, AT-62] all fragments are given up together, those that have arrived and those never sent', () => {
    const peer = prPeer({ advertisedRwndBytes: 4000 });
    peer.node.send(peer.id, new Uint8Array(7000), { lifetimeMs: 900, streamId: 3, context: 'long' });
    peer.node.send(peer.id, 'next', { streamId: 3 });
    expect(peer.heardAfter(0)).toEqual(['DATA 0 B', 'DATA 1']);
    // The first one has not arrived.
    peer.send(peer.sack(-1, [{ start: 2, end: 2 }], 2000));
    expect(peer.heard()).toEqual([]);
    // One TSN for the rest, which is never sent.
    expect(peer.heardAfter(1000)).toEqual(['FORWARD-TSN 2 3:0 + DATA 3 BE']);
    expect(peer.lastHeard('data')).toMatchObject({ streamId: 3, ssn: 1 });
    expect(failures(peer)).toEqual([['long', true, 'lifetime']]);
    peer.send(peer.sack(3));
    expect([peer.heard(), peer.status?.bufferedBytes]).toEqual([[], 0]);
    recountFlight(peer.tcb);
  });

  it('[AT-62] half sent, and all that was sent has arrived: the FORWARD TSN goes one further than what was sent', () => {
    const peer = prPeer({ advertisedRwndBytes: 3000 });
    peer.node.send(peer.id, new Uint8Array(7000), { lifetimeMs: 900 });
    expect(peer.heardAfter(0)).toEqual(['DATA 0 B', 'DATA 1']);
    peer.send(peer.sack(1, [], 0));
    // The closed window is probed with the next fragment, if the message is still wanted.
    expect(peer.heardAfter(1000)).toEqual(['FORWARD-TSN 2 0:0']);
    expect([failures(peer), peer.status?.bufferedBytes]).toEqual([[[7000, true, 'lifetime']], 0]);
    peer.send(peer.sack(2));
    peer.node.send(peer.id, 'next');
    expect(peer.heardAfter(0)).toEqual(['DATA 3 BE']);
  });

  it('[PR-0011, PR-0013, PR-0014, PRP-0001] a peer without partial reliability gets everything that was begun', () => {
    for (const [options, parameters] of [
      [{}, []],
      [{ config: { partialReliability: false } }, PR_PARAMETERS],
    ] as const) {
      const peer = new ScriptedPeer(options).establish({ parameters });
      peer.node.send(peer.id, 'm', { lifetimeMs: 1 });
      peer.node.send(peer.id, 'n', { maxRetransmissions: 0 });
      expect(peer.heardAfter(3000)).toEqual([
        'DATA 0 BE',
        'DATA 1 BE',
        'DATA 0 BE + DATA 1 BE',
        'DATA 0 BE + DATA 1 BE',
      ]);
      expect(failures(peer)).toEqual([]);
      checkInvariants(peer.tcb);
    }
  });
});

describe('limited retransmissions (RFC 7496 §3.1)', () => {
  it('[PRP-0003] two: sent three times, then given up', () => {
    const peer = prPeer();
    peer.node.send(peer.id, 'm', { maxRetransmissions: 2 });
    expect(peer.heardAfter(1000 + 2000)).toEqual(new Array(3).fill('DATA 0 BE'));
    expect(peer.heardAfter(3999)).toEqual([]);
    expect(peer.heardAfter(1)).toEqual(['FORWARD-TSN 0 0:0']);
    expect([failures(peer), peer.status?.abandonedMessages.retransmissions]).toEqual([
      [[1, true, 'retransmissions']],
      { unsent: 0, sent: 1 },
    ]);
  });

  it('[PRP-0006] none: given up at the first loss', () => {
    const peer = prPeer();
    peer.node.send(peer.id, 'm', { maxRetransmissions: 0 });
    expect(peer.heardAfter(1000)).toEqual(['DATA 0 BE', 'FORWARD-TSN 0 0:0']);
  });
});
