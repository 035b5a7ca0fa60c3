import { type Tsn, tsnDiff, tsnLt } from '../../base/serial.ts';
import { membership, type StreamSelection } from '../wire/stream-selection.ts';
import type { DataChunk } from '../wire/types.ts';

/** DATA of streams whose reset is deferred, sent after it was asked for. RFC 6525 §5.2.2 E2. */
export class HeldBack {
  readonly #isOfReset: (streamId: number) => boolean;
  readonly #lastTsn: Tsn;
  readonly #chunks = new Map<Tsn, DataChunk>();
  /** Lowest TSN first, once somebody takes them out. */
  #order: Tsn[] | undefined;

  /** @param lastTsn the last TSN that the peer assigned before it asked */
  constructor(streams: StreamSelection, lastTsn: Tsn) {
    this.#isOfReset = membership(streams);
    this.#lastTsn = lastTsn;
  }

  /** Whether the chunk belongs here. */
  wants(chunk: DataChunk): boolean {
    return tsnLt(this.#lastTsn, chunk.tsn) && this.#isOfReset(chunk.streamId);
  }

  /** Keeps a copy. */
  add(chunk: DataChunk): void {
    this.#chunks.set(chunk.tsn, { ...chunk, userData: chunk.userData.slice() });
  }

  has(tsn: Tsn): boolean {
    return this.#chunks.has(tsn);
  }

  take(tsn: Tsn): DataChunk | undefined {
    const chunk = this.#chunks.get(tsn);
    this.#chunks.delete(tsn);
    return chunk;
  }

  /** The chunk with the lowest TSN; nothing is added any more. */
  takeFirst(): DataChunk | undefined {
    this.#order ??= [...this.#chunks.keys()].sort((a, b) => tsnDiff(b, a));
    const lowest = this.#order.pop();
    return lowest === undefined ? undefined : this.take(lowest);
  }
}
