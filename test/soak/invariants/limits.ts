import type { Tcb } from '../../../src/sctp/core/tcb.ts';
import { MAX_DUPLICATES } from '../../../src/sctp/rx/tsn-tracker.ts';
import { MAX_OUTSTANDING_CHUNKS } from '../../../src/sctp/tx/outstanding.ts';

/** Chunks that may be held beside the buffer's bytes: one for 64 bytes, and at least so many. */
const LEAST_CHUNKS = 256;

/** What can grow has not grown beyond its limit. docs/limits.md. */
export function checkLimits(tcb: Tcb): void {
  const { config, inbound, outbound } = tcb;
  const { outstanding, bufferedBytes } = outbound;
  atMost('peer addresses', tcb.paths.all.length, config.maxPeerAddresses);
  atMost('control chunks between inputs', tcb.control.length, 0);
  atMost('outstanding chunks', outstanding.length, MAX_OUTSTANDING_CHUNKS);
  // `send` takes a message as long as the limit is not reached.
  atMost('bytes in the send buffer', bufferedBytes, config.sendBufferBytes - 1 + config.maxMessageBytes);
  if (inbound === undefined) return;
  const { reassembly, tracker, window } = inbound;
  atMost('bytes received and not taken', window.deliveredBytes + reassembly.heldBytes, config.receiveBufferBytes);
  atMost('chunks held', reassembly.heldChunks, Math.max(LEAST_CHUNKS, config.receiveBufferBytes / 64));
  atMost('duplicates', tracker.duplicateCount, MAX_DUPLICATES);
}

function atMost(what: string, count: number, limit: number): void {
  if (count > limit || count < 0) throw new Error(`${what}: ${count}, the limit is ${limit}`);
}
