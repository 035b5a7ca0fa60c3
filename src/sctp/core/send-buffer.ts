import type { Room } from '../tx/abandonment.ts';
import type { OutboundMessage } from '../tx/send-queue.ts';
import type { SendRequest } from './contract.ts';
import type { Outbound, Tcb } from './tcb.ts';

/** Messages that may wait per byte of send buffer: each costs more than its bytes. */
const BUFFER_BYTES_PER_MESSAGE = 64;
/** However small the buffer, so many messages may wait. */
const LEAST_MESSAGES = 256;

/** Whether the send buffer is at its limit, of bytes or of messages that wait for their transmission. */
export function isSendBufferFull({ outbound, config: { sendBufferBytes } }: Tcb): boolean {
  return outbound.bufferedBytes >= sendBufferBytes || waitingMessages(outbound) >= messageLimit(sendBufferBytes);
}

/** What would have to go so that a message can be taken: bytes, and messages that wait. */
export function missingRoom({ outbound, config: { sendBufferBytes } }: Tcb): Room {
  return {
    bytes: outbound.bufferedBytes - sendBufferBytes + 1,
    messages: waitingMessages(outbound) - messageLimit(sendBufferBytes) + 1,
  };
}

/** `dry`: nothing waits for transmission or acknowledgement. `drain`: half of the send buffer is free again. */
export function announceRoom(tcb: Tcb): void {
  const { outbound } = tcb;
  const { sendBufferBytes } = tcb.config;
  if (outbound.dryWanted && outbound.bufferedBytes === 0) {
    outbound.dryWanted = false;
    tcb.emit({ kind: 'dry' });
  }
  if (!outbound.drainWanted || outbound.bufferedBytes > sendBufferBytes / 2) return;
  if (waitingMessages(outbound) > messageLimit(sendBufferBytes) / 2) return;
  outbound.drainWanted = false;
  tcb.emit({ kind: 'drain' });
}

/** SEND FAILURE for messages that were taken out of the queue before any of it was transmitted. RFC 9260 §11.2.2. */
export function reportUnsent(
  tcb: Tcb,
  messages: readonly OutboundMessage<SendRequest>[],
  reason: 'lifetime' | 'priority' | 'closed',
): void {
  for (const { request } of messages) {
    tcb.outbound.bufferedBytes -= request.data.length;
    if (reason !== 'closed') tcb.abandoned.count(request.streamId, reason, false);
    tcb.emit({ kind: 'send-failed', request, partlySent: false, reason });
  }
  announceRoom(tcb);
}

function waitingMessages({ queue, held }: Outbound): number {
  return queue.length + (held?.length ?? 0);
}

function messageLimit(sendBufferBytes: number): number {
  return Math.max(LEAST_MESSAGES, Math.floor(sendBufferBytes / BUFFER_BYTES_PER_MESSAGE));
}
