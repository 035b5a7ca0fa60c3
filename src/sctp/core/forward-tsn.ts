import type { Instant } from '../../base/contract.ts';
import { mid, ssn, type Tsn, tsnDiff, tsnLt } from '../../base/serial.ts';
import type { Path } from '../path/path.ts';
import { MAX_TSN_OFFSET } from '../rx/tsn-tracker.ts';
import { forwardPoint } from '../tx/forward-point.ts';
import { FORWARD_TSN_FIXED_BYTES, SKIPPED_SSN_BYTES } from '../wire/chunks/forward-tsn.ts';
import { SKIPPED_MID_BYTES } from '../wire/chunks/i-forward-tsn.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';
import type { Chunk, ForwardTsnChunk, IForwardTsnChunk, SkippedMid } from '../wire/types.ts';
import { protocolViolation } from './closing.ts';
import { type DataPacket, takesData } from './data-in.ts';
import { deliverMessage } from './delivery.ts';
import { pathAnswered } from './failover.ts';
import type { PacketBuilder } from './packet-builder.ts';
import type { ForwardTsnState, Tcb } from './tcb.ts';

/** Adds a FORWARD TSN, or an I-FORWARD-TSN, to the packet if the peer should be told now, and sees to it that a lost one is sent again. */
export function addForwardTsn(tcb: Tcb, builder: PacketBuilder, now: Instant): void {
  const { forwardTsn, outstanding } = tcb.outbound;
  const { occasion } = forwardTsn;
  forwardTsn.occasion = 'none';
  if (outstanding.first?.status !== 'abandoned') return;
  if (occasion !== 'none') sendForwardTsn(tcb, builder, occasion, now);
  guard(tcb, forwardTsn, now);
}

function sendForwardTsn(
  tcb: Tcb,
  builder: PacketBuilder,
  occasion: Exclude<ForwardTsnState['occasion'], 'none'>,
  now: Instant,
): void {
  const { forwardTsn, outstanding } = tcb.outbound;
  const { sent } = forwardTsn;
  // C3: a confirmed address; what timed out goes to another one (RFC 9260 §6.4.1).
  const path =
    occasion === 't3-rtx' && sent !== undefined ? tcb.paths.forRetransmission(sent.path) : tcb.paths.forNewData();
  const roomBytes = path.pmtuBytes - COMMON_HEADER_BYTES - FORWARD_TSN_FIXED_BYTES;
  const { interleaving } = tcb.extensions;
  const maxEntries = Math.floor(roomBytes / (interleaving ? SKIPPED_MID_BYTES : SKIPPED_SSN_BYTES));
  const { advancedPeerAckPoint, skipped } = forwardPoint(outstanding, maxEntries, interleaving);
  const isNews = sent === undefined || tsnLt(sent.advancedPeerAckPoint, advancedPeerAckPoint);
  // F2: the same again once in a round trip, unless T3-rtx asks for it.
  if (!isNews && occasion !== 't3-rtx' && now - sent.at < (path.rto.srttMs ?? path.rto.rtoMs)) return;
  builder.control(path, forwardTsnChunk(advancedPeerAckPoint, skipped, interleaving));
  forwardTsn.sent = { advancedPeerAckPoint, path, at: now };
}

/** RFC 8260 §2.3.1: the one kind with DATA, the other with I-DATA. */
function forwardTsnChunk(newCumulativeTsn: Tsn, skipped: readonly SkippedMid[], interleaving: boolean): Chunk {
  if (interleaving) return { kind: 'i-forward-tsn', newCumulativeTsn, skipped };
  const ssns = skipped.map(({ streamId, mid }) => ({ streamId, ssn: ssn(mid) }));
  return { kind: 'forward-tsn', newCumulativeTsn, skipped: ssns };
}

/** C5: T3-rtx runs somewhere as long as a FORWARD TSN is not acknowledged. */
function guard(tcb: Tcb, { sent }: ForwardTsnState, now: Instant): void {
  if (sent === undefined || tcb.paths.all.some((path) => path.timers.isRunning('t3-rtx'))) return;
  sent.path.timers.set('t3-rtx', now + sent.path.rto.rtoMs);
}

/** A SACK came: the occasion to advance Advanced.Peer.Ack.Point (A4). It may answer the last FORWARD TSN. */
export function forwardTsnAnswered(tcb: Tcb, cumulative: Tsn, now: Instant): void {
  const { forwardTsn } = tcb.outbound;
  if (forwardTsn.occasion === 'none') forwardTsn.occasion = 'sack';
  const { sent } = forwardTsn;
  if (sent === undefined || tsnLt(cumulative, sent.advancedPeerAckPoint)) return;
  forwardTsn.sent = undefined;
  pathAnswered(tcb, sent.path, now);
  for (const path of tcb.paths.all) if (path.flightBytes === 0) path.timers.stop('t3-rtx');
}

/**
 * The peer does not know Forward-TSN-Supported after all: nothing is abandoned from now on. RFC 3758 §3.3.3. What has been
 * abandoned already cannot be sent any more; then it stays as it is.
 */
export function forwardTsnRefused(tcb: Tcb): void {
  // I-FORWARD-TSN was listed by its type (RFC 8260 §2.3.1).
  if (tcb.extensions.interleaving) return;
  for (const { status } of tcb.outbound.outstanding) if (status === 'abandoned') return;
  tcb.extensions = { ...tcb.extensions, partialReliability: false };
}

/** FORWARD TSN and I-FORWARD-TSN: RFC 3758 §3.6, RFC 8260 §2.3.1. */
export function handleForwardTsn(
  tcb: Tcb,
  chunk: ForwardTsnChunk | IForwardTsnChunk,
  path: Path,
  packet: DataPacket,
): void {
  const { inbound } = tcb;
  if (inbound === undefined || !takesData(tcb)) return;
  const { interleaving, partialReliability } = tcb.extensions;
  if (!partialReliability || (chunk.kind === 'i-forward-tsn') !== interleaving) {
    // RFC 8260 §2.3.1: the one kind with DATA, the other with I-DATA, and only as it was negotiated.
    protocolViolation(tcb, `${chunk.kind === 'forward-tsn' ? 'FORWARD TSN' : 'I-FORWARD-TSN'} was not negotiated`);
    return;
  }
  packet.sawData = true;
  inbound.lastDataPath = path;
  const advance = tsnDiff(chunk.newCumulativeTsn, inbound.tracker.cumulativeTsn);
  if (advance <= 0 || advance > MAX_TSN_OFFSET) {
    // Out of date: the SACK that would have told may be lost. Farther ahead than DATA may be: nothing to go by.
    packet.wantsSackNow = true;
    return;
  }
  packet.newData = true;
  inbound.tracker.forwardTo(chunk.newCumulativeTsn);
  const skipped =
    chunk.kind === 'i-forward-tsn'
      ? chunk.skipped
      : chunk.skipped.map(({ streamId, ssn }) => ({ streamId, unordered: false, mid: mid(ssn) }));
  inbound.reassembly.forward(
    chunk.newCumulativeTsn,
    skipped.filter(({ streamId }) => streamId < inbound.streams),
    (message) => deliverMessage(tcb, inbound, message),
  );
}
