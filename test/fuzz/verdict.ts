import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FuzzInput, FuzzTarget } from './fuzz-target.ts';
import type { Watchdog } from './watchdog.ts';

/** Time that an input may take, ms: work that a peer causes. Counted branches cost about half of it. */
const LIMIT_MS = 50;
const LIMIT_MS_PER_STEP = 2;
/** The shortest of so many runs counts: the first ones are not compiled yet. */
const TIMED_RUNS = 10;

/** Judges inputs: an error of the target, too much time, or something thrown where nobody catches it. */
export class Verdict {
  readonly #watchdog: Watchdog | undefined;
  #stray: Error | undefined;

  constructor(watchdog?: Watchdog) {
    this.#watchdog = watchdog;
    const stray = (thrown: unknown): void => {
      this.#stray ??= new Error(`thrown where nobody catches it: ${String(thrown)}`, { cause: thrown });
    };
    process.on('uncaughtException', stray);
    process.on('unhandledRejection', stray);
  }

  /** What is wrong, if anything. */
  async of(target: FuzzTarget, input: FuzzInput): Promise<Error | undefined> {
    this.#watchdog?.begin(target.name, input);
    try {
      const tookMs = await this.#time(target, input);
      const limitMs = (target.limitMs ?? LIMIT_MS) + LIMIT_MS_PER_STEP * input.length;
      if (tookMs > limitMs) await this.#timeAgain(target, input, limitMs);
      const stray = this.#stray;
      this.#stray = undefined;
      return stray;
    } catch (error) {
      return error instanceof Error ? error : new Error(`thrown: ${String(error)}`);
    } finally {
      this.#watchdog?.end();
    }
  }

  async #time(target: FuzzTarget, input: FuzzInput): Promise<number> {
    const startedAt = performance.now();
    const running = target.run(input);
    if (running !== undefined) {
      await running;
      await nextTurn();
    }
    return performance.now() - startedAt;
  }

  /** By the processor's time: machines have other things to do as well. */
  async #timeAgain(target: FuzzTarget, input: FuzzInput, limitMs: number): Promise<void> {
    let shortestMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < TIMED_RUNS && shortestMs > limitMs; i++) {
      const before = process.cpuUsage();
      await this.#time(target, input);
      const { user, system } = process.cpuUsage(before);
      shortestMs = Math.min(shortestMs, (user + system) / 1000);
    }
    if (shortestMs > limitMs) throw new Error(`it takes ${Math.round(shortestMs)} ms, more than ${limitMs} ms`);
  }
}
