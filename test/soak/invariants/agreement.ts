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
    if (sameLife) checkMessages(a, b);
    if (b.inbound!.tracker.hasGaps || b.inbound!.reassembly.heldBytes > 0) {
      throw new Error('the receiver still waits for something');
    }
  }
}

/** All messages have arrived, but for some of those that were given up on the way. */
function checkMessages(a: Tcb, b: Tcb): void {
  const { messagesSent } = a.counters;
  const { messagesReceived } = b.counters;
  const givenUp = Object.values(a.abandoned.all).reduce((sum, { sent }) => sum + sent, 0);
  if (messagesReceived > messagesSent || messagesReceived < messagesSent - givenUp) {
    const missing = `${messagesSent} messages sent, ${messagesReceived} received, ${givenUp} given up`;
    throw new Error(`the two ends do not agree: ${missing}`);
  }
}

function expectEqual(what: string, a: unknown, b: unknown): void {
  if (a !== b) throw new Error(`the two ends do not agree: ${what} ${String(a)} here, ${String(b)} there`);
}
