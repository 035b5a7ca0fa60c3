import type { OutboundMessage } from '../tx/send-queue.ts';
import type { ErrorCause } from '../wire/cause.ts';
import { associationStatus } from './association-status.ts';
import type { CloseReason, SendRequest } from './contract.ts';
import { abortPartialDelivery } from './delivery.ts';
import type { Tcb } from './tcb.ts';

/** Ends an association: reports what was not delivered, then that it is closed. */
export function closeAssociation(tcb: Tcb, reason: CloseReason): void {
  if (tcb.state === 'CLOSED') return;
  tcb.state = 'CLOSED';
  tcb.timers.stopAll();
  for (const path of tcb.paths.all) path.timers.stopAll();
  tcb.forgetControl();
  abortPartialDelivery(tcb);
  tcb.reconfiguration = undefined;
  reportUndelivered(tcb, 'closed');
  tcb.emit({ kind: 'closed', reason, final: associationStatus(tcb) });
  tcb.services.release(tcb);
}

/** Sends ABORT with these causes and ends the association. RFC 9260 §9.1. */
export function abortAssociation(
  tcb: Tcb,
  kind: 'aborted' | 'protocol-violation',
  text: string,
  causes: readonly ErrorCause[],
): void {
  if (tcb.state === 'CLOSED') return;
  // Before the INIT ACK the peer's tag is unknown: there is nobody to tell.
  if (tcb.peerTag !== 0) {
    const path = tcb.paths.forNewData();
    tcb.transmit(path, tcb.peerTag, [{ kind: 'abort', tagReflected: false, causes }]);
  }
  closeAssociation(tcb, { kind, text, causes });
}

/** The peer broke a rule that the RFC punishes with ABORT. */
export function protocolViolation(tcb: Tcb, text: string): void {
  abortAssociation(tcb, 'protocol-violation', text, [
    { kind: 'protocol-violation', information: new TextEncoder().encode(text) },
  ]);
}

/** SEND FAILURE for every message that is not wholly acknowledged, in the order of `send`. */
export function reportUndelivered(tcb: Tcb, reason: 'closed' | 'restart'): void {
  const { outstanding, queue } = tcb.outbound;
  const reported = new Set<OutboundMessage<SendRequest>>();
  const report = (message: OutboundMessage<SendRequest>): void => {
    if (reported.has(message)) return;
    reported.add(message);
    tcb.emit({ kind: 'send-failed', request: message.request, partlySent: message.takenBytes > 0, reason });
  };
  for (const { message } of outstanding) if (!message.abandoned) report(message);
  for (const message of queue.takeAll()) report(message);
  for (const request of tcb.outbound.held?.takeAll() ?? []) {
    tcb.emit({ kind: 'send-failed', request, partlySent: false, reason });
  }
  tcb.outbound.bufferedBytes = 0;
}
