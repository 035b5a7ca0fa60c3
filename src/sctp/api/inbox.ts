import { Deque } from '../../base/deque.ts';
import type { AssociationEvent, AssociationId } from '../core/contract.ts';
import type { SctpError } from '../core/errors.ts';
import type { Driver } from '../udp/driver.ts';
import { type NextMessage, type SctpMessage, toMessage } from './message.ts';
import { Waiters } from './waiters.ts';

type MessageEvent = Extract<AssociationEvent, { kind: 'message' }>;

/**
 * Messages that came and were not read yet. They fill the receive window until somebody takes them, so the window
 * (`receiveBufferBytes`) is this queue's limit.
 */
export class Inbox {
  readonly #unread = new Deque<MessageEvent>();
  /** None before somebody waits. */
  #readers: Waiters<undefined, SctpMessage | undefined> | undefined;
  readonly #driver: Driver;
  readonly #id: AssociationId;
  #end: { readonly error: SctpError | undefined } | undefined;

  constructor(driver: Driver, id: AssociationId) {
    this.#driver = driver;
    this.#id = id;
  }

  get unreadMessages(): number {
    return this.#unread.length;
  }

  /** Nothing waits here, and nobody. */
  get isIdle(): boolean {
    return this.#unread.length === 0 && !this.#hasReaders;
  }

  /** A message came: to the reader that has waited longest, or into the queue. */
  deliver(event: MessageEvent): void {
    if (!this.#hasReaders) {
      this.#unread.push(event);
    } else {
      this.#opensWindow(event);
      this.#readers?.resolveFirst(toMessage(event));
    }
  }

  /** The oldest message without its data. */
  peek(): NextMessage | undefined {
    const event = this.#unread.at(0);
    if (event === undefined) return undefined;
    const { data, ...rest } = toMessage(event);
    return { bytes: data.length, ...rest };
  }

  /** Takes the oldest message, if there is one. */
  take(): SctpMessage | undefined {
    const event = this.#unread.shift();
    if (event === undefined) return undefined;
    this.#opensWindow(event);
    return toMessage(event);
  }

  /** Takes all messages of one stream, for an object that reads it. */
  takeStream(streamId: number): MessageEvent[] {
    return this.#unread.removeIf((event) => event.streamId === streamId);
  }

  /** The next message; `undefined` after the last one if the end was graceful, rejected with the error if not. */
  read(signal?: AbortSignal): Promise<SctpMessage | undefined> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const message = this.take();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#end === undefined) {
      this.#readers ??= new Waiters();
      return this.#readers.wait(undefined, signal);
    }
    return this.#end.error === undefined ? Promise.resolve(undefined) : Promise.reject(this.#end.error);
  }

  /** No more messages will come. What is here can still be read. */
  end(error: SctpError | undefined): void {
    this.#end = { error };
    if (error === undefined) this.#readers?.resolveAll(undefined);
    else this.#readers?.rejectAll(error);
  }

  get #hasReaders(): boolean {
    return this.#readers !== undefined && this.#readers.length > 0;
  }

  /** The application has the message. After the end there is no window any more. */
  #opensWindow({ windowBytes }: MessageEvent): void {
    if (this.#end === undefined) this.#driver.consumed(this.#id, windowBytes);
  }
}
