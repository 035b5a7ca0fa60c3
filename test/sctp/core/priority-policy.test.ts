import { describe, expect, it } from 'vitest';
import { ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';
import { recountFlight } from '../../soak/invariants/flight.ts';
import { PR_PARAMETERS, prPeer } from './pr-peer.ts';
import { checkInvariants } from './transfer.ts';

const KILOBYTE = new Uint8Array(1000);

/** Offers a message of 1000 bytes. */
function offer(peer: ScriptedPeer, context: string, priority?: number, bytes = KILOBYTE): boolean {
  return peer.node.send(peer.id, bytes, { context, priority });
}

/** The peer's window is closed, so that all waits, and the buffer takes 4000 bytes. */
function closedWindow(options: ScriptedPeerOptions = {}, parameters = PR_PARAMETERS): ScriptedPeer {
  const config = { sendBufferBytes: 4000, ...options.config };
  const peer = new ScriptedPeer({ ...options, config }).establish({ parameters });
  peer.node.send(peer.id, 'x');
  peer.send(peer.sack(0, [], 0));
  peer.heard();
  return peer;
}

const failures = (peer: ScriptedPeer): readonly unknown[] =>
  peer.node.eventsOf('send-failed').map(({ request, partlySent, reason }) => [request.context, partlySent, reason]);

describe('priority policy (RFC 7496 §3.2)', () => {
  it('[PRP-0008, PRP-0011] a full buffer takes a more important message: the least important one gives way', () => {
    const peer = closedWindow();
    for (const [i, priority] of [5, 10, 10, 5].entries()) expect(offer(peer, `${priority} ${i}`, priority)).toBe(true);
    expect(offer(peer, 'as unimportant', 10)).toBe(false);
    expect(offer(peer, 'more important', 9)).toBe(true);
    expect(failures(peer)).toEqual([['10 1', false, 'priority']]);
    expect(offer(peer, 'most important', 0)).toBe(true);
    expect(offer(peer, 'still above 5', 1)).toBe(true);
    expect(offer(peer, 'still above 5', 1)).toBe(true);
    expect(failures(peer).slice(1)).toEqual([
      ['10 2', false, 'priority'],
      ['more important', false, 'priority'],
      ['5 0', false, 'priority'],
    ]);
    expect(peer.status?.abandonedMessages.priority).toEqual({ unsent: 4, sent: 0 });
    checkInvariants(peer.tcb);
    recountFlight(peer.tcb);
  });

  it('[PRP-0009] messages without this policy rank above all that have it, and never give way', () => {
    const peer = closedWindow();
    expect(offer(peer, 'priority', 0)).toBe(true);
    for (let i = 0; i < 3; i++) expect(offer(peer, `reliable ${i}`)).toBe(true);
    expect(offer(peer, 'reliable 3')).toBe(true);
    expect(failures(peer)).toEqual([['priority', false, 'priority']]);
    expect([offer(peer, 'reliable 4'), offer(peer, 'priority', 0)]).toEqual([false, false]);
    expect(failures(peer).length).toBe(1);
  });

  it('[PRP-0008] nothing is given up if that would not make room', () => {
    const peer = closedWindow();
    expect(offer(peer, 'short', 7, new Uint8Array(10))).toBe(true);
    expect(offer(peer, 'long', undefined, new Uint8Array(5000))).toBe(true);
    expect([offer(peer, 'no room', 1), failures(peer)]).toEqual([false, []]);
  });

  it('of any stream', () => {
    const peer = closedWindow();
    for (let i = 0; i < 4; i++) peer.node.send(peer.id, KILOBYTE, { streamId: i, priority: 3, context: i });
    expect(peer.node.send(peer.id, KILOBYTE, { streamId: 9, priority: 2 })).toBe(true);
    expect(failures(peer)).toEqual([[0, false, 'priority']]);
  });

  it('[PRP-0010, PR-0023, PRP-0014] one that is half sent gives way as a whole: a FORWARD TSN tells the peer', () => {
    const peer = prPeer({ advertisedRwndBytes: 3000, config: { sendBufferBytes: 5000 } });
    expect(offer(peer, 'half sent', 4, new Uint8Array(6000))).toBe(true);
    expect(peer.heardAfter(0)).toEqual(['DATA 0 B', 'DATA 1']);
    expect(offer(peer, 'important', 3)).toBe(true);
    expect(failures(peer)).toEqual([['half sent', true, 'priority']]);
    expect(peer.heardAfter(0)).toEqual(['FORWARD-TSN 2 0:0 + DATA 3 BE']);
    expect(peer.status).toMatchObject({
      bufferedBytes: 1000,
      abandonedMessages: { priority: { unsent: 0, sent: 1 } },
    });
    checkInvariants(peer.tcb);
    recountFlight(peer.tcb);
  });

  it('[PRP-0010] one that is on its way does not', () => {
    const peer = prPeer({ config: { sendBufferBytes: 2000 } });
    for (const context of ['a', 'b']) offer(peer, context, 4);
    expect(peer.heardAfter(0)).toEqual(['DATA 0 BE', 'DATA 1 BE']);
    expect([offer(peer, 'important', 0), failures(peer)]).toEqual([false, []]);
  });

  it('[PRP-0001] without partial reliability only those give way of which nothing was sent', () => {
    const peer = closedWindow({ advertisedRwndBytes: 3000 }, []);
    peer.send(peer.sack(0, [], 2000));
    expect(offer(peer, 'half sent', 4, new Uint8Array(3000))).toBe(true);
    peer.heardAfter(0);
    expect(offer(peer, 'unsent', 4)).toBe(true);
    expect([offer(peer, 'important', 3), failures(peer)]).toEqual([true, [['unsent', false, 'priority']]]);
    expect(offer(peer, 'important', 3)).toBe(false);
  });
});

describe('policies of one message', () => {
  it.each([
    [{ lifetimeMs: 1, maxRetransmissions: 1 }, 'lifetimeMs and maxRetransmissions exclude each other'],
    [{ lifetimeMs: 1, priority: 1 }, 'lifetimeMs and priority exclude each other'],
    [{ maxRetransmissions: 1, priority: 1 }, 'maxRetransmissions and priority exclude each other'],
    [{ lifetimeMs: -1 }, 'lifetimeMs is -1'],
    [{ lifetimeMs: Number.NaN }, 'lifetimeMs is NaN'],
    [{ maxRetransmissions: -1 }, 'maxRetransmissions is -1'],
    [{ maxRetransmissions: 1.5 }, 'maxRetransmissions is 1.5'],
    [{ priority: 2 ** 32 }, 'priority is 4294967296'],
  ])('[PRP-0012] %j is refused', (policy, text) => {
    const peer = prPeer();
    expect(() => peer.node.send(peer.id, 'x', policy)).toThrow(text);
    expect(() => peer.node.send(peer.id, 'x', policy)).toThrow(
      expect.objectContaining({ code: 'ERR_SCTP_BAD_ARGUMENT' }),
    );
  });
});
