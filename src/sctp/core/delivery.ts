import type { ReceivedMessage } from '../rx/received-message.ts';
import type { Inbound, Tcb } from './tcb.ts';

/** A message, or a part of one, goes up: it takes room until the application has taken it. */
export function deliverMessage(tcb: Tcb, inbound: Inbound, message: ReceivedMessage): void {
  const { data, streamId, ssn, ppid, unordered, partial } = message;
  const windowBytes = data.length;
  inbound.window.delivered(windowBytes);
  if (partial === undefined || partial.state === 'complete') tcb.counters.messagesReceived++;
  const source = inbound.lastDataPath.address;
  tcb.emit({ kind: 'message', data, streamId, ssn, ppid, unordered, partial, source, windowBytes });
}

/** The association, or the peer's part of it, ends: whoever has parts of a message is told that the rest will not come. */
export function abortPartialDelivery(tcb: Tcb): void {
  const { inbound } = tcb;
  inbound?.reassembly.abortParts((message) => deliverMessage(tcb, inbound, message));
}
