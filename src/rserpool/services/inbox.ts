import type { Instant } from '../../base/contract.ts';
import type { SessionMessage } from '../index.ts';
import type { Clock } from './clock.ts';

/** A session of either side. */
interface Source {
  receive(options: { readonly signal?: AbortSignal | undefined }): Promise<SessionMessage | undefined>;
}

/** What waiting for a session ended with. `woken`: the time is over, or somebody called {@link Inbox.wake}. */
export type Arrival = SessionMessage | 'woken' | 'ended';

/** Waits for the messages of a session, but no longer than until a given time, nor beyond other news. */
export class Inbox {
  readonly #source: Source;
  readonly #clock: Clock;
  #waiting: AbortController | undefined;
  #woken = false;

  constructor(source: Source, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** Ends the wait of this moment, or the next one. */
  wake(): void {
    this.#woken = true;
    this.#waiting?.abort();
  }

  /**
   * The next message.
   *
   * @throws (rejects) what the session's `receive` rejects with, or the signal's reason
   */
  async next(untilAt?: Instant, signal?: AbortSignal): Promise<Arrival> {
    signal?.throwIfAborted();
    if (!this.#woken) {
      const waiting = new AbortController();
      this.#waiting = waiting;
      const cancel = untilAt === undefined ? undefined : this.#clock.setTimer(untilAt, () => this.wake());
      const stop = (): void => waiting.abort();
      signal?.addEventListener('abort', stop, { once: true });
      try {
        return (await this.#source.receive({ signal: waiting.signal })) ?? 'ended';
      } catch (error) {
        if (!waiting.signal.aborted) throw error;
      } finally {
        cancel?.();
        signal?.removeEventListener('abort', stop);
        this.#waiting = undefined;
      }
      signal?.throwIfAborted();
    }
    this.#woken = false;
    return 'woken';
  }
}
