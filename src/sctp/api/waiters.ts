import { LazyMap } from '../../base/lazy-map.ts';

/** An optional way out of a wait. */
export interface WaitOptions {
  /** Ends the wait: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

interface Waiter<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
  /** Listens to the signal, if there is one. */
  readonly onAbort: (() => void) | undefined;
}

/**
 * Calls that wait for the same thing, first come first served, each with what it wants (`item`) and with an optional
 * `AbortSignal`. Whichever way a wait ends, nothing of it stays behind: neither here nor on the signal.
 */
export class Waiters<Item, Result> {
  /** By their numbers, in the order of the calls. */
  readonly #waiting = new LazyMap<number, Waiter<Item, Result>>();
  readonly #onAborted: (() => void) | undefined;
  #nextNumber = 0;

  /** @param onAborted called after a wait was ended by its signal */
  constructor(onAborted?: () => void) {
    this.#onAborted = onAborted;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** Waits. Rejects with the signal's reason if that comes first. */
  wait(item: Item, signal?: AbortSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const number = this.#nextNumber++;
      const onAbort = signal === undefined ? undefined : (): void => this.#abort(number);
      if (onAbort !== undefined) signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(number, { item, resolve, reject, signal, onAbort });
    });
  }

  /** What the first in the queue wants. */
  first(): Item | undefined {
    for (const { item } of this.#waiting.values()) return item;
    return undefined;
  }

  /** Ends the wait of the first in the queue; false if nobody waits. */
  resolveFirst(result: Result): boolean {
    const waiter = this.#takeFirst();
    waiter?.resolve(result);
    return waiter !== undefined;
  }

  /** The first in the queue fails. */
  rejectFirst(error: unknown): void {
    this.#takeFirst()?.reject(error);
  }

  resolveAll(result: Result): void {
    while (this.resolveFirst(result));
  }

  rejectAll(error: unknown): void {
    while (this.length > 0) this.rejectFirst(error);
  }

  #abort(number: number): void {
    const waiter = this.#waiting.get(number);
    this.#waiting.delete(number);
    waiter?.reject(waiter.signal?.reason);
    this.#onAborted?.();
  }

  /** The first leaves the queue, and its listener the signal. */
  #takeFirst(): Waiter<Item, Result> | undefined {
    for (const [number, waiter] of this.#waiting) {
      this.#waiting.delete(number);
      if (waiter.onAbort !== undefined) waiter.signal?.removeEventListener('abort', waiter.onAbort);
      return waiter;
    }
    return undefined;
  }
}
