import type { Instant } from '../../base/contract.ts';
import { type HeapNode, IndexedHeap } from '../../base/indexed-heap.ts';
import type { Substrate } from './substrate.ts';

/** Who wants to be called at an instant: its `rank`. */
export interface Alarm extends HeapNode {
  /** The time has come. */
  ring(): void;
}

/** What it needs of the outside world. */
export type Clock = Pick<Substrate, 'now' | 'setTimer'>;

/**
 * One timer of the system for many owners: thousands of endpoints on the same sockets cost a wake-up for each instant, not
 * for each of them.
 */
export class SharedTimer {
  readonly #clock: Clock;
  readonly #alarms = new IndexedHeap<Alarm>();
  readonly #fired = (): void => this.#ring();
  #firesAt = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `alarm.ring` once `at` is reached, instead of when it was to be called. */
  set(alarm: Alarm, at: Instant): void {
    this.#alarms.place(alarm, at);
    this.#arm();
  }

  stop(alarm: Alarm): void {
    this.#alarms.remove(alarm);
    if (this.#alarms.size === 0) this.#disarm();
  }

  #ring(): void {
    this.#cancel = undefined;
    // Until the end of this, nobody needs a timer.
    this.#firesAt = Number.NEGATIVE_INFINITY;
    const due = this.#takeDue(this.#clock.now());
    let rung = 0;
    try {
      while (rung < due.length) due[rung++]!.ring();
    } finally {
      // One has thrown: the others are still to be called.
      for (const alarm of due.slice(rung)) this.#alarms.place(alarm, alarm.rank);
      this.#firesAt = Number.POSITIVE_INFINITY;
      this.#arm();
    }
  }

  /** All at once: who wants to be called immediately again has to wait for the next turn. */
  #takeDue(now: Instant): readonly Alarm[] {
    const due: Alarm[] = [];
    for (let alarm = this.#alarms.first; alarm !== undefined && alarm.rank <= now; alarm = this.#alarms.first) {
      this.#alarms.remove(alarm);
      due.push(alarm);
    }
    return due;
  }

  /** A timer that fires too early is harmless and costs less than moving it whenever the first alarm is later. */
  #arm(): void {
    const { first } = this.#alarms;
    if (first === undefined || this.#firesAt <= first.rank) return;
    this.#disarm();
    this.#firesAt = first.rank;
    this.#cancel = this.#clock.setTimer(first.rank, this.#fired);
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
  }
}
