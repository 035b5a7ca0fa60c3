import { Deque } from '../../base/deque.ts';

/** A message of the application, as a session hands it over. */
export interface SessionMessage {
  readonly data: Uint8Array;
  /** Payload Protocol Identifier. */
  readonly ppid: number;
  /** SCTP stream. */
  readonly stream: number;
}

/** Messages that may be unread before the peer has to wait. */
const HIGH_WATER = 64;

/** Messages between a role and the program that reads them, with back-pressure to where they come from. */
export class MessageQueue<Message extends SessionMessage = SessionMessage> {
  readonly #messages = new Deque<Message>();
  readonly #readers = new Set<{ take(message: Message | undefined): void; fail(error: Error): void }>();
  readonly #flow: { pause(): void; resume(): void };
  #paused = false;
  #end: { readonly error: Error | undefined } | undefined;

  constructor(flow: { pause(): void; resume(): void }) {
    this.#flow = flow;
  }

  push(message: Message): void {
    const [reader] = this.#readers;
    if (reader !== undefined) {
      this.#readers.delete(reader);
      reader.take(message);
      return;
    }
    this.#messages.push(message);
    if (this.#messages.length < HIGH_WATER) return;
    this.#paused = true;
    // Again and again: after a failover it is another channel that has to stop.
    this.#flow.pause();
  }

  /** No more messages will come; what is here can still be read. */
  end(error?: Error): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    for (const reader of this.#readers) {
      if (error === undefined) reader.take(undefined);
      else reader.fail(error);
    }
    this.#readers.clear();
  }

  /** The next message; `undefined` after the last one of a session that ended well. */
  async read(signal?: AbortSignal): Promise<Message | undefined> {
    signal?.throwIfAborted();
    const message = this.#messages.shift();
    if (message !== undefined) {
      if (this.#paused && this.#messages.length < HIGH_WATER / 2) this.#resume();
      return message;
    }
    if (this.#end !== undefined) {
      if (this.#end.error !== undefined) throw this.#end.error;
      return undefined;
    }
    return this.#wait(signal);
  }

  #resume(): void {
    this.#paused = false;
    this.#flow.resume();
  }

  #wait(signal: AbortSignal | undefined): Promise<Message | undefined> {
    return new Promise((resolve, reject) => {
      const settle = (): void => signal?.removeEventListener('abort', aborted);
      const reader = {
        take(message: Message | undefined): void {
          settle();
          resolve(message);
        },
        fail(error: Error): void {
          settle();
          reject(error);
        },
      };
      const aborted = (): void => {
        this.#readers.delete(reader);
        reject(signal!.reason as Error);
      };
      signal?.addEventListener('abort', aborted, { once: true });
      this.#readers.add(reader);
    });
  }
}
