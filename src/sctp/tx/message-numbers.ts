import { LazyMap } from '../../base/lazy-map.ts';
import { type Mid, mid, midAdd } from '../../base/serial.ts';
import type { StreamSelection } from '../wire/stream-selection.ts';

/**
 * Counters of the messages of each outgoing stream, ordered and unordered ones apart: MIDs, whose low 16 bits are the
 * SSNs. RFC 9260 §6.5, RFC 8260 §2.1.
 */
export class MessageNumbers {
  #first: Mid;
  readonly #ordered = new LazyMap<number, Mid>();
  readonly #unordered = new LazyMap<number, Mid>();

  /** @param first where every counter begins: 0, unless a test wants to see it go round */
  constructor(first: Mid = mid(0)) {
    this.#first = first;
  }

  /** The number of the stream's next message, which is used up. */
  take(streamId: number, unordered: boolean): Mid {
    const counters = unordered ? this.#unordered : this.#ordered;
    const number = counters.get(streamId) ?? this.#first;
    counters.set(streamId, midAdd(number, 1));
    return number;
  }

  /** These streams count from 0 again, ordered and unordered messages alike. RFC 6525 §5.2.7 H4, H5. */
  reset(streams: StreamSelection): void {
    if (streams === 'all') this.#first = mid(0);
    for (const counters of [this.#ordered, this.#unordered]) {
      if (streams === 'all') counters.clear();
      else for (const streamId of streams) counters.set(streamId, mid(0));
    }
  }

  /** Whether the next message of each of these streams has number 0. */
  isReset(streams: StreamSelection): boolean {
    return [this.#ordered, this.#unordered].every((counters) =>
      (streams === 'all' ? [...counters.keys()] : streams).every(
        (streamId) => (counters.get(streamId) ?? this.#first) === 0,
      ),
    );
  }
}
