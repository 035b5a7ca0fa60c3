import type { Instant } from '../../base/contract.ts';
import type { Path } from '../path/path.ts';
import { heartbeatNonce, heartbeatValue, mayProbe } from './heartbeat-chunk.ts';
import type { PeerProbe, Tcb } from './tcb.ts';

/** Most and least time between two HEARTBEATs of a probe, ms. */
const MAX_INTERVAL_MS = 150;
const MIN_INTERVAL_MS = 50;

/** DATA went to `path`: an answer is due. Costs nothing unless `unansweredAfterMs` asks for it. */
export function dataAwaitsAnswer(tcb: Tcb, path: Path, now: Instant): void {
  if (tcb.unansweredSince !== undefined || tcb.config.unansweredAfterMs === 0) return;
  tcb.unansweredSince = now;
  tcb.timers.setIfStopped('unanswered', now + answerTimeMs(tcb, path));
}

/** A packet of the peer came, with our tag: it is there, whatever became of our DATA. */
export function peerHeard(tcb: Tcb): void {
  tcb.unansweredSince = undefined;
  if (tcb.probe?.running === true) endProbe(tcb, tcb.probe, true);
}

/** The timer `unanswered` fired: tells a doubt once. It begins anew with the next DATA after the peer was heard. */
export function unansweredDue(tcb: Tcb, now: Instant): void {
  const since = tcb.unansweredSince;
  if (since === undefined) return;
  const dueAt = since + answerTimeMs(tcb, tcb.paths.forNewData());
  if (dueAt > now) tcb.timers.set('unanswered', dueAt);
  else tcb.emit({ kind: 'unanswered', forMs: now - since });
}

/**
 * Finds out at once whether the peer is there: HEARTBEATs that the upper layer asked for (RFC 9260 §8.3, §11.1.10) on all
 * confirmed paths. A single one may be lost, all of them hardly. They count for no error counter (§8.1, §8.2): that is
 * the business of regular heartbeats. Joins a probe that is under way.
 */
export function probePeer(tcb: Tcb, now: Instant): void {
  if (tcb.probe?.running === true) return;
  tcb.probe = { nonce: heartbeatNonce(tcb.services.entropy), sent: 0, running: true };
  continueProbe(tcb, tcb.probe, now);
}

/** The timer `probe` fired. */
export function probeDue(tcb: Tcb, now: Instant): void {
  if (tcb.probe?.running !== true) return;
  if (tcb.probe.sent < tcb.config.probeHeartbeats) continueProbe(tcb, tcb.probe, now);
  else endProbe(tcb, tcb.probe, false);
}

function continueProbe(tcb: Tcb, probe: PeerProbe, now: Instant): void {
  probe.sent++;
  // §9.2: no heartbeats once SHUTDOWN was sent. What the peer says of that is an answer as well.
  if (mayProbe(tcb)) {
    for (const path of tcb.paths.all) {
      // §5.4: an unconfirmed address may be a third party's, and gets one HEARTBEAT an RTO.
      if (!path.confirmed) continue;
      path.counters.heartbeatsSent++;
      tcb.queueControl(path, { kind: 'heartbeat', value: heartbeatValue(path.address, probe.nonce) });
    }
  }
  const { rto } = tcb.paths.forNewData();
  // Twice a round trip: the next one does not wait for an answer that may be lost, and slow paths are not flooded.
  const intervalMs = Math.min(Math.max((rto.srttMs ?? 0) / 2, MIN_INTERVAL_MS), MAX_INTERVAL_MS);
  const last = probe.sent === tcb.config.probeHeartbeats;
  tcb.timers.set('probe', now + (last ? Math.max(intervalMs, rto.roundTripMs ?? rto.rtoMs) : intervalMs));
}

function endProbe(tcb: Tcb, probe: PeerProbe, alive: boolean): void {
  probe.running = false;
  tcb.timers.stop('probe');
  tcb.emit({ kind: 'probed', alive });
}

/** How long the answer to DATA may take: a round trip, if it is known, and what the peer may delay its SACK. */
function answerTimeMs(tcb: Tcb, { rto }: Path): number {
  const { unansweredAfterMs, sackDelayMs } = tcb.config;
  return Math.max(unansweredAfterMs, (rto.roundTripMs ?? 0) + sackDelayMs);
}
