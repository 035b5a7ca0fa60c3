import type { Instant } from './contract.ts';

/**
 * A handful of named deadlines of one owner. No system timer stands behind them: the owner is asked for the earliest
 * one, and told when time has passed. Setting one is a store.
 */
export class Timers<Name extends string> {
  readonly #names: readonly Name[];
  /** Numbers only, so that they stand in the array itself; empty before the first one is set. */
  #deadlines: Instant[] = NONE;

  /** @param names shared by all owners of one kind */
  constructor(names: readonly Name[]) {
    this.#names = names;
  }

  /** Starts or restarts a timer. */
  set(name: Name, at: Instant): void {
    if (this.#deadlines === NONE) this.#deadlines = this.#names.map(stopped);
    this.#deadlines[this.#names.indexOf(name)] = at;
  }

  /** Starts a timer unless it runs already. */
  setIfStopped(name: Name, at: Instant): void {
    if (!this.isRunning(name)) this.set(name, at);
  }

  stop(name: Name): void {
    if (this.#deadlines !== NONE) this.#deadlines[this.#names.indexOf(name)] = STOPPED;
  }

  stopAll(): void {
    this.#deadlines = NONE;
  }

  isRunning(name: Name): boolean {
    return this.at(name) !== undefined;
  }

  /** When the timer fires, or `undefined` if it is stopped. */
  at(name: Name): Instant | undefined {
    return this.#deadlines === NONE ? undefined : known(this.#deadlines[this.#names.indexOf(name)]!);
  }

  /** The earliest deadline. */
  next(): Instant | undefined {
    const deadlines = this.#deadlines;
    let earliest = STOPPED;
    for (let i = 0; i < deadlines.length; i++) if (deadlines[i]! < earliest) earliest = deadlines[i]!;
    return known(earliest);
  }

  /** Takes the earliest timer that is due at `now` and stops it; call until it returns `undefined`. */
  takeDue(now: Instant): Name | undefined {
    let due = -1;
    for (let i = 0; i < this.#deadlines.length; i++) {
      const at = this.#deadlines[i]!;
      if (at <= now && (due < 0 || at < this.#deadlines[due]!)) due = i;
    }
    if (due < 0) return undefined;
    this.#deadlines[due] = STOPPED;
    return this.#names[due];
  }
}

const STOPPED: Instant = Number.POSITIVE_INFINITY;
const stopped = (): Instant => STOPPED;
/** Never written to. */
const NONE: Instant[] = [];

function known(at: Instant): Instant | undefined {
  return at === STOPPED ? undefined : at;
}

/** The earlier of two optional instants. */
export function earlier(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  if (a === undefined) return b;
  return b === undefined || a <= b ? a : b;
}
