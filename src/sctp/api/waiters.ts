/** An optional way out of a wait. */
export interface WaitOptions {
  /** Ends the wait: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

interface Waiter<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  /** Leaves the queue and takes the listener off the signal. */
  readonly leave: () => void;
}

/**
 * Calls that wait for the same thing, first come first served, each with what it wants (`item`) and with an optional
 * `AbortSignal`. Whichever way a wait ends, nothing of it stays behind: neither here nor on the signal.
 */
export class Waiters<Item, Result> {
  /** None before somebody waits. */
  #waiting: Set<Waiter<Item, Result>> | undefined;
  readonly #onAborted: (() => void) | undefined;

  /** @param onAborted called after a wait was ended by its signal */
  constructor(onAborted?: () => void) {
    this.#onAborted = onAborted;
  }

  get length(): number {
    return this.#waiting?.size ?? 0;
  }

  /** Waits. Rejects with the signal's reason if that comes first. */
  wait(item: Item, signal?: AbortSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        waiter.leave();
        reject(signal?.reason);
        this.#onAborted?.();
      };
      const leave = (): void => {
        this.#waiting?.delete(waiter);
        signal?.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter<Item, Result> = { item, resolve, reject, leave };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting ??= new Set();
      this.#waiting.add(waiter);
    });
  }

  /** What the first in the queue wants. */
  first(): Item | undefined {
    return this.#first()?.item;
  }

  /** Ends the wait of the first in the queue; false if nobody waits. */
  resolveFirst(result: Result): boolean {
    const waiter = this.#first();
    waiter?.leave();
    waiter?.resolve(result);
    return waiter !== undefined;
  }

  /** The first in the queue fails. */
  rejectFirst(error: unknown): void {
    const waiter = this.#first();
    waiter?.leave();
    waiter?.reject(error);
  }

  resolveAll(result: Result): void {
    while (this.resolveFirst(result));
  }

  rejectAll(error: unknown): void {
    while (this.length > 0) this.rejectFirst(error);
  }

  #first(): Waiter<Item, Result> | undefined {
    for (const waiter of this.#waiting ?? []) return waiter;
    return undefined;
  }
}
