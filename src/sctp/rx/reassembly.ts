import { type Ssn, ssnAdd, ssnDiff, ssnLt, type Tsn, tsnAdd } from '../../base/serial.ts';
import type { StreamSelection } from '../wire/stream-selection.ts';
import type { DataChunk } from '../wire/types.ts';
import { HeldBack } from './held-back.ts';

/** A whole user message as it goes up. */
export interface ReceivedMessage {
  readonly data: Uint8Array;
  readonly streamId: number;
  readonly ppid: number;
  readonly unordered: boolean;
}

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
  fragments: Uint8Array[];
  bytes: number;
}

interface InboundStream {
  /** SSN of the next ordered message to go up. */
  expected: Ssn;
  /** Complete messages that wait for an earlier one, by SSN. */
  readonly waiting: Map<Ssn, Run>;
}

/** Knows which TSNs have arrived. */
export interface Arrivals {
  hasReceived(tsn: Tsn): boolean;
}

/** Why a DATA chunk cannot be: the fragments contradict each other. RFC 9260 §3.3.1, §6.9. */
export type FragmentConflict = 'beginning-inside-a-message' | 'no-beginning' | 'fragments-disagree' | 'ssn-reused';

/**
 * Reassembly of fragments and re-ordering of messages per stream. RFC 9260 §6.5, §6.6, §6.9.
 *
 * Every fragment is copied once, and joined once when its message is complete. Adding one is constant work however the
 * fragments arrive, because consecutive fragments are kept as runs that are found by either end.
 */
export class Reassembly {
  readonly #streams = new Map<number, InboundStream>();
  readonly #runsByFirst = new Map<Tsn, Run>();
  readonly #runsByLast = new Map<Tsn, Run>();
  /** Complete messages held for order, by their last TSN. */
  readonly #waitingByLast = new Map<Tsn, Run>();
  #heldBytes = 0;
  #heldChunks = 0;
  /** While a reset waits for what was sent before it. */
  #heldBack: HeldBack | undefined;

  /** Payload bytes of fragments and messages that have not gone up. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** DATA chunks held. */
  get heldChunks(): number {
    return this.#heldChunks;
  }

  /** No complete message waits: whatever is held is fragments of unfinished ones. */
  get onlyFragments(): boolean {
    return this.#waitingByLast.size === 0 && this.#heldBack === undefined;
  }

  /**
   * Takes a DATA chunk whose TSN was not received before. Its data is copied.
   *
   * @param arrivals tells whether the TSNs around it have arrived
   * @param deliver called for each message that can go up now, in order
   * @returns what is wrong with the chunk, or `undefined`
   */
  add(chunk: DataChunk, arrivals: Arrivals, deliver: (message: ReceivedMessage) => void): FragmentConflict | undefined {
    if (this.#heldBack?.wants(chunk) === true) {
      this.#heldBack.add(chunk);
      this.#heldBytes += chunk.userData.length;
      this.#heldChunks++;
      return undefined;
    }
    const left = this.#runsByLast.get(tsnAdd(chunk.tsn, -1));
    const right = this.#runsByFirst.get(tsnAdd(chunk.tsn, 1));
    const conflict = checkNeighbours(chunk, left, right, arrivals);
    if (conflict !== undefined) return conflict;

    this.#heldBytes += chunk.userData.length;
    this.#heldChunks++;
    const run = this.#join(chunk, chunk.beginning ? undefined : left, chunk.ending ? undefined : right);
    if (!run.begins || !run.ends) {
      this.#runsByFirst.set(run.first, run);
      this.#runsByLast.set(run.last, run);
      return undefined;
    }
    return this.#complete(run, deliver);
  }

  /**
   * Gives up the chunk with this TSN, to make room for an earlier one (RFC 9260 §6.2). It has to be the last one of what
   * is held without a hole.
   *
   * @returns false if no such chunk is held: there is none, or its message has gone up
   */
  dropEndingAt(tsn: Tsn): boolean {
    const heldBack = this.#heldBack?.take(tsn);
    if (heldBack !== undefined) {
      this.#heldBytes -= heldBack.userData.length;
      this.#heldChunks--;
      return true;
    }
    const waiting = this.#waitingByLast.get(tsn);
    const run = waiting ?? this.#runsByLast.get(tsn);
    if (run === undefined) return false;
    if (waiting !== undefined) {
      this.#waitingByLast.delete(tsn);
      this.#streams.get(run.streamId)!.waiting.delete(run.ssn);
    } else {
      this.#runsByFirst.delete(run.first);
      this.#runsByLast.delete(run.last);
    }
    const fragment = run.fragments.pop()!;
    run.bytes -= fragment.length;
    this.#heldBytes -= fragment.length;
    this.#heldChunks--;
    if (run.fragments.length > 0) {
      run.ends = false;
      run.last = tsnAdd(run.last, -1);
      this.#runsByFirst.set(run.first, run);
      this.#runsByLast.set(run.last, run);
    }
    return true;
  }

  /**
   * A reset of these streams waits until all up to `lastTsn` has arrived; what comes of them beyond is kept until
   * `resetStreams` is called. RFC 6525 §5.2.2 E2.
   */
  deferReset(streams: StreamSelection, lastTsn: Tsn): void {
    this.#heldBack = new HeldBack(streams, lastTsn);
  }

  /** The next message of these streams has SSN 0; whatever waited for an earlier one goes up. RFC 6525 §5.2.2 E3. */
  resetStreams(streams: StreamSelection, deliver: (message: ReceivedMessage) => void): void {
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

  /** Takes up what `deferReset` has kept, as if it came now. RFC 6525 §5.2.2 E4. */
  releaseHeldBack(arrivals: Arrivals, deliver: (message: ReceivedMessage) => void): FragmentConflict | undefined {
    const heldBack = this.#heldBack;
    this.#heldBack = undefined;
    if (heldBack === undefined) return undefined;
    // What is still held back has not arrived as far as its neighbours are concerned.
    const arrived: Arrivals = { hasReceived: (tsn) => !heldBack.has(tsn) && arrivals.hasReceived(tsn) };
    for (let chunk = heldBack.takeFirst(); chunk !== undefined; chunk = heldBack.takeFirst()) {
      this.#heldBytes -= chunk.userData.length;
      this.#heldChunks--;
      const conflict = this.add(chunk, arrived, deliver);
      if (conflict !== undefined) return conflict;
    }
    return undefined;
  }

  #join(chunk: DataChunk, left: Run | undefined, right: Run | undefined): Run {
    const data = chunk.userData.slice();
    let run: Run;
    if (left !== undefined) {
      run = left;
      this.#runsByLast.delete(left.last);
      this.#runsByFirst.delete(left.first);
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
      };
    }
    if (right !== undefined) {
      this.#runsByFirst.delete(right.first);
      this.#runsByLast.delete(right.last);
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

  #complete(run: Run, deliver: (message: ReceivedMessage) => void): FragmentConflict | undefined {
    if (run.unordered) {
      this.#release(run, deliver);
      return undefined;
    }
    let stream = this.#streams.get(run.streamId);
    if (stream === undefined) {
      stream = { expected: 0 as Ssn, waiting: new Map() };
      this.#streams.set(run.streamId, stream);
    }
    if (run.ssn !== stream.expected) {
      if (ssnLt(run.ssn, stream.expected) || stream.waiting.has(run.ssn)) return 'ssn-reused';
      stream.waiting.set(run.ssn, run);
      this.#waitingByLast.set(run.last, run);
      return undefined;
    }
    this.#release(run, deliver);
    stream.expected = ssnAdd(stream.expected, 1);
    while (stream.waiting.size > 0) {
      const next = stream.waiting.get(stream.expected);
      if (next === undefined) break;
      stream.waiting.delete(next.ssn);
      this.#waitingByLast.delete(next.last);
      this.#release(next, deliver);
      stream.expected = ssnAdd(stream.expected, 1);
    }
    return undefined;
  }

  #release(run: Run, deliver: (message: ReceivedMessage) => void): void {
    this.#heldBytes -= run.bytes;
    this.#heldChunks -= run.fragments.length;
    const { streamId, ppid, unordered } = run;
    deliver({ data: joinFragments(run), streamId, ppid, unordered });
  }
}

function joinFragments(run: Run): Uint8Array {
  if (run.fragments.length === 1) return run.fragments[0]!;
  const whole = new Uint8Array(run.bytes);
  let at = 0;
  for (const fragment of run.fragments) {
    whole.set(fragment, at);
    at += fragment.length;
  }
  return whole;
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
