import type { Instant } from '../../src/base/contract.ts';

/** Steps that one run may take before it is taken for a program that never rests. */
const DEFAULT_STEP_LIMIT = 20_000_000;

interface ClockEvent {
  readonly at: Instant;
  /** Breaks ties: what was scheduled first runs first. */
  readonly order: number;
  run: (() => void) | undefined;
}

/** Virtual time in ms: a heap of events; nothing happens unless a `run…` method is called. */
export class VirtualClock {
  readonly #heap: ClockEvent[] = [];
  readonly #stepLimit: number;
  #now: Instant;
  #order = 0;
  #pending = 0;
  #steps = 0;

  constructor(options: { readonly startAt?: Instant; readonly stepLimit?: number } = {}) {
    this.#now = options.startAt ?? 0;
    this.#stepLimit = options.stepLimit ?? DEFAULT_STEP_LIMIT;
  }

  now(): Instant {
    return this.#now;
  }

  /** Events that are scheduled and not cancelled. */
  get pending(): number {
    return this.#pending;
  }

  /** Events run so far. */
  get steps(): number {
    return this.#steps;
  }

  /** When the next event is due. */
  nextAt(): Instant | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.at;
  }

  /** Schedules `run`, never synchronously; an instant in the past means now. The function returned cancels it. */
  at(at: Instant, run: () => void): () => void {
    if (Number.isNaN(at)) throw new RangeError('an event at NaN would never be due');
    const event: ClockEvent = { at: Math.max(at, this.#now), order: this.#order++, run };
    this.#push(event);
    this.#pending++;
    return () => {
      if (event.run === undefined) return;
      event.run = undefined;
      this.#pending--;
    };
  }

  after(delayMs: number, run: () => void): () => void {
    return this.at(this.#now + delayMs, run);
  }

  /** Runs the next event, whenever it is due; false if there is none. */
  step(): boolean {
    this.#dropCancelled();
    const event = this.#heap[0];
    if (event === undefined) return false;
    this.#pop();
    this.#now = event.at;
    this.#pending--;
    this.#steps++;
    const run = event.run!;
    event.run = undefined;
    run();
    return true;
  }

  /** Runs everything that is due up to and including `at`; afterwards it is `at`. */
  runUntil(at: Instant): void {
    const startedAt = this.#steps;
    for (let next = this.nextAt(); next !== undefined && next <= at; next = this.nextAt()) {
      this.#checkLimit(startedAt);
      this.step();
    }
    this.#now = Math.max(this.#now, at);
  }

  runFor(durationMs: number): void {
    this.runUntil(this.#now + durationMs);
  }

  /** Runs until nothing is scheduled; protocols with periodic timers never get there, so mind the step limit. */
  runUntilIdle(): void {
    const startedAt = this.#steps;
    while (this.#pending > 0) {
      this.#checkLimit(startedAt);
      this.step();
    }
  }

  /**
   * Runs until `condition` holds, asking after every event.
   * @throws Error if it does not hold when `limitMs` have passed or nothing is scheduled any more
   */
  runWhileNot(condition: () => boolean, limitMs = 600_000): void {
    const startedAt = this.#steps;
    const deadline = this.#now + limitMs;
    while (!condition()) {
      const next = this.nextAt();
      if (next === undefined) throw new Error(`virtual clock: nothing left to happen at ${this.#now} ms`);
      if (next > deadline) throw new Error(`virtual clock: condition not met within ${limitMs} ms`);
      this.#checkLimit(startedAt);
      this.step();
    }
  }

  #checkLimit(startedAt: number): void {
    if (this.#steps - startedAt < this.#stepLimit) return;
    throw new Error(
      `virtual clock: ${this.#stepLimit} steps and no end at ${this.#now} ms with ${this.#pending} events pending; ` +
        'does a timer fire again and again without moving forward?',
    );
  }

  #dropCancelled(): void {
    while (this.#heap.length > 0 && this.#heap[0]!.run === undefined) this.#pop();
  }

  #push(event: ClockEvent): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(event);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

function isBefore(a: ClockEvent, b: ClockEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
