import type { EventEmitter } from 'node:events';

/**
 * Waits for the first event for which `decide` returns something, and resolves with that; what it throws rejects.
 * Nothing of the wait stays behind, neither on the emitter nor on the signal.
 *
 * @param begin called once the listener is there: what leads to the event
 * @throws (rejects) the signal's reason, or what `decide` or `begin` throws
 */
export function nextEvent<Event, Result>(
  emitter: EventEmitter,
  decide: (event: Event) => { readonly result: Result } | undefined,
  signal: AbortSignal | undefined,
  begin: () => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      emitter.off('event', onEvent);
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
    emitter.on('event', onEvent);
    signal?.addEventListener('abort', onAbort, { once: true });
    attempt(begin);
  });
}
