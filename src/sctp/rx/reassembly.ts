import { LazyMap } from '../../base/lazy-map.ts';
import { type Ssn, ssn, ssnAdd, ssnDiff, ssnLt, type Tsn, tsnAdd, tsnLte } from '../../base/serial.ts';
import type { StreamSelection } from '../wire/stream-selection.ts';
import type { DataChunk, SkippedMid } from '../wire/types.ts';
import { FragmentMemory, handedBytes } from './kept-bytes.ts';
import { type Arrivals, type FragmentConflict, joinPieces, type Reassembler } from './reassembler.ts';
import type { Deliver, MessagePart } from './received-message.ts';
import { Runs } from './runs.ts';

/** Fragments with consecutive TSNs that belong to one message; complete once it begins with B and ends with E. */
interface Run {
  first: Tsn;
  last: Tsn;
  readonly streamId: number;
  readonly ssn: Ssn;
  readonly ppid: number;
  readonly unordered: boolean;
  /** The fragment at `first` has the B bit. */
  begins: boolean;
  /** The fragment at `last` has the E bit. */
  ends: boolean;
  /** What has not gone up. */
  fragments: Uint8Array[];
  bytes: number;
  readonly memory: FragmentMemory;
  /** Number of its partial delivery, once that has begun. */
  partId: number | undefined;
  deliveredBytes: number;
}

interface InboundStream {
  /** SSN of the next ordered message to go up. */
  expected: Ssn;
  /** Complete messages that wait for an earlier one, by SSN. */
  readonly waiting: LazyMap<Ssn, Run>;
}

/**
 * Reassembly of DATA: of fragments and re-ordering of messages per stream. RFC 9260 §6.5, §6.6, §6.9.
 *
 * Fragments are joined once, when their message is complete. Adding one is constant work however the fragments arrive,
 * because consecutive fragments are kept as runs that are found by either end.
 */
export class Reassembly implements Reassembler {
  readonly #partBytes: number;
  readonly #streams = new LazyMap<number, InboundStream>();
  readonly #runs = new Runs<Run>();
  /** Complete messages held for order, by their last TSN. */
  readonly #waitingByLast = new LazyMap<Tsn, Run>();
  #heldBytes = 0;
  #heldChunks = 0;
  #parts = 0;
  /** Length of the last message that was complete. */
  #lastBytes = 0;
  /** The message that goes up in parts. */
  #inParts: Run | undefined;
  /** The peer has given up messages: fragments of them may still come, without their beginning. */
  #forwarded = false;

  /** @param partBytes a message goes up in parts once so much of its beginning is here; 0: never */
  constructor(partBytes = 0) {
    this.#partBytes = partBytes;
  }

  /** Payload bytes of fragments and messages that have not gone up. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** DATA chunks held. */
  get heldChunks(): number {
    return this.#heldChunks;
  }

  add(chunk: DataChunk, arrivals: Arrivals, deliver: Deliver): FragmentConflict | undefined {
    const left = this.#runs.endingAt(tsnAdd(chunk.tsn, -1));
    const right = this.#runs.beginningAt(tsnAdd(chunk.tsn, 1));
    const conflict = checkNeighbours(chunk, left, right, arrivals);
    if (conflict === 'no-beginning' && left === undefined && this.#forwarded) return undefined;
    if (conflict !== undefined) return conflict;
    if (chunk.beginning && chunk.ending && this.#isItsTurn(chunk)) {
      this.#handUpWhole(chunk, deliver);
      return undefined;
    }

    this.#heldBytes += chunk.userData.length;
    this.#heldChunks++;
    const run = this.#join(chunk, chunk.beginning ? undefined : left, chunk.ending ? undefined : right);
    if (!run.begins || !run.ends) {
      this.#runs.file(run);
      if (this.#partBytes > 0) this.#deliverPart(this.#partBytes, arrivals, deliver);
      return undefined;
    }
    this.#runs.remove(run);
    return this.#complete(run, deliver);
  }

  dropEndingAt(tsn: Tsn): boolean {
    const waiting = this.#waitingByLast.get(tsn);
    const run = waiting ?? this.#runs.endingAt(tsn);
    // It has gone up as a part.
    if (run === undefined || run.fragments.length === 0) return false;
    if (waiting !== undefined) {
      this.#waitingByLast.delete(tsn);
      this.#streams.get(run.streamId)!.waiting.delete(run.ssn);
    } else this.#runs.remove(run);
    const fragment = run.fragments.pop()!;
    run.bytes -= fragment.length;
    run.memory.beginAnew();
    this.#heldBytes -= fragment.length;
    this.#heldChunks--;
    if (run.fragments.length > 0 || run.partId !== undefined) {
      run.ends = false;
      run.last = tsnAdd(run.last, -1);
      this.#runs.file(run);
    }
    return true;
  }

  resetStreams(streams: StreamSelection, deliver: Deliver): void {
    for (const streamId of streams === 'all' ? [...this.#streams.keys()] : streams) {
      const waiting = [...(this.#streams.get(streamId)?.waiting.values() ?? [])];
      this.#streams.delete(streamId);
      // All that was sent before is here: only a peer that left out SSNs has something waiting.
      for (const run of waiting.sort((a, b) => ssnDiff(a.ssn, b.ssn))) {
        this.#waitingByLast.delete(run.last);
        this.#release(run, deliver);
      }
    }
  }

  deliverParts(arrivals: Arrivals, deliver: Deliver): boolean {
    return this.#deliverPart(1, arrivals, deliver);
  }

  abortParts(deliver: Deliver): void {
    const run = this.#inParts;
    if (run === undefined) return;
    this.#inParts = undefined;
    this.#handUp(run, new Uint8Array(0), 'aborted', deliver);
  }

  /**
   * Hands up the beginning of the unfinished message that ends where all has arrived, if so much of it is here. There is
   * one such message at most, since a message's TSNs are consecutive.
   */
  #deliverPart(atLeastBytes: number, arrivals: Arrivals, deliver: Deliver): boolean {
    const run = this.#runs.endingAt(arrivals.cumulativeTsn);
    if (run === undefined || !run.begins || run.bytes < atLeastBytes) return false;
    if (!run.unordered && run.ssn !== (this.#streams.get(run.streamId)?.expected ?? 0)) return false;
    run.partId ??= this.#parts++;
    this.#inParts = run;
    const part = joinPieces(run.fragments, run.bytes);
    this.#heldBytes -= run.bytes;
    this.#heldChunks -= run.fragments.length;
    run.fragments = [];
    run.bytes = 0;
    run.memory.beginAnew();
    this.#handUp(run, part, 'more', deliver);
    return true;
  }

  /** Whether a message waits for no other one. */
  #isItsTurn({ unordered, streamId, ssn }: DataChunk): boolean {
    return unordered || this.#streamOf(streamId).expected === ssn;
  }

  /** A message in one chunk, which is never held: most messages are such. */
  #handUpWhole({ userData, streamId, ssn, ppid, unordered }: DataChunk, deliver: Deliver): void {
    deliver({ data: handedBytes(userData), streamId, ssn, ppid, unordered, partial: undefined });
    if (unordered) return;
    const stream = this.#streamOf(streamId);
    stream.expected = ssnAdd(ssn, 1);
    this.#releaseFollowing(stream, deliver);
  }

  #handUp(run: Run, data: Uint8Array, state: MessagePart['state'], deliver: Deliver): void {
    const { streamId, ssn, ppid, unordered, partId, deliveredBytes: offsetBytes } = run;
    run.deliveredBytes += data.length;
    const partial = partId === undefined ? undefined : { id: partId, offsetBytes, state };
    deliver({ data, streamId, ssn, ppid, unordered, partial });
  }

  forward(newCumulativeTsn: Tsn, skipped: readonly SkippedMid[], deliver: Deliver): void {
    this.#forwarded = true;
    for (const run of [...this.#runs.values()]) {
      const missing = run.begins ? tsnAdd(run.last, 1) : tsnAdd(run.first, -1);
      if (tsnLte(missing, newCumulativeTsn)) this.#drop(run, deliver);
    }
    for (const { streamId, mid } of skipped) this.#skip(this.#streamOf(streamId), ssn(mid), deliver);
  }

  /** Nothing up to `last` is waited for any more. */
  #skip(stream: InboundStream, last: Ssn, deliver: Deliver): void {
    if (ssnLt(last, stream.expected)) return;
    const stranded = [...stream.waiting.values()].filter((run) => ssnDiff(run.ssn, last) <= 0);
    for (const run of stranded.sort((a, b) => ssnDiff(a.ssn, b.ssn))) this.#releaseWaiting(stream, run, deliver);
    stream.expected = ssnAdd(last, 1);
    this.#releaseFollowing(stream, deliver);
  }

  #drop(run: Run, deliver: Deliver): void {
    this.#runs.remove(run);
    this.#heldBytes -= run.bytes;
    this.#heldChunks -= run.fragments.length;
    if (run === this.#inParts) this.abortParts(deliver);
  }

  #streamOf(streamId: number): InboundStream {
    let stream = this.#streams.get(streamId);
    if (stream === undefined) {
      stream = { expected: 0 as Ssn, waiting: new LazyMap() };
      this.#streams.set(streamId, stream);
    }
    return stream;
  }

  /** The next message is as long as the last one was, most often; but only one at a time takes memory for that. */
  #newMemory(): FragmentMemory {
    return new FragmentMemory(this.#runs.isEmpty ? this.#lastBytes : 0);
  }

  #join(chunk: DataChunk, left: Run | undefined, right: Run | undefined): Run {
    const memory = left?.memory ?? this.#newMemory();
    const data = memory.keep(chunk.userData);
    let run: Run;
    if (left !== undefined) {
      run = left;
      this.#runs.beginChange(left);
      run.last = chunk.tsn;
      run.ends = chunk.ending;
      run.fragments.push(data);
      run.bytes += data.length;
    } else {
      run = {
        first: chunk.tsn,
        last: chunk.tsn,
        streamId: chunk.streamId,
        ssn: chunk.ssn,
        ppid: chunk.ppid,
        unordered: chunk.unordered,
        begins: chunk.beginning,
        ends: chunk.ending,
        fragments: [data],
        bytes: data.length,
        memory,
        partId: undefined,
        deliveredBytes: 0,
      };
    }
    if (right !== undefined) {
      this.#runs.remove(right);
      run.last = right.last;
      run.ends = right.ends;
      run.bytes += right.bytes;
      // The shorter list moves, so that filling a hole backwards stays cheap as well.
      if (run.fragments.length <= right.fragments.length) {
        right.fragments.unshift(...run.fragments);
        run.fragments = right.fragments;
      } else for (const fragment of right.fragments) run.fragments.push(fragment);
    }
    return run;
  }

  #complete(run: Run, deliver: Deliver): FragmentConflict | undefined {
    if (run.unordered) {
      this.#release(run, deliver);
      return undefined;
    }
    const stream = this.#streamOf(run.streamId);
    if (run.ssn !== stream.expected) {
      if (ssnLt(run.ssn, stream.expected) || stream.waiting.has(run.ssn)) return 'ssn-reused';
      stream.waiting.set(run.ssn, run);
      this.#waitingByLast.set(run.last, run);
      return undefined;
    }
    this.#release(run, deliver);
    stream.expected = ssnAdd(stream.expected, 1);
    this.#releaseFollowing(stream, deliver);
    return undefined;
  }

  #releaseFollowing(stream: InboundStream, deliver: Deliver): void {
    while (stream.waiting.size > 0) {
      const next = stream.waiting.get(stream.expected);
      if (next === undefined) break;
      this.#releaseWaiting(stream, next, deliver);
      stream.expected = ssnAdd(stream.expected, 1);
    }
  }

  #releaseWaiting(stream: InboundStream, run: Run, deliver: Deliver): void {
    stream.waiting.delete(run.ssn);
    this.#waitingByLast.delete(run.last);
    this.#release(run, deliver);
  }

  #release(run: Run, deliver: Deliver): void {
    this.#heldBytes -= run.bytes;
    this.#heldChunks -= run.fragments.length;
    if (run === this.#inParts) this.#inParts = undefined;
    this.#lastBytes = run.bytes;
    this.#handUp(run, joinPieces(run.fragments, run.bytes), 'complete', deliver);
  }
}

function checkNeighbours(
  chunk: DataChunk,
  left: Run | undefined,
  right: Run | undefined,
  arrivals: Arrivals,
): FragmentConflict | undefined {
  if (chunk.beginning) {
    // The TSN before is a fragment that is not the last of its message.
    if (left !== undefined && !left.ends) return 'beginning-inside-a-message';
  } else {
    if (left === undefined) {
      // The TSN before has arrived and left no unfinished message behind.
      if (arrivals.hasReceived(tsnAdd(chunk.tsn, -1))) return 'no-beginning';
    } else if (left.ends) return 'no-beginning';
    else if (!sameMessage(chunk, left)) return 'fragments-disagree';
  }
  if (right === undefined) {
    // The TSN behind has arrived and was no fragment that waits for this one.
    return !chunk.ending && arrivals.hasReceived(tsnAdd(chunk.tsn, 1)) ? 'beginning-inside-a-message' : undefined;
  }
  if (chunk.ending) return right.begins ? undefined : 'no-beginning';
  if (right.begins) return 'beginning-inside-a-message';
  return sameMessage(chunk, right) ? undefined : 'fragments-disagree';
}

/** All fragments of a message have the same stream, order flag, SSN and PPID. RFC 9260 §3.3.1, §6.9. */
function sameMessage(chunk: DataChunk, run: Run): boolean {
  return (
    chunk.streamId === run.streamId &&
    chunk.unordered === run.unordered &&
    chunk.ppid === run.ppid &&
    // The SSN of unordered data is ignored.
    (chunk.unordered || chunk.ssn === run.ssn)
  );
}
