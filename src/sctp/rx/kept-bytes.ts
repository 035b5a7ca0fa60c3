import { Slab } from '../../base/slab.ts';

/** As the small buffers of Node: whoever keeps one of them keeps so much. */
const SLAB_BYTES = 8192;

/** More is not taken on a guess. */
const MOST_EXPECTED_BYTES = 65_536;

const slab = new Slab(SLAB_BYTES);
const NOTHING = new Uint8Array(0);

/**
 * Bytes of a packet that go up to the application. A view, if they are at least half of the memory that it keeps; else a
 * copy. Small copies share memory: what goes up is used up soon.
 */
export function handedBytes(view: Uint8Array): Uint8Array {
  if (fillsItsMemory(view)) return view;
  const copy = slab.take(view.length);
  copy.set(view);
  return copy;
}

/** What has gone up and waits, perhaps longer than what came with it: a copy of its own, unless that gains little. */
export function ownBytes(view: Uint8Array): Uint8Array {
  return fillsItsMemory(view) ? view : view.slice();
}

/**
 * What is kept of the fragments of one message: copies one after the other in memory for all of them, as long as there is
 * room in what was expected, so that nothing is left to join. Else views, where they are at least half of the memory that
 * they keep, and copies in pieces of memory that double: nobody can fill a large memory with small fragments in large
 * packets, nor with many messages that are not complete.
 */
export class FragmentMemory {
  readonly #expectedBytes: number;
  #piece = NOTHING;
  #used = 0;

  /** @param expectedBytes what the message will be, perhaps: if it is, its copies lie one after the other */
  constructor(expectedBytes = 0) {
    this.#expectedBytes = Math.min(expectedBytes, MOST_EXPECTED_BYTES);
  }

  keep(view: Uint8Array): Uint8Array {
    const { length } = view;
    if (this.#used + length > this.#piece.length) {
      const hasBegun = this.#piece.length > 0;
      if (fillsItsMemory(view) && (hasBegun || length > this.#expectedBytes)) return view;
      this.#piece = new Uint8Array(Math.max(length, 2 * this.#piece.length || this.#expectedBytes));
      this.#used = 0;
    }
    const copy = this.#piece.subarray(this.#used, this.#used + length);
    copy.set(view);
    this.#used += length;
    return copy;
  }

  /** Fragments were given up or have gone up: what is here no longer measures what is held. */
  beginAnew(): void {
    this.#piece = NOTHING;
    this.#used = 0;
  }
}

function fillsItsMemory(view: Uint8Array): boolean {
  return 2 * view.length >= view.buffer.byteLength;
}
