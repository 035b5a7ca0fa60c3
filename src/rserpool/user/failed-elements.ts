import type { Instant } from '../../base/contract.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';

/** Elements that did not work lately: they are avoided for a while, by all sessions. */
export class FailedElements {
  readonly #holdMs: number;
  readonly #max: number;
  /** Oldest failure first. */
  readonly #failedAt = new Map<string, Instant>();

  constructor(holdMs: number, max: number) {
    this.#holdMs = holdMs;
    this.#max = max;
  }

  get size(): number {
    return this.#failedAt.size;
  }

  add(poolHandle: PoolHandle, peIdentifier: number, now: Instant): void {
    const key = elementKey(poolHandle, peIdentifier);
    this.#failedAt.delete(key);
    this.#failedAt.set(key, now);
    for (const [oldest, failedAt] of this.#failedAt) {
      if (this.#failedAt.size <= this.#max && now - failedAt < this.#holdMs) return;
      this.#failedAt.delete(oldest);
    }
  }

  /** It works. */
  delete(poolHandle: PoolHandle, peIdentifier: number): void {
    this.#failedAt.delete(elementKey(poolHandle, peIdentifier));
  }

  isHeld(poolHandle: PoolHandle, peIdentifier: number, now: Instant): boolean {
    const failedAt = this.failedAt(poolHandle, peIdentifier);
    return failedAt !== undefined && now - failedAt < this.#holdMs;
  }

  failedAt(poolHandle: PoolHandle, peIdentifier: number): Instant | undefined {
    return this.#failedAt.get(elementKey(poolHandle, peIdentifier));
  }
}

function elementKey({ key }: PoolHandle, peIdentifier: number): string {
  return `${peIdentifier} ${key}`;
}
