import type { Instant } from '../../base/contract.ts';
import { type Fsn, fsn, fsnAdd, type Mid, mid } from '../../base/serial.ts';
import { DATA_HEADER_BYTES } from '../wire/chunks/data.ts';
import { I_DATA_HEADER_BYTES } from '../wire/chunks/i-data.ts';
import type { StreamSelection } from '../wire/stream-selection.ts';
import type { PayloadChunk } from '../wire/types.ts';
import { FcfsScheduler } from './fcfs-scheduler.ts';
import { MessageNumbers } from './message-numbers.ts';
import type { Schedulable, Scheduler } from './scheduler.ts';
import { type SchedulerName, Scheduling } from './scheduling.ts';
import { StreamScheduler } from './stream-scheduler.ts';

/** What the queue needs of a message; the rest rides along. */
export interface Sendable {
  readonly data: Uint8Array;
  readonly streamId: number;
  readonly ppid: number;
  readonly unordered: boolean;
  readonly lifetimeMs?: number | undefined;
  readonly maxRetransmissions?: number | undefined;
  readonly priority?: number | undefined;
  readonly sackImmediately?: boolean | undefined;
}

/** A message from `send` until its last fragment is acknowledged. */
export interface OutboundMessage<Request extends Sendable> extends Schedulable {
  readonly request: Request;
  /** Give up if transmission has not begun by then; with partial reliability, in any case. */
  readonly expiresAt: Instant | undefined;
  /**
   * Number among the ordered, or the unordered, messages of its stream; its low 16 bits are the SSN. Given when the first
   * fragment leaves the queue, so that an expired message leaves no hole.
   */
  mid: Mid;
  /** Bytes that have left the queue. */
  takenBytes: number;
  /** Number of the next fragment. */
  nextFsn: Fsn;
  /** Given up after it was begun: nothing of it is sent any more. RFC 3758 §3.4. */
  abandoned: boolean;
}

/** A piece of a message that fits a DATA or I-DATA chunk. */
export interface Fragment<Request extends Sendable> {
  readonly kind: PayloadChunk['kind'];
  readonly message: OutboundMessage<Request>;
  readonly fsn: Fsn;
  readonly start: number;
  readonly end: number;
}

/** Messages that wait for their first transmission. RFC 9260 §6.1, §6.5, §6.9; their order: RFC 8260 §3. */
export class SendQueue<Request extends Sendable> {
  readonly #scheduling: Scheduling;
  /** None before the first message. */
  #numbers: MessageNumbers | undefined;
  #messages: Scheduler<OutboundMessage<Request>> = NOTHING_QUEUED;
  #interleaving = false;
  #pushed = 0;
  #queuedBytes = 0;
  #withLifetime = 0;

  constructor(scheduling = new Scheduling('fcfs')) {
    this.#scheduling = scheduling;
  }

  /** Payload bytes that have not left the queue. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Messages of which something has not left the queue. */
  get length(): number {
    return this.#messages.length;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** Header and fields of the chunks that fragments go into. */
  get headerBytes(): number {
    return this.#interleaving ? I_DATA_HEADER_BYTES : DATA_HEADER_BYTES;
  }

  /** Whether a packet may hold new data of one stream only (RFC 8260 §3.3). */
  get oneStreamPerPacket(): boolean {
    return this.#scheduling.scheduler === 'round-robin-packet';
  }

  /** Whether fragments go into I-DATA chunks; known before the first one is taken. */
  setInterleaving(interleaving: boolean): void {
    if (interleaving === this.#interleaving) return;
    this.#interleaving = interleaving;
    this.#reschedule();
  }

  /** Another scheduler from now on. What has been begun is finished first where it has to be. */
  setScheduler(name: SchedulerName): void {
    if (name === this.#scheduling.scheduler) return;
    this.#scheduling.scheduler = name;
    this.#reschedule();
  }

  setPriority(streamId: number, priority: number): void {
    this.#scheduling.setPriority(streamId, priority);
    this.#messages.preferenceChanged(streamId);
  }

  setWeight(streamId: number, weight: number): void {
    this.#scheduling.setWeight(streamId, weight);
    this.#messages.preferenceChanged(streamId);
  }

  push(request: Request, now: Instant): void {
    const expiresAt = request.lifetimeMs === undefined ? undefined : now + request.lifetimeMs;
    if (expiresAt !== undefined) this.#withLifetime++;
    this.#queuedBytes += request.data.length;
    const position = this.#pushed++;
    if (this.#messages === NOTHING_QUEUED) this.#messages = this.#newScheduler();
    this.#messages.push({
      request,
      position,
      expiresAt,
      mid: mid(0),
      takenBytes: 0,
      nextFsn: fsn(0),
      abandoned: false,
    });
  }

  /** Payload bytes of the next fragment if chunks may carry `maxDataBytes`; 0 if nothing is queued. */
  nextFragmentBytes(maxDataBytes: number): number {
    const head = this.#messages.next;
    return head === undefined ? 0 : Math.min(head.request.data.length - head.takenBytes, maxDataBytes);
  }

  /** The message that the next fragment belongs to. */
  get head(): OutboundMessage<Request> | undefined {
    return this.#messages.next;
  }

  /** The next fragment is the first one of its packet. */
  packetBegins(): void {
    this.#messages.packetBegins();
  }

  /**
   * Takes the next fragment. In DATA chunks a message's fragments come one after the other (their TSNs are consecutive,
   * RFC 9260 §6.9); in I-DATA chunks those of other streams may come between.
   */
  takeFragment(maxDataBytes: number): Fragment<Request> {
    const message = this.#messages.next!;
    const { data } = message.request;
    const start = message.takenBytes;
    const end = Math.min(data.length, start + maxDataBytes);
    if (start === 0) this.#begin(message);
    const number = message.nextFsn;
    message.nextFsn = fsnAdd(number, 1);
    message.takenBytes = end;
    this.#queuedBytes -= end - start;
    this.#messages.taken(end - start);
    return { kind: this.#interleaving ? 'i-data' : 'data', message, fsn: number, start, end };
  }

  /** Removes messages whose lifetime ended before their transmission began (RFC 9260 §11.1.5). */
  takeExpired(now: Instant): readonly OutboundMessage<Request>[] {
    if (this.#withLifetime === 0) return NOTHING_EXPIRED;
    return this.takeUnbegun((message) => message.expiresAt !== undefined && message.expiresAt <= now);
  }

  /** Removes the messages that match and of which nothing has left the queue. */
  takeUnbegun(matches: (message: OutboundMessage<Request>) => boolean): OutboundMessage<Request>[] {
    const taken = this.#messages.remove((message) => message.takenBytes === 0 && matches(message));
    for (const { expiresAt, request } of taken) {
      if (expiresAt !== undefined) this.#withLifetime--;
      this.#queuedBytes -= request.data.length;
    }
    return taken;
  }

  /** Removes begun messages that match: what has not left of each, as one fragment. */
  takeBegun(matches: (message: OutboundMessage<Request>) => boolean): Fragment<Request>[] {
    const kind = this.#interleaving ? 'i-data' : 'data';
    const taken = this.#messages.remove((message) => message.takenBytes > 0 && matches(message));
    return taken.map((message) => {
      const { takenBytes: start, nextFsn, request } = message;
      const end = request.data.length;
      this.#queuedBytes -= end - start;
      return { kind, message, fsn: nextFsn, start, end };
    });
  }

  /** The messages; of each stream in the order of `send`. */
  [Symbol.iterator](): Iterator<OutboundMessage<Request>> {
    return this.#messages[Symbol.iterator]();
  }

  /** When the next lifetime ends. */
  nextExpiryAt(): Instant | undefined {
    if (this.#withLifetime === 0) return undefined;
    let earliest: Instant | undefined;
    for (const { expiresAt, takenBytes } of this.#messages) {
      if (takenBytes === 0 && expiresAt !== undefined && (earliest === undefined || expiresAt < earliest))
        earliest = expiresAt;
    }
    return earliest;
  }

  /** Empties the queue, for reports of what was not sent, in the order of `send`. */
  takeAll(): OutboundMessage<Request>[] {
    const all = this.#messages.remove(() => true);
    this.#queuedBytes = 0;
    this.#withLifetime = 0;
    return all;
  }

  /** Whether something is left of a message of one of these streams. */
  holdsMessageOf(streams: (streamId: number) => boolean): boolean {
    for (const { request } of this.#messages) if (streams(request.streamId)) return true;
    return false;
  }

  /** The next messages of these streams begin with number 0 again. RFC 6525 §5.2.7 H4, H5. */
  resetStreams(streams: StreamSelection): void {
    this.#numbers?.reset(streams);
  }

  /** Whether the next message of each of these streams has number 0. */
  isReset(streams: StreamSelection): boolean {
    return this.#numbers?.isReset(streams) ?? true;
  }

  #begin(message: OutboundMessage<Request>): void {
    if (message.expiresAt !== undefined) this.#withLifetime--;
    this.#numbers ??= new MessageNumbers();
    message.mid = this.#numbers.take(message.request.streamId, message.request.unordered);
  }

  #newScheduler(): Scheduler<OutboundMessage<Request>> {
    return this.#scheduling.scheduler === 'fcfs'
      ? new FcfsScheduler()
      : new StreamScheduler(this.#scheduling, this.#interleaving);
  }

  #reschedule(): void {
    if (this.#messages === NOTHING_QUEUED) return;
    const all = this.#messages.remove(() => true);
    this.#messages = this.#newScheduler();
    for (const message of all) if (message.takenBytes > 0) this.#messages.push(message);
    for (const message of all) if (message.takenBytes === 0) this.#messages.push(message);
  }
}

/** The scheduler of queues that nothing was put into yet; nothing ever is put into this one. */
const NOTHING_QUEUED: Scheduler<never> = new FcfsScheduler<never>();

const NOTHING_EXPIRED: readonly never[] = [];
