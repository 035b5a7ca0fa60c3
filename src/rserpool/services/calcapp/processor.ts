import type { Instant } from '../../../base/contract.ts';

/** A job on a {@link Processor}. */
export interface Task {
  readonly size: number;
  completed: number;
  /** Called when its speed changes, as another task came or went. */
  readonly onSpeedChange: () => void;
}

/** Calculates for several tasks at the same time, each at the same share of its speed. */
export class Processor {
  readonly #perSecond: number;
  readonly #tasks = new Set<Task>();
  #at: Instant = 0;

  /** @param perSecond calculations per second, for all tasks together */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Tasks in work. */
  get size(): number {
    return this.#tasks.size;
  }

  add(task: Task, now: Instant): void {
    this.advance(now);
    this.#tasks.add(task);
    this.#tellSpeed(task);
  }

  remove(task: Task, now: Instant): void {
    this.advance(now);
    if (this.#tasks.delete(task)) this.#tellSpeed(task);
  }

  /** Brings `completed` of all tasks up to this moment. */
  advance(now: Instant): void {
    const done = ((now - this.#at) * this.#perSecond) / 1000 / this.#tasks.size;
    for (const task of this.#tasks) task.completed = Math.min(task.size, task.completed + done);
    this.#at = now;
  }

  /** When a task will have completed so much, if nothing changes. */
  reaches(task: Task, completed: number): Instant {
    return this.#at + ((completed - task.completed) * 1000 * this.#tasks.size) / this.#perSecond;
  }

  #tellSpeed(changed: Task): void {
    for (const task of this.#tasks) if (task !== changed) task.onSpeedChange();
  }
}
