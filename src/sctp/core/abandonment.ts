import type { Instant } from '../../base/contract.ts';
import type { Path } from '../path/path.ts';
import {
  type AbandonmentPolicy,
  type Candidate,
  chooseVictims,
  givesWayTo,
  reasonToAbandon,
} from '../tx/abandonment.ts';
import type { OutstandingChunk } from '../tx/outstanding.ts';
import type { OutboundMessage } from '../tx/send-queue.ts';
import type { SendRequest } from './contract.ts';
import { announceRoom, missingRoom, reportUnsent } from './send-buffer.ts';
import type { Tcb } from './tcb.ts';

type Message = OutboundMessage<SendRequest>;

/**
 * Gives up what must not be sent any more: messages whose lifetime is over before their next transmission, and those that
 * would be retransmitted too often. Before anything is sent. RFC 3758 §4.1 TR4, RFC 7496 §3.1.
 */
export function abandonUndeliverable(tcb: Tcb, now: Instant): void {
  const { outbound, extensions } = tcb;
  const { outstanding, queue } = outbound;
  // Nothing was lost, nothing is half sent: the rule.
  if (outstanding.lostCount === 0 && !extensions.interleaving && (queue.head?.takenBytes ?? 0) === 0) return;
  const reasons = new Map<Message, AbandonmentPolicy>();
  for (const chunk of outstanding.lostChunks()) {
    const reason = reasonToAbandon(chunk, now);
    if (reason !== undefined) reasons.set(chunk.message, reason);
  }
  // With interleaving others than the next one may be begun.
  const { head } = queue;
  for (const message of extensions.interleaving ? queue : head === undefined ? [] : [head]) {
    if (message.takenBytes > 0 && isExpired(message, now)) reasons.set(message, 'lifetime');
  }
  if (reasons.size > 0) abandon(tcb, reasons);
}

/**
 * Gives up less important messages so that the send buffer has room for another one. RFC 7496 §3.2. Of those that were
 * begun only what is lost or half sent: what is on its way is not stopped by that.
 *
 * @returns whether there is room now; if there cannot be, nothing is given up
 */
export function makeRoom(tcb: Tcb, request: SendRequest): boolean {
  const { queue, anyPriority } = tcb.outbound;
  if (!anyPriority) return false;
  const victims = new Set(chooseVictims(candidates(tcb, request), missingRoom(tcb)));
  if (victims.size === 0) return false;
  const begun = [...victims].filter(({ takenBytes }) => takenBytes > 0);
  if (begun.length > 0) abandon(tcb, new Map(begun.map((message) => [message, 'priority'])));
  const unbegun = queue.takeUnbegun((message) => victims.has(message));
  reportUnsent(tcb, unbegun, 'priority');
  return true;
}

function candidates({ outbound, extensions }: Tcb, request: SendRequest): Candidate<SendRequest>[] {
  const { queue, outstanding } = outbound;
  const found = new Map<Message, Candidate<SendRequest>>();
  const sentBytes = new Map<Message, number>();
  for (const { message, status, userData } of extensions.partialReliability ? outstanding : []) {
    if (status === 'abandoned' || !givesWayTo(message, request)) continue;
    sentBytes.set(message, (sentBytes.get(message) ?? 0) + userData.length);
    if (status === 'lost') found.set(message, { message, bytes: 0, messages: 0 });
  }
  for (const message of queue) {
    const { takenBytes } = message;
    if ((takenBytes > 0 && !extensions.partialReliability) || !givesWayTo(message, request)) continue;
    found.set(message, { message, bytes: message.request.data.length - takenBytes, messages: 1 });
  }
  return [...found.values()].map((each) => ({ ...each, bytes: each.bytes + (sentBytes.get(each.message) ?? 0) }));
}

/** What all policies have in common: RFC 3758 §3.5 A2, A3. The messages were begun. */
function abandon(tcb: Tcb, reasons: ReadonlyMap<Message, AbandonmentPolicy>): void {
  const { outbound, paths } = tcb;
  for (const message of reasons.keys()) message.abandoned = true;
  for (const rest of outbound.queue.takeBegun(({ abandoned }) => abandoned)) {
    outbound.outstanding.skipRest(rest, paths.forNewData());
  }
  outbound.outstanding.abandon((chunk) => chunkAbandoned(tcb, chunk));
  // RFC 9260 §6.3.2 R2: nothing is outstanding there any more.
  for (const path of paths.all) if (path.flightBytes === 0) path.timers.stop('t3-rtx');
  outbound.forwardTsn.occasion = 'abandoned';
  for (const [{ request }, reason] of reasons) {
    tcb.abandoned.count(request.streamId, reason, true);
    tcb.emit({ kind: 'send-failed', request, partlySent: true, reason });
  }
  announceRoom(tcb);
}

function chunkAbandoned(tcb: Tcb, { carrier, tsn, userData }: OutstandingChunk<SendRequest, Path>): void {
  tcb.outbound.bufferedBytes -= userData.length;
  // It will not be acknowledged: another chunk has to be measured.
  if (carrier.measuring?.tsn === tsn) carrier.measuring = undefined;
}

function isExpired({ expiresAt }: Message, now: Instant): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}
