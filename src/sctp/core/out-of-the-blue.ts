import { WireError } from '../../base/errors.ts';
import { ChunkCursor } from '../wire/chunk-cursor.ts';
import { CHUNK_TYPE } from '../wire/chunk-type.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';
import type { Chunk } from '../wire/types.ts';

/** What to answer to a packet that belongs to no association. */
export type OutOfTheBlueAnswer =
  | { readonly kind: 'silence' }
  /** To be sent with the tag of the packet, reflected. */
  | { readonly kind: 'reply'; readonly chunk: Chunk };

const SILENCE: OutOfTheBlueAnswer = { kind: 'silence' };

/**
 * RFC 9260 §8.4, rules 2 and 5 to 8. INIT (3) and COOKIE ECHO (4) are set-up and have been looked at by then, and so
 * has the question whether the source is a unicast address (1).
 */
export function answerOutOfTheBlue(packet: Uint8Array): OutOfTheBlueAnswer {
  const cursor = new ChunkCursor(packet, COMMON_HEADER_BYTES);
  let first: number | undefined;
  let silent = false;
  while (cursor.next()) {
    first ??= cursor.type;
    switch (cursor.type) {
      case CHUNK_TYPE.abort:
        // (2): whatever else there is.
        return SILENCE;
      case CHUNK_TYPE.shutdownComplete:
      case CHUNK_TYPE.cookieAck:
        // (6), (7)
        silent = true;
        break;
      case CHUNK_TYPE.error:
        silent ||= tellsOfStaleCookie(cursor);
        break;
      default:
    }
  }
  // Nothing that could be read: no packet at all.
  if (first === undefined || silent) return SILENCE;
  // §12.3: INITs that are not as they should be get no answer.
  if (first === CHUNK_TYPE.init || first === CHUNK_TYPE.cookieEcho) return SILENCE;
  if (first === CHUNK_TYPE.shutdownAck)
    return { kind: 'reply', chunk: { kind: 'shutdown-complete', tagReflected: true } };
  return { kind: 'reply', chunk: { kind: 'abort', tagReflected: true, causes: [] } };
}

function tellsOfStaleCookie(cursor: ChunkCursor): boolean {
  try {
    const chunk = cursor.decode();
    return chunk.kind === 'error' && chunk.causes.some(({ kind }) => kind === 'stale-cookie');
  } catch (error) {
    if (error instanceof WireError) return true;
    throw error;
  }
}
