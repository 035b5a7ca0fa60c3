import type { Instant } from '../../base/contract.ts';
import type { Path } from '../path/path.ts';
import type { ShutdownChunk } from '../wire/types.ts';
import { acknowledgeByShutdown } from './ack-in.ts';
import { deliverKept } from './association-reset.ts';
import { abortAssociation, closeAssociation } from './closing.ts';
import { pathFailedToAnswer } from './failover.ts';
import { stopHeartbeats } from './heartbeat.ts';
import { cumulativeTsnAckOf, type Tcb } from './tcb.ts';

/** SHUTDOWN primitive: RFC 9260 §9.2. In SHUTDOWN-RECEIVED and later it changes nothing. */
export function requestShutdown(tcb: Tcb, now: Instant): void {
  switch (tcb.state) {
    case 'ESTABLISHED':
      tcb.state = 'SHUTDOWN-PENDING';
      advanceShutdown(tcb, now);
      return;
    case 'COOKIE-WAIT':
    case 'COOKIE-ECHOED':
      // Nothing has been delivered yet that would have to be waited for.
      abortAssociation(tcb, 'aborted', 'closed before the association was up', [
        { kind: 'user-initiated-abort', reason: new Uint8Array(0) },
      ]);
      return;
    default:
  }
}

/** Goes on as soon as all that was sent is acknowledged: SHUTDOWN, or SHUTDOWN ACK. */
export function advanceShutdown(tcb: Tcb, now: Instant): void {
  const { queue, held, outstanding } = tcb.outbound;
  if (!queue.isEmpty || held?.isEmpty === false || outstanding.length > 0) return;
  if (tcb.state === 'SHUTDOWN-PENDING') {
    tcb.state = 'SHUTDOWN-SENT';
    stopHeartbeats(tcb);
    tcb.errorCount = 0;
    tcb.timers.set('t5-shutdown-guard', now + tcb.config.shutdownGuardRtos * tcb.config.rtoMaxMs);
    sendShutdown(tcb, now);
  } else if (tcb.state === 'SHUTDOWN-RECEIVED') {
    enterShutdownAckSent(tcb, now);
  }
}

/** SHUTDOWN from the peer. */
export function handleShutdown(tcb: Tcb, chunk: ShutdownChunk, source: Path, now: Instant): void {
  switch (tcb.state) {
    case 'ESTABLISHED':
    case 'SHUTDOWN-PENDING':
    case 'SHUTDOWN-RECEIVED':
      acknowledgeByShutdown(tcb, chunk.cumulativeTsnAck, now);
      // The acknowledgement may have been of data never sent.
      if (hasEnded(tcb)) return;
      replyTo(tcb, source);
      if (tcb.state !== 'SHUTDOWN-RECEIVED') {
        tcb.shutdownByPeer = tcb.state === 'ESTABLISHED';
        tcb.state = 'SHUTDOWN-RECEIVED';
        const { messagesReceived } = tcb.counters;
        tcb.emit({ kind: 'shutting-down', messagesReceived, bufferedBytes: tcb.outbound.bufferedBytes });
      }
      advanceShutdown(tcb, now);
      return;
    case 'SHUTDOWN-SENT':
      // Both ends shut down at once.
      replyTo(tcb, source);
      enterShutdownAckSent(tcb, now);
      return;
    case 'SHUTDOWN-ACK-SENT':
      // Our SHUTDOWN ACK was lost.
      replyTo(tcb, source);
      sendShutdownAck(tcb, now);
      return;
    default:
    // In COOKIE-WAIT and COOKIE-ECHOED: silently discarded.
  }
}

/** SHUTDOWN ACK while we wait for one: the end. Elsewhere it means nothing. */
export function handleShutdownAckChunk(tcb: Tcb, source: Path): void {
  if (tcb.state !== 'SHUTDOWN-SENT' && tcb.state !== 'SHUTDOWN-ACK-SENT') return;
  replyTo(tcb, source);
  tcb.transmit(shutdownPath(tcb), tcb.peerTag, [{ kind: 'shutdown-complete', tagReflected: false }]);
  closeGracefully(tcb);
}

/** SHUTDOWN COMPLETE: taken in SHUTDOWN-ACK-SENT only (§8.5.1 C). */
export function handleShutdownComplete(tcb: Tcb): void {
  if (tcb.state === 'SHUTDOWN-ACK-SENT') closeGracefully(tcb);
}

/** A packet with DATA came in SHUTDOWN-SENT: SHUTDOWN goes out again at once, with the new cumulative ack. */
export function dataInShutdownSent(tcb: Tcb, now: Instant): void {
  const { inbound } = tcb;
  if (tcb.state !== 'SHUTDOWN-SENT' || inbound === undefined) return;
  // SHUTDOWN cannot tell of gaps and duplicates: then a SACK goes along.
  if (inbound.tracker.hasGaps || inbound.tracker.duplicateCount > 0) inbound.ack.demand();
  else inbound.ack.acknowledged();
  sendShutdown(tcb, now);
}

/** T2-shutdown expired. */
export function shutdownTimedOut(tcb: Tcb, now: Instant): void {
  const last = tcb.shutdownPath ?? tcb.paths.forNewData();
  last.rto.backOff();
  pathFailedToAnswer(tcb, last, 'data or shutdown', true);
  // §6.4.1: what timed out goes to another address, if there is one.
  tcb.shutdownPath = tcb.paths.forRetransmission(last);
  if (tcb.state === 'SHUTDOWN-SENT') sendShutdown(tcb, now);
  else if (tcb.state === 'SHUTDOWN-ACK-SENT') sendShutdownAck(tcb, now);
}

/** T5-shutdown-guard expired: it guards the whole sequence, from our SHUTDOWN on (§9.2). */
export function shutdownGuardExpired(tcb: Tcb): void {
  abortAssociation(tcb, 'protocol-violation', 'the peer did not finish the shutdown (T5-shutdown-guard)', []);
}

/** Any packet of the peer shows that it is there: T2 begins anew (§9.2). */
export function peerSeenDuringShutdown(tcb: Tcb, now: Instant): void {
  if (tcb.state !== 'SHUTDOWN-SENT') return;
  tcb.errorCount = 0;
  tcb.timers.set('t2-shutdown', now + shutdownPath(tcb).rto.rtoMs);
}

/** A function of its own, so that the state is read anew after a call that may have changed it. */
function hasEnded(tcb: Tcb): boolean {
  return tcb.state === 'CLOSED';
}

function enterShutdownAckSent(tcb: Tcb, now: Instant): void {
  tcb.state = 'SHUTDOWN-ACK-SENT';
  tcb.errorCount = 0;
  stopHeartbeats(tcb);
  sendShutdownAck(tcb, now);
}

/** §6.4: answers go to where the peer speaks from; §5.4: unless that is not confirmed. */
function replyTo(tcb: Tcb, source: Path): void {
  if (source.confirmed) tcb.shutdownPath = source;
}

/** Where SHUTDOWN and SHUTDOWN ACK go: the primary path first. */
function shutdownPath(tcb: Tcb): Path {
  tcb.shutdownPath ??= tcb.paths.forNewData();
  return tcb.shutdownPath;
}

function sendShutdown(tcb: Tcb, now: Instant): void {
  const path = shutdownPath(tcb);
  tcb.queueControl(path, { kind: 'shutdown', cumulativeTsnAck: cumulativeTsnAckOf(tcb) });
  tcb.timers.set('t2-shutdown', now + path.rto.rtoMs);
}

function sendShutdownAck(tcb: Tcb, now: Instant): void {
  const path = shutdownPath(tcb);
  // One, however many SHUTDOWNs are in the packet.
  if (!tcb.control.some(({ chunk }) => chunk.kind === 'shutdown-ack')) tcb.queueControl(path, { kind: 'shutdown-ack' });
  tcb.timers.set('t2-shutdown', now + path.rto.rtoMs);
}

function closeGracefully(tcb: Tcb): void {
  const byPeer = tcb.shutdownByPeer;
  deliverKept(tcb);
  closeAssociation(tcb, {
    kind: byPeer ? 'peer-shutdown' : 'shutdown',
    text: byPeer ? 'the peer closed the association' : 'the association was closed',
    causes: [],
  });
}
