import type { Path } from '../path/path.ts';
import { chunkSize } from '../wire/chunk.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';
import type { Chunk } from '../wire/types.ts';
import type { Tcb } from './tcb.ts';

/**
 * Answers the packet at hand. All answers to one packet have to fit one packet (RFC 9260 §12.4): what does not is left
 * out, be it the first one (RFC 5062 §10.3).
 */
export function queueReply(tcb: Tcb, path: Path, chunk: Chunk): void {
  const bytes = chunkSize(chunk);
  if (COMMON_HEADER_BYTES + tcb.replyBytes + bytes > path.pmtuBytes) return;
  tcb.replyBytes += bytes;
  tcb.queueControl(path, chunk);
}

/** Bytes of something offensive that a report repeats: never so much that the report needs a second packet. */
export function boundedCopy(bytes: Uint8Array, path: Path): Uint8Array {
  const room = path.pmtuBytes - COMMON_HEADER_BYTES - REPORT_OVERHEAD_BYTES;
  return bytes.slice(0, Math.min(bytes.length, room));
}

/** Chunk and cause headers, and room for an acknowledgement beside the report. */
const REPORT_OVERHEAD_BYTES = 64;
