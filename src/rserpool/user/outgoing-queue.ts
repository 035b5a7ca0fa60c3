import { Deque } from '../../base/deque.ts';
import type { DataMessage } from '../outbox.ts';

/** Data that waits for an element, in order and within a number of bytes. */
export class OutgoingQueue {
  readonly #maxBytes: number;
  readonly #queued = new Deque<DataMessage>();
  /** What the transport gave back: older than everything queued. */
  readonly #returned = new Deque<DataMessage>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** False if it does not fit. */
  push(message: DataMessage): boolean {
    return this.#add(this.#queued, message);
  }

  /** Takes back what was sent and not delivered; false if it does not fit. */
  giveBack(message: DataMessage): boolean {
    return this.#add(this.#returned, message);
  }

  shift(): DataMessage | undefined {
    const message = this.#returned.shift() ?? this.#queued.shift();
    if (message !== undefined) this.#bytes -= message.bytes.length;
    return message;
  }

  #add(to: Deque<DataMessage>, message: DataMessage): boolean {
    if (this.#bytes + message.bytes.length > this.#maxBytes) return false;
    this.#bytes += message.bytes.length;
    to.push(message);
    return true;
  }
}
