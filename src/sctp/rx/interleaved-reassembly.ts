import { LazyMap } from '../../base/lazy-map.ts';
import { type Fsn, type Mid, mid, midAdd, midDiff, ssn, type Tsn } from '../../base/serial.ts';
import { membership, type StreamSelection } from '../wire/stream-selection.ts';
import type { IDataChunk, SkippedMid } from '../wire/types.ts';
import { handedBytes } from './kept-bytes.ts';
import { MessageFragments } from './message-fragments.ts';
import { type Arrivals, type FragmentConflict, joinPieces, type Reassembler } from './reassembler.ts';
import type { Deliver, MessagePart } from './received-message.ts';
import { MAX_TSN_OFFSET } from './tsn-tracker.ts';

/** The ordered or the unordered messages of one stream. */
interface Lane {
  readonly streamId: number;
  readonly unordered: boolean;
  /** Ordered: MID of the next message to go up. */
  expected: Mid;
  /** Messages that are not complete, or wait for an earlier one. */
  readonly messages: Map<Mid, MessageFragments>;
  /** The last message that the peer has given up: fragments of it, and of those before, may still come. */
  skipped: Mid | undefined;
  /** Unordered: the one message that goes up in parts. */
  inParts: MessageFragments | undefined;
}

/** Where a fragment is held. */
interface Place {
  readonly lane: Lane;
  readonly message: MessageFragments;
  readonly fsn: Fsn;
}

/**
 * Reassembly of I-DATA: fragments are known by stream, order flag, MID and FSN, whatever their TSNs. RFC 8260 §2.2.3.
 * Adding one is constant work; what is held is bounded by the receive window.
 */
export class InterleavedReassembly implements Reassembler {
  readonly #partBytes: number;
  readonly #lanes = new LazyMap<number, Lane>();
  readonly #byTsn = new LazyMap<Tsn, Place>();
  #heldBytes = 0;
  #parts = 0;

  /** @param partBytes a message goes up in parts once so much of its beginning is here; 0: never */
  constructor(partBytes = 0) {
    this.#partBytes = partBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get heldChunks(): number {
    return this.#byTsn.size;
  }

  add(chunk: IDataChunk, _arrivals: Arrivals, deliver: Deliver): FragmentConflict | undefined {
    const lane = this.#laneOf(chunk.streamId, chunk.unordered);
    if (lane.skipped !== undefined && wasSkipped(lane, chunk.mid)) return undefined;
    if (!chunk.unordered && midDiff(chunk.mid, lane.expected) < 0) return 'mid-reused';
    const known = lane.messages.get(chunk.mid);
    if (known === undefined && chunk.beginning && chunk.ending && (chunk.unordered || chunk.mid === lane.expected)) {
      this.#deliverWhole(lane, chunk, deliver);
      return undefined;
    }
    const message = known ?? new MessageFragments(chunk.mid);
    const conflict = message.conflictOf(chunk);
    if (conflict !== undefined) return conflict;

    message.add(chunk);
    this.#heldBytes += chunk.userData.length;
    this.#byTsn.set(chunk.tsn, { lane, message, fsn: chunk.fsn });
    if (known === undefined) lane.messages.set(chunk.mid, message);
    if (message.isComplete) {
      if (lane.unordered) this.#release(lane, message, deliver);
      else this.#releaseInOrder(lane, deliver);
    }
    if (this.#partBytes > 0) this.#deliverPart(lane, message, this.#partBytes, deliver);
    return undefined;
  }

  dropEndingAt(tsn: Tsn): boolean {
    const place = this.#byTsn.get(tsn);
    if (place === undefined) return false;
    const { lane, message, fsn } = place;
    this.#byTsn.delete(tsn);
    this.#heldBytes -= message.drop(fsn);
    if (message.heldFragments === 0 && message.partId === undefined) lane.messages.delete(message.mid);
    return true;
  }

  deliverParts(_arrivals: Arrivals, deliver: Deliver): boolean {
    let delivered = false;
    for (const lane of this.#lanes.values()) {
      const message = lane.unordered ? firstUnordered(lane) : lane.messages.get(lane.expected);
      if (message !== undefined && this.#deliverPart(lane, message, 1, deliver)) delivered = true;
    }
    return delivered;
  }

  resetStreams(streams: StreamSelection, deliver: Deliver): void {
    const isReset = membership(streams);
    for (const lane of this.#lanes.values()) {
      if (!isReset(lane.streamId)) continue;
      lane.expected = mid(0);
      lane.skipped = undefined;
      // All that was sent before is here: only a peer that left out MIDs has something waiting.
      for (const message of [...lane.messages.values()].sort((a, b) => midDiff(a.mid, b.mid))) {
        if (message.isComplete) this.#release(lane, message, deliver);
        else this.#discard(lane, message, deliver);
      }
    }
  }

  forward(_newCumulativeTsn: Tsn, skipped: readonly SkippedMid[], deliver: Deliver): void {
    for (const { streamId, unordered, mid: last } of skipped) {
      const lane = this.#laneOf(streamId, unordered);
      if (!unordered && midDiff(last, lane.expected) < 0) continue;
      lane.skipped = last;
      const passed = [...lane.messages.values()].filter((message) => midDiff(message.mid, last) <= 0);
      for (const message of passed.sort((a, b) => midDiff(a.mid, b.mid))) {
        if (message.isComplete) this.#release(lane, message, deliver);
        else this.#discard(lane, message, deliver);
      }
      if (unordered) continue;
      lane.expected = midAdd(last, 1);
      this.#releaseInOrder(lane, deliver);
    }
  }

  abortParts(deliver: Deliver): void {
    for (const lane of this.#lanes.values()) {
      for (const message of lane.messages.values()) this.#discard(lane, message, deliver);
    }
  }

  #laneOf(streamId: number, unordered: boolean): Lane {
    const key = 2 * streamId + (unordered ? 1 : 0);
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { streamId, unordered, expected: mid(0), messages: new Map(), skipped: undefined, inParts: undefined };
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  /** What most messages are: not fragmented, and next. */
  #deliverWhole(lane: Lane, chunk: IDataChunk, deliver: Deliver): void {
    const { streamId, ppid, unordered } = chunk;
    deliver({ data: handedBytes(chunk.userData), streamId, ssn: ssn(chunk.mid), ppid, unordered });
    if (unordered) return;
    lane.expected = midAdd(lane.expected, 1);
    this.#releaseInOrder(lane, deliver);
  }

  #releaseInOrder(lane: Lane, deliver: Deliver): void {
    for (;;) {
      const next = lane.messages.get(lane.expected);
      if (next?.isComplete !== true) return;
      this.#release(lane, next, deliver);
      lane.expected = midAdd(lane.expected, 1);
    }
  }

  #release(lane: Lane, message: MessageFragments, deliver: Deliver): void {
    lane.messages.delete(message.mid);
    if (lane.inParts === message) lane.inParts = undefined;
    this.#handUp(lane, message, 'complete', deliver);
  }

  /** Hands up the beginning of an unfinished message that is next in its lane, if so much of it is here. */
  #deliverPart(lane: Lane, message: MessageFragments, atLeastBytes: number, deliver: Deliver): boolean {
    if (lane.messages.get(message.mid) !== message || message.runBytes < atLeastBytes) return false;
    if (lane.unordered) {
      lane.inParts ??= message;
      if (lane.inParts !== message) return false;
    } else if (message.mid !== lane.expected) return false;
    message.partId ??= this.#parts++;
    this.#handUp(lane, message, 'more', deliver);
    return true;
  }

  #handUp(lane: Lane, message: MessageFragments, state: MessagePart['state'], deliver: Deliver): void {
    const { partId, ppid, deliveredBytes: offsetBytes } = message;
    const { streamId, unordered } = lane;
    const fragments = message.takeRun();
    let bytes = 0;
    for (const { tsn, data } of fragments) {
      this.#byTsn.delete(tsn);
      bytes += data.length;
    }
    this.#heldBytes -= bytes;
    const data = joinPieces(
      fragments.map((fragment) => fragment.data),
      bytes,
    );
    const partial = partId === undefined ? undefined : { id: partId, offsetBytes, state };
    deliver({ data, streamId, ssn: ssn(message.mid), ppid, unordered, partial });
  }

  /** Forgets an unfinished message; the application is told if it has parts of it. */
  #discard(lane: Lane, message: MessageFragments, deliver: Deliver): void {
    lane.messages.delete(message.mid);
    if (lane.inParts === message) lane.inParts = undefined;
    for (const tsn of message.tsns()) this.#byTsn.delete(tsn);
    this.#heldBytes -= message.heldBytes;
    const { partId, ppid, deliveredBytes: offsetBytes } = message;
    if (partId === undefined) return;
    const { streamId, unordered } = lane;
    const partial = { id: partId, offsetBytes, state: 'aborted' as const };
    deliver({ data: new Uint8Array(0), streamId, ssn: ssn(message.mid), ppid, unordered, partial });
  }
}

/**
 * Whether the message has been given up. What has is forgotten once the peer is so far ahead that none of its chunks can
 * be on the way any more, each message having a TSN at least: MIDs go round.
 */
function wasSkipped(lane: Lane, number: Mid): boolean {
  const ahead = midDiff(number, lane.skipped!);
  if (ahead > MAX_TSN_OFFSET) lane.skipped = undefined;
  return ahead <= 0;
}

/** The unordered message that goes up in parts, or one that could. */
function firstUnordered({ inParts, messages }: Lane): MessageFragments | undefined {
  if (inParts !== undefined) return inParts;
  for (const message of messages.values()) if (message.runBytes > 0) return message;
  return undefined;
}
