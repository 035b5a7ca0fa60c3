import type { AssociationId, SendRequest } from '../core/contract.ts';
import type { Driver } from '../udp/driver.ts';
import { Waiters } from './waiters.ts';

const ACCEPTED: Promise<void> = Promise.resolve();

/** Messages that wait for room in the send buffer, in the order of the calls. */
export class Outbox {
  readonly #driver: Driver;
  readonly #id: AssociationId;
  /** None before the send buffer was full. */
  #senders: Waiters<SendRequest, void> | undefined;
  #whenEmpty: (() => void) | undefined;
  #waitingBytes = 0;

  constructor(driver: Driver, id: AssociationId) {
    this.#driver = driver;
    this.#id = id;
  }

  get waitingMessages(): number {
    return this.#senders?.length ?? 0;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Sends it now or not at all. Does not overtake those that wait. */
  trySend(request: SendRequest): boolean {
    return this.waitingMessages === 0 && this.#offer(request);
  }

  /** Resolves when the send buffer has taken the message. */
  send(request: SendRequest, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.trySend(request)) return ACCEPTED;
    const { length } = request.data;
    this.#waitingBytes += length;
    this.#senders ??= new Waiters(() => this.#waitingChanged());
    return this.#senders.wait(request, signal).finally(() => {
      this.#waitingBytes -= length;
    });
  }

  /** There is room in the send buffer again. */
  drain(): void {
    for (let next = this.#senders?.first(); next !== undefined; next = this.#senders?.first()) {
      try {
        if (!this.#offer(next)) return;
        this.#senders?.resolveFirst();
      } catch (error) {
        this.#senders?.rejectFirst(error);
      }
    }
    this.#waitingChanged();
  }

  /** Calls `run` once nobody waits any more; at once if nobody does. */
  whenEmpty(run: () => void): void {
    this.#whenEmpty = run;
    this.#waitingChanged();
  }

  /** Nothing can be sent any more. @param error what those get that wait; asked for if there are any */
  end(error: () => unknown): void {
    this.#whenEmpty = undefined;
    if (this.waitingMessages > 0) this.#senders?.rejectAll(error());
  }

  /** Gives a message to the core: false if the send buffer is at its limit. */
  #offer(request: SendRequest): boolean {
    const accepted = this.#driver.core.send(this.#id, request, this.#driver.now());
    this.#driver.touched();
    return accepted;
  }

  #waitingChanged(): void {
    if (this.waitingMessages > 0) return;
    const run = this.#whenEmpty;
    this.#whenEmpty = undefined;
    run?.();
  }
}
