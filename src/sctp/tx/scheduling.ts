/** The stream schedulers of RFC 8260 §3. */
export const SCHEDULERS = [
  'fcfs',
  'round-robin',
  'round-robin-packet',
  'priority',
  'fair-bandwidth',
  'weighted-fair',
] as const;

/** How messages of different streams take turns. RFC 8260 §3. */
export type SchedulerName = (typeof SCHEDULERS)[number];

/** Priority and weight of a stream that was given none; half of the range of RFC 8260 §4.3.3 is far from either end. */
export const DEFAULT_STREAM_PRIORITY = 256;
export const DEFAULT_STREAM_WEIGHT = 256;

/** What the application wants of the scheduler: it outlives queues, which a restart of the peer replaces. */
export class Scheduling {
  scheduler: SchedulerName;
  #priorities: Map<number, number> | undefined;
  #weights: Map<number, number> | undefined;

  constructor(scheduler: SchedulerName) {
    this.scheduler = scheduler;
  }

  /** 0 is the highest. */
  priorityOf(streamId: number): number {
    return this.#priorities?.get(streamId) ?? DEFAULT_STREAM_PRIORITY;
  }

  setPriority(streamId: number, priority: number): void {
    this.#priorities ??= new Map();
    this.#priorities.set(streamId, priority);
  }

  weightOf(streamId: number): number {
    return this.#weights?.get(streamId) ?? DEFAULT_STREAM_WEIGHT;
  }

  setWeight(streamId: number, weight: number): void {
    this.#weights ??= new Map();
    this.#weights.set(streamId, weight);
  }
}
