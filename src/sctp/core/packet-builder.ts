import type { Path } from '../path/path.ts';
import { chunkSize } from '../wire/chunk.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';
import type { Chunk } from '../wire/types.ts';
import type { Tcb } from './tcb.ts';

/**
 * Collects chunks into packets no longer than the path MTU: bundling, RFC 9260 §6.10. A packet goes out when the next
 * chunk does not fit or belongs to another path.
 */
export class PacketBuilder {
  readonly #tcb: Tcb;
  #path: Path | undefined;
  #chunks: Chunk[] = NO_CHUNKS;
  #bytes = COMMON_HEADER_BYTES;
  #streamId: number | undefined;

  constructor(tcb: Tcb) {
    this.#tcb = tcb;
  }

  /** Path of the packet at hand. */
  get path(): Path | undefined {
    return this.#path;
  }

  /** Stream of the last user data in the packet at hand. */
  get streamId(): number | undefined {
    return this.#streamId;
  }

  /** §6.10: no packet is longer than the primary path takes, whatever its own path does. */
  limitBytes(path: Path): number {
    return Math.min(path.pmtuBytes, this.#tcb.paths.primary.pmtuBytes);
  }

  /** Bytes left in a packet to `path`: the one at hand, or an empty one. */
  roomBytes(path: Path): number {
    return this.limitBytes(path) - (path === this.#path ? this.#bytes : COMMON_HEADER_BYTES);
  }

  /** A control chunk; the caller adds them before all DATA of a packet (§6.10). */
  control(path: Path, chunk: Chunk): void {
    const bytes = chunkSize(chunk);
    if (path !== this.#path || this.#bytes + bytes > this.limitBytes(path)) this.#begin(path);
    this.#add(chunk);
    this.#bytes += bytes;
  }

  /** A DATA or I-DATA chunk of `bytes` on the wire; the caller keeps TSNs in order. */
  data(path: Path, chunk: Chunk, bytes: number, streamId: number): void {
    if (path !== this.#path || this.#bytes + bytes > this.limitBytes(path)) this.#begin(path);
    this.#add(chunk);
    this.#bytes += bytes;
    this.#streamId = streamId;
  }

  /** Chunks that begin a packet of their own, even if that gets longer than the path MTU. */
  oversized(path: Path, chunks: readonly Chunk[]): void {
    this.#begin(path);
    for (const chunk of chunks) {
      this.#add(chunk);
      this.#bytes += chunkSize(chunk);
    }
  }

  /** Sends what is collected. */
  flush(): void {
    const path = this.#path;
    if (path === undefined || this.#chunks.length === 0) return;
    const tcb = this.#tcb;
    tcb.transmit(path, tcb.peerTag, this.#chunks);
    this.#chunks = NO_CHUNKS;
    this.#bytes = COMMON_HEADER_BYTES;
    this.#streamId = undefined;
    this.#path = undefined;
  }

  /** The first one gets a list of its own length: most packets have one chunk, and a list that grows takes room for seventeen. */
  #add(chunk: Chunk): void {
    if (this.#chunks.length === 0) this.#chunks = [chunk];
    else this.#chunks.push(chunk);
  }

  #begin(path: Path): void {
    this.flush();
    this.#path = path;
  }
}

/** Never written to. */
const NO_CHUNKS: Chunk[] = [];
