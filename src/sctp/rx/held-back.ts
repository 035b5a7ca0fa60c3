import { type Tsn, tsnDiff, tsnLt } from '../../base/serial.ts';
import { membership, type StreamSelection } from '../wire/stream-selection.ts';
import type { PayloadChunk } from '../wire/types.ts';

/** DATA and I-DATA of streams whose reset is deferred, sent after it was asked for. RFC 6525 §5.2.2 E2. */
export class HeldBack {
  readonly #isOfReset: (streamId: number) => boolean;
  readonly #lastTsn: Tsn;
  readonly #chunks = new Map<Tsn, PayloadChunk>();
  #bytes = 0;
  /** The lowest TSN last, while somebody takes them out. */
  #order: Tsn[] | undefined;

  /** @param lastTsn the last TSN that the peer assigned before it asked */
  constructor(streams: StreamSelection, lastTsn: Tsn) {
    this.#isOfReset = membership(streams);
    this.#lastTsn = lastTsn;
  }

  /** Payload bytes kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Chunks kept. */
  get chunks(): number {
    return this.#chunks.size;
  }

  /** Whether the chunk belongs here. */
  wants(chunk: PayloadChunk): boolean {
    return tsnLt(this.#lastTsn, chunk.tsn) && this.#isOfReset(chunk.streamId);
  }

  /** Keeps a copy. */
  add(chunk: PayloadChunk): void {
    this.#chunks.set(chunk.tsn, { ...chunk, userData: chunk.userData.slice() });
    this.#bytes += chunk.userData.length;
    this.#order = undefined;
  }

  has(tsn: Tsn): boolean {
    return this.#chunks.has(tsn);
  }

  take(tsn: Tsn): PayloadChunk | undefined {
    const chunk = this.#chunks.get(tsn);
    if (chunk !== undefined) this.#order = undefined;
    return this.#remove(chunk);
  }

  /**
   * The chunk with the lowest TSN.
   *
   * @param before only a TSN before this one
   */
  takeFirst(before: Tsn | undefined): PayloadChunk | undefined {
    this.#order ??= [...this.#chunks.keys()].sort((a, b) => tsnDiff(b, a));
    const lowest = this.#order.at(-1);
    if (lowest === undefined || (before !== undefined && !tsnLt(lowest, before))) return undefined;
    this.#order.pop();
    return this.#remove(this.#chunks.get(lowest));
  }

  #remove(chunk: PayloadChunk | undefined): PayloadChunk | undefined {
    if (chunk === undefined) return undefined;
    this.#chunks.delete(chunk.tsn);
    this.#bytes -= chunk.userData.length;
    return chunk;
  }
}
