import { LastingMap } from '../../base/lasting-map.ts';
import type { UserEvent } from '../user/events.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { PoolHandle, PoolHandleKey } from '../wire/pool-handle.ts';
import { noElement } from './no-element.ts';

type Elements = readonly PoolElementParameter[];

/** How a resolution came out. */
export type ResolutionOutcome = Extract<UserEvent, { readonly kind: 'resolved' | 'resolution-failed' }>;

interface Wait {
  readonly resolve: (elements: Elements) => void;
  readonly reject: (reason: unknown) => void;
}

/** Calls that wait for the elements of pools: each hears of its own pool only, however many wait. */
export class ResolutionWaits {
  readonly #byPool = new LastingMap<PoolHandleKey, Wait[]>();

  /**
   * Waits for the next outcome of that pool.
   *
   * @param begin called once the wait is there: what leads to the outcome
   * @throws (rejects) RSerPoolError for a resolution that failed, the signal's reason, or what `begin` throws
   */
  next({ key }: PoolHandle, signal: AbortSignal | undefined, begin: () => void): Promise<Elements> {
    return new Promise((resolve, reject) => {
      const wait = signal === undefined ? { resolve, reject } : this.#abortable(key, signal, resolve, reject);
      const waiting = this.#byPool.get(key);
      if (waiting === undefined) this.#byPool.set(key, [wait]);
      else waiting.push(wait);
      try {
        begin();
      } catch (error) {
        this.#remove(key, wait);
        wait.reject(error);
      }
    });
  }

  tell(outcome: ResolutionOutcome): void {
    const { poolHandle } = outcome;
    const waiting = this.#byPool.get(poolHandle.key);
    if (waiting === undefined) return;
    this.#byPool.delete(poolHandle.key);
    for (const { resolve, reject } of waiting) {
      if (outcome.kind === 'resolved') resolve(outcome.elements);
      else reject(noElement(poolHandle, outcome.failure));
    }
  }

  /** Nothing of it stays on the signal, however it ends. */
  #abortable(key: PoolHandleKey, signal: AbortSignal, resolve: Wait['resolve'], reject: Wait['reject']): Wait {
    const abort = (): void => {
      this.#remove(key, wait);
      reject(signal.reason);
    };
    const wait: Wait = {
      resolve: (elements) => {
        signal.removeEventListener('abort', abort);
        resolve(elements);
      },
      reject: (reason) => {
        signal.removeEventListener('abort', abort);
        reject(reason);
      },
    };
    signal.addEventListener('abort', abort, { once: true });
    return wait;
  }

  #remove(key: PoolHandleKey, wait: Wait): void {
    const left = this.#byPool.get(key)?.filter((each) => each !== wait) ?? [];
    if (left.length > 0) this.#byPool.set(key, left);
    else this.#byPool.delete(key);
  }
}
