import type { Instant } from '../../base/contract.ts';
import { type Tsn, tsnDiff, tsnLte } from '../../base/serial.ts';
import type { Path } from '../path/path.ts';
import type { AckResult, OutstandingChunk } from '../tx/outstanding.ts';
import type { GapAckBlock, SackChunk } from '../wire/types.ts';
import { isFromBeforeReset } from './association-reset.ts';
import { protocolViolation } from './closing.ts';
import type { SendRequest } from './contract.ts';
import { pathAnswered } from './failover.ts';
import { forwardTsnAnswered } from './forward-tsn.ts';
import { dataAcknowledged } from './pmtu-discovery.ts';
import { announceRoom } from './send-buffer.ts';
import type { Tcb } from './tcb.ts';

type Result = AckResult<SendRequest, Path>;

/** SACK: RFC 9260 §6.2.1. */
export function handleSack(tcb: Tcb, sack: SackChunk, now: Instant): void {
  switch (tcb.state) {
    case 'ESTABLISHED':
    case 'SHUTDOWN-PENDING':
    case 'SHUTDOWN-RECEIVED':
      break;
    case 'COOKIE-ECHOED':
      // §6: it may be processed, if DATA went with COOKIE ECHO.
      if (tcb.outbound.outstanding.length > 0) break;
      return;
    default:
      return;
  }
  const before = tcb.outbound.outstanding.cumulativeTsnAck;
  if (!acknowledge(tcb, sack.cumulativeTsnAck, sack.gapAckBlocks, sack.duplicateTsns, now)) return;
  updateRwnd(tcb, sack.advertisedRwndBytes, tsnDiff(sack.cumulativeTsnAck, before) > 0);
}

/** The cumulative ack in a SHUTDOWN: no gap blocks, no window, and no reneging (RFC 9260 §3.3.8, §9.2). */
export function acknowledgeByShutdown(tcb: Tcb, cumulativeTsnAck: Tsn, now: Instant): boolean {
  return acknowledge(tcb, cumulativeTsnAck, undefined, [], now);
}

/** @returns false if the acknowledgement was refused; then nothing has changed, or the association is gone */
function acknowledge(
  tcb: Tcb,
  cumulative: Tsn,
  gaps: readonly GapAckBlock[] | undefined,
  duplicates: readonly Tsn[],
  now: Instant,
): boolean {
  const { outbound } = tcb;
  const acked = (chunk: OutstandingChunk<SendRequest, Path>): void => {
    const path = chunk.carrier;
    if (path.measuring?.tsn !== chunk.tsn) return;
    path.rto.measured(now - path.measuring.sentAt);
    path.measuring = undefined;
  };
  const released = (chunk: OutstandingChunk<SendRequest, Path>): void => {
    if (chunk.status !== 'abandoned') outbound.bufferedBytes -= chunk.userData.length;
  };
  const result = outbound.outstanding.acknowledge(cumulative, gaps, tcb.inFastRecovery, acked, released);
  if (result === 'acknowledges-unsent') {
    if (isFromBeforeReset(tcb, cumulative)) return false;
    // §12.4
    protocolViolation(tcb, `TSN ${cumulative} or a gap block acknowledges data that was never sent`);
    return false;
  }
  if (typeof result === 'string') return false;
  outbound.answeredSinceProbe = true;
  forwardTsnAnswered(tcb, cumulative, now);
  updatePaths(tcb, result, cumulative, duplicates, now);
  if (result.lost.length > 0) enterFastRecovery(tcb, result);
  announceRoom(tcb);
  return true;
}

/** Error counters, congestion windows and T3-rtx of the paths whose chunks were acknowledged. */
function updatePaths(tcb: Tcb, result: Result, cumulative: Tsn, duplicates: readonly Tsn[], now: Instant): void {
  const { outbound } = tcb;
  const duplicateBytes = duplicates.length === 0 ? undefined : outbound.repeated.reported(duplicates);
  for (const { carrier: path, ackedBytes, flightBeforeBytes, earliestAcked } of result.carriers) {
    pathAnswered(tcb, path, now);
    if (ackedBytes > 0) dataAcknowledged(tcb, path, ackedBytes, flightBeforeBytes, now);
    // §7.2.4: growth for the newly acknowledged comes before any reduction.
    const repeatedBytes = duplicateBytes?.get(path) ?? 0;
    if (ackedBytes + repeatedBytes > 0) {
      path.congestion.acknowledged(ackedBytes, flightBeforeBytes, tcb.inFastRecovery, repeatedBytes);
    }
    // §6.3.2 R2, R3.
    if (path.flightBytes === 0) path.timers.stop('t3-rtx');
    else if (earliestAcked) path.timers.set('t3-rtx', now + path.rto.rtoMs);
  }
  // §7.2.2: duplicates count where nothing else was acknowledged, too.
  for (const [path, bytes] of duplicateBytes ?? []) {
    if (result.carriers.some(({ carrier }) => carrier === path)) continue;
    path.congestion.acknowledged(0, path.flightBytes, tcb.inFastRecovery, bytes);
  }
  // §6.3.2 R4.
  for (const { carrier } of result.reneged) carrier.timers.setIfStopped('t3-rtx', now + carrier.rto.rtoMs);
  if (outbound.fastRecoveryExit !== undefined && tsnLte(outbound.fastRecoveryExit, cumulative)) {
    outbound.fastRecoveryExit = undefined;
  }
  if (outbound.outstanding.length === 0) {
    for (const path of tcb.paths.all) path.congestion.allAcknowledged();
    outbound.probing = false;
  }
}

/** Third miss indication: RFC 9260 §7.2.4. */
function enterFastRecovery(tcb: Tcb, result: Result): void {
  const { outbound } = tcb;
  for (const { carrier } of result.lost) if (carrier.flightBytes === 0) carrier.timers.stop('t3-rtx');
  // Further losses inside fast recovery wait for cwnd and do not reduce it again.
  if (outbound.fastRecoveryExit !== undefined) return;
  for (const path of new Set(result.lost.map((chunk) => chunk.carrier))) path.congestion.lostBySack();
  outbound.fastRecoveryExit = ((outbound.outstanding.nextTsn - 1) >>> 0) as Tsn;
  outbound.fastRetransmitPending = true;
}

/** rwnd: RFC 9260 §6.2.1 D ii; the bytes in flight are taken off where it is used. */
function updateRwnd(tcb: Tcb, advertisedBytes: number, cumulativeAdvanced: boolean): void {
  const { outbound } = tcb;
  outbound.peerAdvertisedRwndBytes = advertisedBytes;
  if (cumulativeAdvanced) outbound.probing = false;
  // The window has opened, and the probe was not taken: it goes out again at once, not after its time-out.
  if (outbound.probing && advertisedBytes >= outbound.outstanding.flightDataBytes) {
    outbound.probing = false;
    outbound.outstanding.probeRefused();
    for (const path of tcb.paths.all) if (path.flightBytes === 0) path.timers.stop('t3-rtx');
  }
}
