import type { Entropy, Instant } from '../../base/contract.ts';
import type { PoolHandle, PoolHandleKey } from '../wire/pool-handle.ts';
import { BackOff, type BackOffTimes } from './back-off.ts';

/** Pools that a registrar did not know, or knew no element of, lately: how soon it may be asked again. */
export class FailedPools {
  readonly #times: BackOffTimes;
  readonly #max: number;
  readonly #entropy: Entropy;
  /** Oldest failure first. */
  readonly #backOffs = new Map<PoolHandleKey, BackOff>();

  constructor(times: BackOffTimes, max: number, entropy: Entropy) {
    this.#times = times;
    this.#max = max;
    this.#entropy = entropy;
  }

  /** When the registrar may be asked for the pool. */
  nextAt({ key }: PoolHandle, now: Instant): Instant {
    return Math.max(now, this.#backOffs.get(key)?.nextAt ?? now);
  }

  failed({ key }: PoolHandle, now: Instant): void {
    const backOff = this.#backOffs.get(key) ?? new BackOff(this.#times, this.#entropy);
    this.#backOffs.delete(key);
    this.#backOffs.set(key, backOff);
    backOff.note(now);
    if (this.#backOffs.size <= this.#max) return;
    for (const oldest of this.#backOffs.keys()) {
      this.#backOffs.delete(oldest);
      return;
    }
  }

  worked({ key }: PoolHandle): void {
    this.#backOffs.delete(key);
  }
}
