import type { Settings } from './settings.ts';

/** So many bytes go between two looks at the clock, which costs as much as a small message does. */
const BYTES_PER_LOOK = 4096;

/** CPU time of this process, microseconds. */
export function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Resident memory once what is garbage is gone: programs that ask for it run with `--expose-gc`. */
export function residentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

/** Counts messages and, once it is warm, the time and the CPU time that they take. */
export class Meter {
  readonly #settings: Settings;
  readonly #messagesPerLook: number;
  #messages = 0;
  #firstAt = 0;
  #warm: { readonly at: number; readonly cpuUs: number; readonly messages: number } | undefined;
  #over = false;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#messagesPerLook = Math.ceil(BYTES_PER_LOOK / settings.bytes);
  }

  /** Messages so far: the number of the next one. */
  get messages(): number {
    return this.#messages;
  }

  get isWarm(): boolean {
    return this.#warm !== undefined;
  }

  /** Whether the run has been going for as long as it should. */
  get isOver(): boolean {
    return this.#over;
  }

  count(): void {
    if (this.#messages === 0) this.#firstAt = performance.now();
    if (++this.#messages % this.#messagesPerLook === 0) this.#look();
  }

  report(): object {
    const { at, cpuUs: before, messages } = this.#warm ?? { at: performance.now(), cpuUs: cpuUs(), messages: 0 };
    const total = this.#messages;
    return { total, messages: total - messages, ms: performance.now() - at, cpuUs: cpuUs() - before };
  }

  #look(): void {
    const now = performance.now();
    if (this.#warm !== undefined) this.#over = now - this.#warm.at >= this.#settings.runMs;
    else if (now - this.#firstAt >= this.#settings.warmupMs) {
      this.#warm = { at: now, cpuUs: cpuUs(), messages: this.#messages };
    }
  }
}
