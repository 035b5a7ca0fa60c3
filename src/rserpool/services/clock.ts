import type { Substrate } from '../../sctp/index.ts';

/** The clock that a service lives by: that of Node, or of a simulation. */
export type Clock = Pick<Substrate, 'now' | 'setTimer' | 'endOfBatch'>;

/** Lets the event loop do what else is due: for long calculations. */
export function turn(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.endOfBatch(resolve));
}

/** Waits. @throws (rejects) the signal's reason */
export function pause(clock: Clock, durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      cancel();
      reject(signal!.reason as Error);
    };
    const cancel = clock.setTimer(clock.now() + durationMs, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
