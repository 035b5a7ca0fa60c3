/**
 * Calls that wait for an event of their object. They are no listeners of its emitter: however many wait at the same
 * time, nothing warns of a leak.
 */
export class EventWaits<Event> {
  readonly #waiting = new Set<(event: Event) => void>();

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** An event happened. */
  tell(event: Event): void {
    for (const onEvent of this.#waiting) onEvent(event);
  }

  /**
   * Waits for the first event for which `decide` returns something, and resolves with that; what it throws rejects.
   * Nothing of the wait stays behind, neither here nor on the signal.
   *
   * @param begin called once the wait is there: what leads to the event
   * @throws (rejects) the signal's reason, or what `decide` or `begin` throws
   */
  next<Result>(
    decide: (event: Event) => { readonly result: Result } | undefined,
    signal: AbortSignal | undefined,
    begin: () => void,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#waiting.delete(onEvent);
        signal?.removeEventListener('abort', onAbort);
      };
      const attempt = (run: () => void): void => {
        try {
          run();
        } catch (error) {
          settle();
          reject(error as Error);
        }
      };
      const onAbort = (): void => {
        settle();
        reject(signal!.reason as Error);
      };
      const onEvent = (event: Event): void =>
        attempt(() => {
          const decision = decide(event);
          if (decision === undefined) return;
          settle();
          resolve(decision.result);
        });
      this.#waiting.add(onEvent);
      signal?.addEventListener('abort', onAbort, { once: true });
      attempt(begin);
    });
  }
}
