import { Deque } from '../../base/deque.ts';
import { type HeapNode, IndexedHeap } from '../../base/indexed-heap.ts';
import { isTaken, type Schedulable, type Scheduler } from './scheduler.ts';
import type { SchedulerName, Scheduling } from './scheduling.ts';

/**
 * The messages of one stream. Streams that have some are served in the order of their ranks; those of the same rank take
 * turns, since `order` is when a stream was served last.
 */
interface StreamQueue<Message> extends HeapNode {
  readonly streamId: number;
  readonly messages: Deque<Message>;
}

/**
 * The schedulers that look at streams: RFC 8260 §3.2 to §3.6. A fragment costs O(log n) in the streams that have
 * messages.
 *
 * Ranks: all the same for round robin, the priority for priorities. For fair shares it is the bytes that the stream has
 * sent divided by its weight, beginning from where the streams are that it joins: whoever has got least is next.
 */
export class StreamScheduler<Message extends Schedulable> implements Scheduler<Message> {
  readonly #scheduling: Scheduling;
  readonly #name: SchedulerName;
  readonly #interleaving: boolean;
  readonly #streams = new Map<number, StreamQueue<Message>>();
  /** Streams that have messages. */
  readonly #ready = new IndexedHeap<StreamQueue<Message>>();
  /** The stream that goes on whatever the ranks say. */
  #held: StreamQueue<Message> | undefined;
  #length = 0;
  #turns = 0;
  /** Rank of the stream that was served last, before it was. */
  #fairRank = 0;

  /** @param interleaving whether fragments of messages of different streams may alternate (I-DATA) */
  constructor(scheduling: Scheduling, interleaving: boolean) {
    this.#scheduling = scheduling;
    this.#name = scheduling.scheduler;
    this.#interleaving = interleaving;
  }

  get length(): number {
    return this.#length;
  }

  get next(): Message | undefined {
    return (this.#held ?? this.#ready.first)?.messages.at(0);
  }

  push(message: Message): void {
    const { streamId } = message.request;
    let stream = this.#streams.get(streamId);
    if (stream === undefined) {
      stream = { streamId, messages: new Deque(), rank: 0, order: 0, index: -1 };
      this.#streams.set(streamId, stream);
    }
    stream.messages.push(message);
    this.#length++;
    if (stream.messages.length > 1) return;
    stream.rank = this.#rankOfJoining(stream);
    stream.order = ++this.#turns;
    this.#ready.insert(stream);
    // It comes from another scheduler, which has begun it.
    if (message.takenBytes > 0 && !this.#interleaving) this.#held = stream;
  }

  taken(bytes: number): void {
    const stream = (this.#held ?? this.#ready.first)!;
    const whole = isTaken(stream.messages.at(0)!);
    if (whole) {
      stream.messages.shift();
      this.#length--;
    }
    this.#fairRank = stream.rank;
    stream.rank = this.#rankOfServed(stream, bytes);
    stream.order = ++this.#turns;
    if (stream.messages.length === 0) {
      this.#held = undefined;
      this.#ready.remove(stream);
      return;
    }
    this.#ready.moved(stream);
    // DATA of one message has TSNs in a row (RFC 9260 §6.9): nothing comes between.
    const goesOn = this.#name === 'round-robin-packet' || (!whole && !this.#interleaving);
    this.#held = goesOn ? stream : undefined;
  }

  packetBegins(): void {
    if (this.#name !== 'round-robin-packet' || this.#held === undefined) return;
    if (this.#interleaving || this.#held.messages.at(0)!.takenBytes === 0) this.#held = undefined;
  }

  remove(matches: (message: Message) => boolean): Message[] {
    const removed: Message[] = [];
    for (const stream of this.#streams.values()) {
      if (stream.messages.length === 0) continue;
      removed.push(...stream.messages.removeIf(matches));
      if (stream.messages.length === 0) this.#ready.remove(stream);
    }
    this.#length -= removed.length;
    const head = this.#held?.messages.at(0);
    if (head === undefined || head.takenBytes === 0) this.#held = undefined;
    return removed.sort((a, b) => a.position - b.position);
  }

  preferenceChanged(streamId: number): void {
    const stream = this.#streams.get(streamId);
    if (this.#name !== 'priority' || stream === undefined || stream.index < 0) return;
    stream.rank = this.#scheduling.priorityOf(streamId);
    this.#ready.moved(stream);
  }

  *[Symbol.iterator](): Generator<Message, void, undefined> {
    for (const { messages } of this.#streams.values()) yield* messages;
  }

  #rankOfJoining(stream: StreamQueue<Message>): number {
    switch (this.#name) {
      case 'priority':
        return this.#scheduling.priorityOf(stream.streamId);
      case 'fair-bandwidth':
      case 'weighted-fair':
        return Math.max(stream.rank, this.#fairRank);
      default:
        return 0;
    }
  }

  #rankOfServed(stream: StreamQueue<Message>, bytes: number): number {
    switch (this.#name) {
      case 'fair-bandwidth':
        return stream.rank + bytes;
      case 'weighted-fair':
        return stream.rank + bytes / this.#scheduling.weightOf(stream.streamId);
      default:
        return stream.rank;
    }
  }
}
