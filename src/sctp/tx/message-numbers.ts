import { type Mid, mid, midAdd } from '../../base/serial.ts';

/**
 * Counters of the messages of each outgoing stream, ordered and unordered ones apart: MIDs, whose low 16 bits are the
 * SSNs. RFC 9260 §6.5, RFC 8260 §2.1.
 */
export class MessageNumbers {
  readonly #first: Mid;
  readonly #ordered = new Map<number, Mid>();
  readonly #unordered = new Map<number, Mid>();

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
}
