import type { OutboundMessage } from '../tx/send-queue.ts';
import type { SendRequest } from './contract.ts';
import type { Tcb } from './tcb.ts';

/** `drain`: half of the send buffer is free again. */
export function announceRoom(tcb: Tcb): void {
  const { outbound } = tcb;
  if (!outbound.drainWanted || outbound.bufferedBytes > tcb.config.sendBufferBytes / 2) return;
  outbound.drainWanted = false;
  tcb.emit({ kind: 'drain' });
}

/** SEND FAILURE for messages that were taken out of the queue before any of it was transmitted. RFC 9260 §11.2.2. */
export function reportUnsent(
  tcb: Tcb,
  messages: readonly OutboundMessage<SendRequest>[],
  reason: 'lifetime' | 'closed',
): void {
  for (const { request } of messages) {
    tcb.outbound.bufferedBytes -= request.data.length;
    tcb.emit({ kind: 'send-failed', request, partlySent: false, reason });
  }
  announceRoom(tcb);
}
