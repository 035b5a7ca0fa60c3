import type { Instant } from '../../base/contract.ts';
import type { Path } from '../path/path.ts';
import { closeAssociation } from './closing.ts';
import { dataTimedOut, startPmtuDiscovery, stopPmtuDiscovery } from './pmtu-discovery.ts';
import type { Tcb } from './tcb.ts';

/** Something sent to `path` was not answered in time. RFC 9260 §8.1, §8.2. */
export function pathFailedToAnswer(
  tcb: Tcb,
  path: Path,
  sent: 'heartbeat' | 'data or shutdown',
  countsForAssociation: boolean,
): void {
  // §8.3: heartbeats leave the counter of an inactive address alone. What is tried there for want of an active one counts,
  // so that the address with the fewest errors can be told (RFC 7829 §4.1).
  if (path.active || sent !== 'heartbeat') path.errorCount++;
  if (path.active && path.errorCount > (path.maxRetrans ?? tcb.config.pathMaxRetrans)) {
    path.active = false;
    tcb.emit({ kind: 'path-changed', address: path.address, change: 'inactive' });
    stopPmtuDiscovery(path);
  }
  if (!countsForAssociation) return;
  tcb.errorCount++;
  if (tcb.errorCount > tcb.config.associationMaxRetrans) {
    closeAssociation(tcb, {
      kind: 'lost',
      text: `the peer did not answer ${tcb.errorCount} times in a row (Association.Max.Retrans ${tcb.config.associationMaxRetrans})`,
      causes: [],
    });
  }
}

/** The peer acknowledged something that was sent to `path`. RFC 9260 §8.1, §8.2. */
export function pathAnswered(tcb: Tcb, path: Path, now: Instant): void {
  tcb.errorCount = 0;
  path.errorCount = 0;
  if (path.active) return;
  path.active = true;
  if (!path.confirmed) return;
  tcb.emit({ kind: 'path-changed', address: path.address, change: 'active' });
  startPmtuDiscovery(tcb, path, now);
}

/** T3-rtx of `path` expired. RFC 9260 §6.3.3. */
export function t3Expired(tcb: Tcb, path: Path, now: Instant): void {
  const { outbound } = tcb;
  tcb.counters.t3Expirations++;
  path.counters.t3Expirations++;
  // §6.1 A: while the peer answers, an unacknowledged window probe is no error. What was in flight when the peer closed
  // its window has become a probe as well.
  const { outstanding, peerAdvertisedRwndBytes } = outbound;
  const windowIsClosed = outbound.probing || peerAdvertisedRwndBytes < outstanding.flightDataBytes;
  const answeredProbe = windowIsClosed && outbound.answeredSinceProbe;
  outbound.answeredSinceProbe = false;
  if (!answeredProbe) dataTimedOut(tcb, path, now);
  // E1, E2, E3.
  // §6.1 A: a window probe does not affect cwnd.
  if (!outbound.probing) path.congestion.timedOut();
  path.rto.backOff();
  path.measuring = undefined;
  outbound.outstanding.timeout(path);
  // RFC 3758 §3.5 A5.
  outbound.forwardTsn.occasion = 't3-rtx';
  // §7.2.4: losses found by the timer end fast recovery; cwnd has been taken down further than it would.
  outbound.fastRecoveryExit = undefined;
  outbound.fastRetransmitPending = false;
  path.lastDataSentAt = now;
  if (!answeredProbe) pathFailedToAnswer(tcb, path, 'data or shutdown', true);
}
