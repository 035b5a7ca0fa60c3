import { LazyMap } from '../../base/lazy-map.ts';
import type { Tsn } from '../../base/serial.ts';

/** Something that has a first and a last TSN. */
interface Span {
  readonly first: Tsn;
  readonly last: Tsn;
}

/**
 * Runs of TSNs apart from each other, found by either end. The one that was filed last is where the next TSN most often
 * belongs: as long as it grows at its end, nothing has to be filed anew.
 */
export class Runs<Run extends Span> {
  readonly #byFirst = new LazyMap<Tsn, Run>();
  readonly #byLast = new LazyMap<Tsn, Run>();
  /** By its first TSN only. */
  #growing: Run | undefined;

  get isEmpty(): boolean {
    return this.#byFirst.size === 0;
  }

  beginningAt(tsn: Tsn): Run | undefined {
    return this.#byFirst.get(tsn);
  }

  endingAt(tsn: Tsn): Run | undefined {
    return this.#growing?.last === tsn ? this.#growing : this.#byLast.get(tsn);
  }

  /** To be called before the end of a run is changed; its beginning stays. {@link file} or {@link remove} follows. */
  beginChange(run: Run): void {
    if (run !== this.#growing) this.remove(run);
  }

  file(run: Run): void {
    if (run === this.#growing) return;
    if (this.#growing !== undefined) this.#byLast.set(this.#growing.last, this.#growing);
    this.#growing = run;
    this.#byFirst.set(run.first, run);
  }

  /** Nothing, if it is not here. */
  remove(run: Run): void {
    if (this.#byFirst.get(run.first) === run) this.#byFirst.delete(run.first);
    if (run === this.#growing) this.#growing = undefined;
    else if (this.#byLast.get(run.last) === run) this.#byLast.delete(run.last);
  }

  values(): Iterable<Run> {
    return this.#byFirst.values();
  }
}
