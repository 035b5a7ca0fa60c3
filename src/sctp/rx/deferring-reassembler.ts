import { type Tsn, tsnLt } from '../../base/serial.ts';
import type { StreamSelection } from '../wire/stream-selection.ts';
import type { PayloadChunk, SkippedMid } from '../wire/types.ts';
import { HeldBack } from './held-back.ts';
import { InterleavedReassembly } from './interleaved-reassembly.ts';
import type { Arrivals, FragmentConflict, Reassembler } from './reassembler.ts';
import { Reassembly } from './reassembly.ts';
import type { Deliver } from './received-message.ts';

/**
 * The reassembler of an association: made when the first chunk comes, since many of thousands may wait for that for long.
 * It can keep what belongs behind the reset of its stream. RFC 6525 §5.2.2.
 */
export class DeferringReassembler implements Reassembler {
  readonly #interleaving: boolean;
  readonly #partBytes: number;
  #inner: Reassembler | undefined;
  /** While a reset waits for what was sent before it. */
  #heldBack: HeldBack | undefined;
  /** The last FORWARD TSN that came meanwhile, and what all of them have skipped, by stream and order flag. */
  #forwardedTo: Tsn | undefined;
  #skipped: Map<number, SkippedMid> | undefined;

  /**
   * @param interleaving whether I-DATA comes, or DATA
   * @param partBytes a message goes up in parts once so much of its beginning is here; 0: never
   */
  constructor(interleaving: boolean, partBytes: number) {
    this.#interleaving = interleaving;
    this.#partBytes = partBytes;
  }

  get heldBytes(): number {
    return (this.#inner?.heldBytes ?? 0) + (this.#heldBack?.bytes ?? 0);
  }

  /** Something is kept until its streams are reset. */
  get isHoldingBack(): boolean {
    return this.#heldBack !== undefined && this.#heldBack.chunks > 0;
  }

  get heldChunks(): number {
    return (this.#inner?.heldChunks ?? 0) + (this.#heldBack?.chunks ?? 0);
  }

  add(chunk: PayloadChunk, arrivals: Arrivals, deliver: Deliver): FragmentConflict | undefined {
    if (this.#heldBack?.wants(chunk) !== true) return this.#reassembler().add(chunk, arrivals, deliver);
    this.#heldBack.add(chunk);
    return undefined;
  }

  dropEndingAt(tsn: Tsn): boolean {
    return this.#heldBack?.take(tsn) !== undefined || this.#inner?.dropEndingAt(tsn) === true;
  }

  deliverParts(arrivals: Arrivals, deliver: Deliver): boolean {
    return this.#inner?.deliverParts(arrivals, deliver) === true;
  }

  forward(newCumulativeTsn: Tsn, skipped: readonly SkippedMid[], deliver: Deliver): void {
    // What was skipped stands among what is kept, and is skipped with it.
    if (this.isHoldingBack) {
      this.#forwardedTo = newCumulativeTsn;
      this.#skipped ??= new Map();
      for (const each of skipped) this.#skipped.set(2 * each.streamId + (each.unordered ? 1 : 0), each);
    } else this.#reassembler().forward(newCumulativeTsn, skipped, deliver);
  }

  abortParts(deliver: Deliver): void {
    this.#inner?.abortParts(deliver);
  }

  /**
   * A reset of these streams waits until all up to `lastTsn` has arrived; what comes of them beyond is kept until
   * `resetStreams` is called. RFC 6525 §5.2.2 E2.
   */
  deferReset(streams: StreamSelection, lastTsn: Tsn): void {
    this.#heldBack = new HeldBack(streams, lastTsn);
  }

  resetStreams(streams: StreamSelection, deliver: Deliver): void {
    this.#inner?.resetStreams(streams, deliver);
  }

  /**
   * Takes up what `deferReset` has kept, as if it came now. RFC 6525 §5.2.2 E4.
   *
   * @param before only TSNs before this one; the others stay
   */
  releaseHeldBack(arrivals: Arrivals, deliver: Deliver, before?: Tsn): FragmentConflict | undefined {
    const heldBack = this.#heldBack;
    this.#heldBack = undefined;
    if (heldBack === undefined) return undefined;
    const forwardedTo = this.#forwardedTo;
    // What is still held back, or was skipped, has not arrived as far as its neighbours are concerned.
    const arrived: Arrivals = {
      cumulativeTsn: arrivals.cumulativeTsn,
      hasReceived: (tsn) =>
        !heldBack.has(tsn) && (forwardedTo === undefined || tsnLt(forwardedTo, tsn)) && arrivals.hasReceived(tsn),
    };
    for (let chunk = heldBack.takeFirst(before); chunk !== undefined; chunk = heldBack.takeFirst(before)) {
      const conflict = this.#reassembler().add(chunk, arrived, deliver);
      if (conflict !== undefined) return conflict;
    }
    if (forwardedTo !== undefined && (before === undefined || tsnLt(forwardedTo, before))) {
      this.#reassembler().forward(forwardedTo, [...(this.#skipped?.values() ?? [])], deliver);
      this.#forwardedTo = undefined;
      this.#skipped = undefined;
    }
    if (before !== undefined) this.#heldBack = heldBack;
    return undefined;
  }
  #reassembler(): Reassembler {
    this.#inner ??= this.#interleaving ? new InterleavedReassembly(this.#partBytes) : new Reassembly(this.#partBytes);
    return this.#inner;
  }
}
