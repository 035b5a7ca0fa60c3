import type { Pool } from './pool.ts';
import type { PoolElement } from './pool-element.ts';
import type { PoolElementRecord } from './pool-element-record.ts';

/**
 * A walk over the handlespace that can rest between any two elements, for handle tables in several parts. Pool by pool,
 * oldest first. RFC 5353 §3.2.3.
 *
 * It visits once each element that was there when the walk began and still is when its turn comes. Elements that joined
 * meanwhile are left out, so that every walk ends; a peer hears of them by HANDLE_UPDATE.
 */
export class HandlespaceCursor<Owner = unknown> {
  readonly #pools: Iterator<Pool<Owner>>;
  readonly #home: number | undefined;
  readonly #endSerial: number;
  #elements: Iterator<PoolElementRecord<Owner>> | undefined;
  #next: PoolElementRecord<Owner> | undefined;

  /** Made by `Handlespace.cursor`. */
  constructor(pools: Iterator<Pool<Owner>>, home: number | undefined, endSerial: number) {
    this.#pools = pools;
    this.#home = home;
    this.#endSerial = endSerial;
  }

  /** The element whose turn it is, or `undefined` at the end. It stays until {@link advance} or until it is gone. */
  peek(): PoolElement<Owner> | undefined {
    while (this.#next === undefined || !this.#isWanted(this.#next)) {
      const step = this.#elements?.next();
      if (step !== undefined && step.done !== true) {
        this.#next = step.value;
        continue;
      }
      const pool = this.#pools.next();
      if (pool.done === true) {
        this.#elements = undefined;
        this.#next = undefined;
        return undefined;
      }
      this.#elements = pool.value.elements();
    }
    return this.#next;
  }

  /** Goes past the element that {@link peek} returned last. */
  advance(): void {
    this.#next = undefined;
  }

  #isWanted(element: PoolElementRecord<Owner>): boolean {
    return (
      element.isMember &&
      element.serial < this.#endSerial &&
      (this.#home === undefined || element.homeRegistrarIdentifier === this.#home)
    );
  }
}
