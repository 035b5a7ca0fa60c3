import type { VirtualClock } from './virtual-clock.ts';

export interface RunAsyncOptions {
  /** Virtual time that it may take at most; default one hour. */
  readonly limitMs?: number;
}

/** Turns of the real event loop that a program may take without virtual time moving, before it is taken for stuck. */
const IDLE_TURNS = 20;

/**
 * Runs a program with promises on virtual time: after every event of the clock all that it set going in promises is
 * done, before the next event.
 *
 * @param until a promise whose value is returned, or a condition
 * @throws Error when nothing is scheduled any more, or `limitMs` have passed, and `until` is not met
 */
export async function runAsync<T>(clock: VirtualClock, until: Promise<T>, options?: RunAsyncOptions): Promise<T>;
export async function runAsync(clock: VirtualClock, until: () => boolean, options?: RunAsyncOptions): Promise<void>;
export async function runAsync(
  clock: VirtualClock,
  until: Promise<unknown> | (() => boolean),
  options: RunAsyncOptions = {},
): Promise<unknown> {
  const limitMs = options.limitMs ?? 3_600_000;
  const deadline = clock.now() + limitMs;
  let settled = false;
  if (typeof until !== 'function') {
    const settle = (): void => {
      settled = true;
    };
    until.then(settle, settle);
  }
  const isDone = typeof until === 'function' ? until : () => settled;
  let idleTurns = 0;
  for (;;) {
    await turn();
    if (isDone()) return typeof until === 'function' ? undefined : until;
    const next = clock.nextAt();
    if (next === undefined) {
      // Only promises of the real world can still help, and there are few of those in a simulation.
      if (++idleTurns > IDLE_TURNS) throw new Error(`virtual clock: nothing left to happen at ${clock.now()} ms`);
      continue;
    }
    idleTurns = 0;
    if (next > deadline) throw new Error(`virtual clock: not done within ${limitMs} ms`);
    clock.step();
  }
}

/** Lets `durationMs` of virtual time pass while programs run. */
export async function runAsyncFor(clock: VirtualClock, durationMs: number): Promise<void> {
  let passed = false;
  clock.after(durationMs, () => {
    passed = true;
  });
  await runAsync(clock, () => passed, { limitMs: durationMs });
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
