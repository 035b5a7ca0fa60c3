import type { Tsn } from '../../base/serial.ts';

/** Enough for a window of retransmissions; what is older than that is no longer reported as a duplicate. */
const MAX_REMEMBERED = 1024;

interface Repeated<C> {
  readonly sizeBytes: number;
  readonly carrier: C;
  /** Copies that may still be reported: one less than were sent. */
  copiesLeft: number;
}

/**
 * Chunks that were sent more than once, so that duplicates which the peer reports count for congestion avoidance
 * (RFC 9260 §7.2.2) up to the bytes that really were sent again, and not beyond: what a peer reports can be a lie.
 */
export class RepeatedChunks<C> {
  #chunks: Map<Tsn, Repeated<C>> | undefined;

  /** A chunk was sent again, to `carrier`. */
  repeated(tsn: Tsn, sizeBytes: number, carrier: C): void {
    this.#chunks ??= new Map();
    const chunks = this.#chunks;
    const copiesLeft = (chunks.get(tsn)?.copiesLeft ?? 0) + 1;
    chunks.delete(tsn);
    chunks.set(tsn, { sizeBytes, carrier, copiesLeft });
    if (chunks.size <= MAX_REMEMBERED) return;
    for (const oldest of chunks.keys()) {
      chunks.delete(oldest);
      return;
    }
  }

  /** Bytes of these duplicates by the destination of the last copy; each copy counts once. */
  reported(duplicates: readonly Tsn[]): ReadonlyMap<C, number> {
    const bytes = new Map<C, number>();
    for (const tsn of duplicates) {
      const chunk = this.#chunks?.get(tsn);
      if (chunk === undefined) continue;
      bytes.set(chunk.carrier, (bytes.get(chunk.carrier) ?? 0) + chunk.sizeBytes);
      chunk.copiesLeft--;
      if (chunk.copiesLeft === 0) this.#chunks?.delete(tsn);
    }
    return bytes;
  }
}
