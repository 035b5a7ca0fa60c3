import type { Instant } from '../../base/contract.ts';
import { Deque } from '../../base/deque.ts';
import { type Ssn, ssnAdd } from '../../base/serial.ts';

/** What the queue needs of a message; the rest rides along. */
export interface Sendable {
  readonly data: Uint8Array;
  readonly streamId: number;
  readonly ppid: number;
  readonly unordered: boolean;
  readonly lifetimeMs?: number | undefined;
  readonly sackImmediately?: boolean | undefined;
}

/** A message from `send` until its last fragment is acknowledged. */
export interface OutboundMessage<Request extends Sendable> {
  readonly request: Request;
  /** Give up if transmission has not begun by then. */
  readonly expiresAt: Instant | undefined;
  /** Given when the first fragment leaves the queue, so that an expired message leaves no hole. */
  ssn: Ssn;
  /** Bytes that have left the queue. */
  takenBytes: number;
}

/** A piece of a message that fits a DATA chunk. */
export interface Fragment<Request extends Sendable> {
  readonly message: OutboundMessage<Request>;
  readonly start: number;
  readonly end: number;
}

/** Messages that wait for their first transmission: first come, first served. RFC 9260 §6.1, §6.5, §6.9. */
export class SendQueue<Request extends Sendable> {
  readonly #messages = new Deque<OutboundMessage<Request>>();
  readonly #nextSsn = new Map<number, Ssn>();
  #queuedBytes = 0;
  #withLifetime = 0;

  /** Payload bytes that have not left the queue. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  push(request: Request, now: Instant): void {
    const expiresAt = request.lifetimeMs === undefined ? undefined : now + request.lifetimeMs;
    if (expiresAt !== undefined) this.#withLifetime++;
    this.#queuedBytes += request.data.length;
    this.#messages.push({ request, expiresAt, ssn: 0 as Ssn, takenBytes: 0 });
  }

  /** Payload bytes of the next fragment if chunks may carry `maxDataBytes`; 0 if nothing is queued. */
  nextFragmentBytes(maxDataBytes: number): number {
    const head = this.#messages.at(0);
    return head === undefined ? 0 : Math.min(head.request.data.length - head.takenBytes, maxDataBytes);
  }

  /** The message that the next fragment belongs to. */
  get head(): OutboundMessage<Request> | undefined {
    return this.#messages.at(0);
  }

  /** Takes the next fragment; a message's fragments come one after the other (their TSNs are consecutive, §6.9). */
  takeFragment(maxDataBytes: number): Fragment<Request> {
    const message = this.#messages.at(0)!;
    const { data } = message.request;
    const start = message.takenBytes;
    const end = Math.min(data.length, start + maxDataBytes);
    if (start === 0) this.#begin(message);
    message.takenBytes = end;
    this.#queuedBytes -= end - start;
    if (end === data.length) this.#messages.shift();
    return { message, start, end };
  }

  /** Removes messages whose lifetime ended before their transmission began (RFC 9260 §11.1.5). */
  takeExpired(now: Instant): OutboundMessage<Request>[] {
    if (this.#withLifetime === 0) return [];
    return this.takeUnbegun((message) => message.expiresAt !== undefined && message.expiresAt <= now);
  }

  /** Removes the messages that match and of which nothing has left the queue. */
  takeUnbegun(matches: (message: OutboundMessage<Request>) => boolean): OutboundMessage<Request>[] {
    const taken: OutboundMessage<Request>[] = [];
    for (let left = this.#messages.length; left > 0; left--) {
      const message = this.#messages.shift()!;
      if (message.takenBytes === 0 && matches(message)) {
        if (message.expiresAt !== undefined) this.#withLifetime--;
        this.#queuedBytes -= message.request.data.length;
        taken.push(message);
      } else this.#messages.push(message);
    }
    return taken;
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

  /** Empties the queue, for reports of what was not sent. */
  takeAll(): OutboundMessage<Request>[] {
    const all = [...this.#messages];
    this.#messages.clear();
    this.#queuedBytes = 0;
    this.#withLifetime = 0;
    return all;
  }

  #begin(message: OutboundMessage<Request>): void {
    if (message.expiresAt !== undefined) this.#withLifetime--;
    const { streamId, unordered } = message.request;
    if (unordered) return;
    // §6.5: SSNs begin with 0 and count ordered messages.
    message.ssn = this.#nextSsn.get(streamId) ?? (0 as Ssn);
    this.#nextSsn.set(streamId, ssnAdd(message.ssn, 1));
  }
}
