import type { Tcb } from '../../../src/sctp/core/tcb.ts';

/**
 * Two ends at rest that hold the same association agree about it.
 *
 * @param sameLife whether neither side was restarted: counters go on over a restart of the other side
 */
export function checkAgreement(one: Tcb, other: Tcb, sameLife: boolean): void {
  for (const [a, b] of [
    [one, other],
    [other, one],
  ] as const) {
    expectEqual('tag', a.localTag, b.peerTag);
    expectEqual('port', a.services.sctpPort, b.peerPort);
    expectEqual('state', a.state, b.state);
    expectEqual('streams', a.outbound.streams, b.inbound?.streams);
    expectEqual('TSN', a.outbound.outstanding.cumulativeTsnAck, b.inbound?.tracker.cumulativeTsn);
    if (sameLife) expectEqual('messages', a.counters.messagesSent, b.counters.messagesReceived);
    if (b.inbound!.tracker.hasGaps || b.inbound!.reassembly.heldBytes > 0) {
      throw new Error('the receiver still waits for something');
    }
  }
}

function expectEqual(what: string, a: unknown, b: unknown): void {
  if (a !== b) throw new Error(`the two ends do not agree: ${what} ${String(a)} here, ${String(b)} there`);
}
