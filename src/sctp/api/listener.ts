import { Deque } from '../../base/deque.ts';
import type { SctpAssociation } from './association.ts';
import { Waiters, type WaitOptions } from './waiters.ts';

export interface ListenOptions extends WaitOptions {
  /** Associations that are up and wait to be taken; while there are so many, peers are refused. Default 128. */
  readonly backlog?: number | undefined;
}

const DEFAULT_BACKLOG = 128;

/**
 * Associations that peers set up, one after the other. Leaving the loop, the signal or the end of the endpoint stops
 * listening; associations that nobody has taken are aborted then.
 */
export class Listener implements AsyncIterableIterator<SctpAssociation> {
  readonly #pending = new Deque<SctpAssociation>();
  readonly #takers = new Waiters<undefined, SctpAssociation | undefined>();
  readonly #backlog: number;
  readonly #signal: AbortSignal | undefined;
  readonly #changed: () => void;
  readonly #onAbort = (): void => this.#end({ error: this.#signal?.reason });
  #ended: { readonly error?: unknown } | undefined;

  /** @param changed called when {@link accepts} may have changed */
  constructor(options: ListenOptions, changed: () => void) {
    this.#backlog = options.backlog ?? DEFAULT_BACKLOG;
    this.#signal = options.signal;
    this.#changed = changed;
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Whether there is room for one more. */
  get accepts(): boolean {
    return !this.ended && (this.#takers.length > 0 || this.#pending.length < this.#backlog);
  }

  /** A peer has set up an association; false if nobody wants it. */
  offer(association: SctpAssociation): boolean {
    if (!this.accepts) return false;
    if (!this.#takers.resolveFirst(association)) this.#pending.push(association);
    this.#changed();
    return true;
  }

  async next(): Promise<IteratorResult<SctpAssociation, undefined>> {
    const association = this.#pending.shift() ?? (await this.#wait());
    this.#changed();
    return association === undefined ? { done: true, value: undefined } : { done: false, value: association };
  }

  async return(): Promise<IteratorResult<SctpAssociation, undefined>> {
    this.stop();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Stops listening. */
  stop(): void {
    this.#end({});
  }

  async #wait(): Promise<SctpAssociation | undefined> {
    if (this.#ended === undefined) {
      const waiting = this.#takers.wait(undefined);
      this.#changed();
      return waiting;
    }
    const { error } = this.#ended;
    // Told once; whoever asks again finds the end.
    this.#ended = {};
    if (error !== undefined) throw error;
    return undefined;
  }

  #end(end: { readonly error?: unknown }): void {
    if (this.ended) return;
    const someoneWaits = this.#takers.length > 0;
    this.#ended = someoneWaits ? {} : end;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    if (end.error === undefined) this.#takers.resolveAll(undefined);
    else this.#takers.rejectAll(end.error);
    for (const association of this.#pending) association.abort('nobody accepted the association');
    this.#pending.clear();
    this.#changed();
  }
}
