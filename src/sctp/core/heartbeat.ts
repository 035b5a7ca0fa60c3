import { bytesEqual } from '../../base/bytes.ts';
import type { Instant } from '../../base/contract.ts';
import type { HeartbeatProbe, Path } from '../path/path.ts';
import type { HeartbeatAckChunk } from '../wire/types.ts';
import { pathAnswered, pathFailedToAnswer } from './failover.ts';
import { heartbeatNonce, heartbeatValue, mayProbe } from './heartbeat-chunk.ts';
import { pmtuProbeAcknowledged, startPmtuDiscovery, stopPmtuDiscovery } from './pmtu-discovery.ts';
import type { PeerProbe, Tcb } from './tcb.ts';

/** Begins probing: unconfirmed paths at once, one after the other; the others when they have been idle. RFC 9260 §5.4, §8.3. */
export function startHeartbeats(tcb: Tcb, now: Instant): void {
  for (const path of tcb.paths.all) {
    if (!path.confirmed) scheduleVerification(tcb, path, now);
    else {
      scheduleHeartbeat(tcb, path, now);
      startPmtuDiscovery(tcb, path, now);
    }
  }
}

/** §5.4: HB.Max.Burst is 1, at most one probe per RTO for all unconfirmed addresses together. */
function scheduleVerification(tcb: Tcb, path: Path, now: Instant): void {
  const at = Math.max(now, tcb.nextVerificationAt ?? now);
  tcb.nextVerificationAt = at + tcb.paths.primary.rto.rtoMs;
  path.timers.set('heartbeat', at);
}

/** §9.2, §8.3: no heartbeats once SHUTDOWN or SHUTDOWN ACK has been sent. */
export function stopHeartbeats(tcb: Tcb): void {
  for (const path of tcb.paths.all) {
    path.timers.stop('heartbeat');
    path.timers.stop('heartbeat-timeout');
    path.probe = undefined;
    stopPmtuDiscovery(path);
  }
}

/** Sends a HEARTBEAT to `path` and waits one RTO for its answer. */
export function sendHeartbeat(tcb: Tcb, path: Path, now: Instant): void {
  path.counters.heartbeatsSent++;
  const value = heartbeatValue(path.address, heartbeatNonce(tcb.services.entropy));
  path.probe = { value, sentAt: now };
  path.lastProbeWorthySentAt = now;
  path.timers.set('heartbeat-timeout', now + path.rto.rtoMs);
  path.timers.stop('heartbeat');
  tcb.queueControl(path, { kind: 'heartbeat', value });
}

/** Heartbeats to `path` were switched on or off, or their interval has changed: a new period begins. RFC 9260 §11.1.9. */
export function heartbeatsChanged(tcb: Tcb, path: Path, now: Instant): void {
  // An unconfirmed path is probed in any case, and one that is being probed goes on afterwards.
  if (!path.confirmed || path.probe !== undefined || !mayProbe(tcb)) return;
  path.timers.stop('heartbeat');
  scheduleHeartbeat(tcb, path, now);
}

/** The heartbeat timer of `path` fired. */
export function heartbeatDue(tcb: Tcb, path: Path, now: Instant): void {
  // §8.3: not idle if something that measures the path has been sent in this period.
  const idleSince = path.lastProbeWorthySentAt;
  const busy = path.confirmed && idleSince !== undefined && now - idleSince < tcb.config.heartbeatIntervalMs;
  if (busy || path.probe !== undefined) scheduleHeartbeat(tcb, path, now);
  else sendHeartbeat(tcb, path, now);
}

/** No HEARTBEAT ACK within one RTO. */
export function heartbeatTimedOut(tcb: Tcb, path: Path, now: Instant): void {
  const sentAt = path.probe?.sentAt ?? now;
  path.probe = undefined;
  // §5.1 C: until COOKIE ACK, COOKIE ECHO is all that is sent, and T1-cookie counts for it.
  if (tcb.setUp !== undefined) return;
  path.rto.backOff();
  // §8.1, §5.4: only the path that carries the data speaks for the association, and no unconfirmed one does.
  pathFailedToAnswer(tcb, path, 'heartbeat', path.confirmed && path === tcb.paths.forNewData());
  if (tcb.state === 'CLOSED') return;
  // §5.4: an unconfirmed path is probed once per RTO as long as it is active.
  if (!path.confirmed && path.active) scheduleVerification(tcb, path, now);
  else scheduleHeartbeat(tcb, path, now, sentAt);
}

/** HEARTBEAT ACK: RFC 9260 §8.3, and §5.4 for unconfirmed addresses. One that we did not ask for changes nothing. */
export function handleHeartbeatAck(tcb: Tcb, chunk: HeartbeatAckChunk, now: Instant): void {
  for (const path of tcb.paths.all) {
    if (answers(chunk, path.probe)) heartbeatAcknowledged(tcb, path, path.probe, now);
    else if (answers(chunk, path.pmtuProbe)) {
      path.rto.measured(now - path.pmtuProbe.sentAt);
      // RFC 8899 §6.2.1.2: it shows that the path works as a heartbeat does.
      pathAnswered(tcb, path, now);
      pmtuProbeAcknowledged(tcb, path, path.pmtuProbe, now);
    } else if (tcb.probe !== undefined && path.confirmed && answersPeerProbe(chunk, path, tcb.probe)) {
      // Which of several HEARTBEATs it answers cannot be told: no measurement.
      path.counters.heartbeatsAcknowledged++;
      pathAnswered(tcb, path, now);
    }
  }
}

function answers<Probe extends HeartbeatProbe>(chunk: HeartbeatAckChunk, probe: Probe | undefined): probe is Probe {
  return probe !== undefined && bytesEqual(chunk.value, probe.value);
}

function answersPeerProbe(chunk: HeartbeatAckChunk, path: Path, { nonce }: PeerProbe): boolean {
  return bytesEqual(chunk.value, heartbeatValue(path.address, nonce));
}

function heartbeatAcknowledged(tcb: Tcb, path: Path, probe: HeartbeatProbe, now: Instant): void {
  path.counters.heartbeatsAcknowledged++;
  path.rto.measured(now - probe.sentAt);
  path.probe = undefined;
  path.timers.stop('heartbeat-timeout');
  if (!path.confirmed) {
    path.confirmed = true;
    tcb.emit({ kind: 'path-changed', address: path.address, change: 'confirmed' });
    startPmtuDiscovery(tcb, path, now);
  }
  pathAnswered(tcb, path, now);
  scheduleHeartbeat(tcb, path, now, probe.sentAt);
}

/** HEARTBEATs of idle paths leave at multiples of this, as far as their jitter allows. */
const HEARTBEAT_GRID_MS = 100;

/**
 * Period of RFC 9260 §8.3 since the last HEARTBEAT: HB.interval + RTO, with a jitter of half an RTO either way. Within
 * that jitter it ends on a grid: of thousands of idle associations some leave together, and so do their answers, where a
 * wake-up for each would cost more than the packets do.
 */
function scheduleHeartbeat(tcb: Tcb, path: Path, now: Instant, since = now): void {
  // An unconfirmed address has to be verified even if heartbeats are switched off.
  if (!path.heartbeats && path.confirmed) return;
  const { rtoMs } = path.rto;
  const earliest = since + tcb.config.heartbeatIntervalMs + rtoMs / 2;
  const at = earliest + (tcb.services.entropy.u32() / 2 ** 32) * rtoMs;
  path.timers.set('heartbeat', Math.max(now, onGrid(at, earliest, earliest + rtoMs)));
}

/** The multiple of the grid before `at`, or behind it; `at` itself if neither is between `earliest` and `latest`. */
function onGrid(at: Instant, earliest: Instant, latest: Instant): Instant {
  const before = Math.floor(at / HEARTBEAT_GRID_MS) * HEARTBEAT_GRID_MS;
  if (before >= earliest) return before;
  const behind = before + HEARTBEAT_GRID_MS;
  return behind < latest ? behind : at;
}
