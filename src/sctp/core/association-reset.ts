import { type Tsn, tsnAdd, tsnDiff } from '../../base/serial.ts';
import type { Path } from '../path/path.ts';
import type { ReceivedMessage } from '../rx/received-message.ts';
import { MAX_TSN_OFFSET } from '../rx/tsn-tracker.ts';
import { Outstanding } from '../tx/outstanding.ts';
import { protocolViolation } from './closing.ts';
import type { SendRequest } from './contract.ts';
import { abortPartialDelivery, deliverMessage } from './delivery.ts';
import type { Tcb } from './tcb.ts';

/** What the two sides of an association send next after an SSN/TSN reset. RFC 6525 §4.4. */
export interface NextTsns {
  /** Of the side that was asked. */
  readonly sender: Tsn;
  /** Of the side that asked. */
  readonly receiver: Tsn;
}

/** §5.2.4 G1: so far ahead that no packet from before can be mistaken. */
const TSN_LEAP = 2 ** 31;

/**
 * An SSN/TSN reset is asked for. What arrives until it is answered may be from before or from behind the reset, which
 * only the answer can tell: it is kept.
 */
export function prepareAssociationReset(tcb: Tcb): void {
  const { inbound } = tcb;
  inbound?.reassembly.deferReset('all', inbound.tracker.cumulativeTsn);
}

/** The peer did not do it: what was kept is taken up. */
export function endAssociationReset(tcb: Tcb): void {
  releaseKept(tcb, undefined);
}

function releaseKept(tcb: Tcb, before: Tsn | undefined): void {
  const { inbound } = tcb;
  const deliver = (message: ReceivedMessage): void => deliverMessage(tcb, inbound!, message);
  const conflict = inbound?.reassembly.releaseHeldBack(inbound.tracker, deliver, before);
  if (conflict !== undefined) protocolViolation(tcb, `DATA while an SSN/TSN reset was asked for: ${conflict}`);
}

/**
 * The association ends gracefully: what was kept has been acknowledged, and is the application's, whatever became of the
 * reset.
 */
export function deliverKept(tcb: Tcb): void {
  const { inbound } = tcb;
  inbound?.reassembly.releaseHeldBack(inbound.tracker, (message) => deliverMessage(tcb, inbound, message));
}

/** The peer has not done it yet: what was kept up to this TSN was sent before. */
export function associationResetIsLater(tcb: Tcb, highestTsn: Tsn | undefined): void {
  if (highestTsn !== undefined) releaseKept(tcb, tsnAdd(highestTsn, 1));
}

/** The peer has reset TSNs and SSNs, as it was asked to. RFC 6525 §5.2.7 H5. */
export function beginAnew(tcb: Tcb, nextTsns: NextTsns | undefined): void {
  const { inbound, outbound } = tcb;
  if (inbound === undefined) return;
  if (nextTsns === undefined) {
    protocolViolation(tcb, 'an SSN/TSN reset was performed, but the response has no TSNs');
    return;
  }
  outbound.lastTsnBeforeReset = tsnAdd(outbound.outstanding.nextTsn, -1);
  outbound.outstanding = new Outstanding<SendRequest, Path>(nextTsns.receiver);
  outbound.queue.resetStreams('all');
  const deliver = (message: ReceivedMessage): void => deliverMessage(tcb, inbound, message);
  const { reassembly, tracker } = inbound;
  let conflict = reassembly.releaseHeldBack(tracker, deliver, nextTsns.sender);
  const missing = tsnDiff(tsnAdd(nextTsns.sender, -1), tracker.cumulativeTsn);
  if (missing <= 0 && missing >= -MAX_TSN_OFFSET) {
    // The peer counts on, and of what it has sent since then some is here already.
    reassembly.resetStreams('all', deliver);
    conflict ??= reassembly.releaseHeldBack(tracker, deliver);
  } else beginReceiving(tcb, nextTsns.sender);
  if (conflict !== undefined) {
    protocolViolation(tcb, `DATA around an SSN/TSN reset: ${conflict}`);
    return;
  }
  tcb.emit({ kind: 'association-reset', localNextTsn: nextTsns.receiver, remoteNextTsn: nextTsns.sender });
}

/** Whether an acknowledgement is of before the latest SSN/TSN reset, and was late on its way. */
export function isFromBeforeReset({ outbound: { lastTsnBeforeReset } }: Tcb, cumulativeTsnAck: Tsn): boolean {
  if (lastTsnBeforeReset === undefined) return false;
  const age = tsnDiff(lastTsnBeforeReset, cumulativeTsnAck);
  return age >= 0 && age <= MAX_TSN_OFFSET;
}

/** Whether all that was sent is acknowledged, so that a reset loses nothing. RFC 6525 §5.2.4 G3. */
export function nothingOnTheWay(tcb: Tcb): boolean {
  const { queue, outstanding } = tcb.outbound;
  return queue.isEmpty && outstanding.length === 0;
}

/** The peer asks for an SSN/TSN reset, and nothing is on the way. RFC 6525 §5.2.4. */
export function resetAssociation(tcb: Tcb): NextTsns {
  const { outbound } = tcb;
  const inbound = tcb.inbound!;
  const nextTsns: NextTsns = {
    // G2.
    sender: outbound.outstanding.nextTsn,
    // G1.
    receiver: tsnAdd(inbound.tracker.cumulativeTsn, 1 + TSN_LEAP),
  };
  // G4, G5.
  beginReceiving(tcb, nextTsns.receiver);
  outbound.queue.resetStreams('all');
  tcb.emit({ kind: 'association-reset', localNextTsn: nextTsns.sender, remoteNextTsn: nextTsns.receiver });
  return nextTsns;
}

/** As if a FORWARD TSN for all streams had come: what is not whole is given up. RFC 6525 §5.2.4 G4. */
function beginReceiving(tcb: Tcb, initialTsn: Tsn): void {
  abortPartialDelivery(tcb);
  tcb.beginReceiving(initialTsn);
}
