import { type Fsn, fsn, fsnAdd, fsnDiff, type Mid, type Tsn } from '../../base/serial.ts';
import type { IDataChunk } from '../wire/types.ts';
import { FragmentMemory } from './kept-bytes.ts';
import type { FragmentConflict } from './reassembler.ts';

/** A fragment that has arrived. */
export interface HeldFragment {
  readonly tsn: Tsn;
  readonly data: Uint8Array;
}

/** The fragments of one message in I-DATA chunks, in whatever order they come. RFC 8260 §2.1, §2.2.3. */
export class MessageFragments {
  readonly mid: Mid;
  /** From the first fragment. */
  ppid = 0;
  /** Number of its partial delivery, once that has begun. */
  partId: number | undefined;
  /** Bytes that have gone up. */
  deliveredBytes = 0;
  #heldBytes = 0;
  readonly #held = new Map<Fsn, HeldFragment>();
  readonly #memory = new FragmentMemory();
  /** The first fragment that has not gone up. */
  #next: Fsn;
  /** Of those that ever came: the one with the E bit, and the highest one. */
  #last: Fsn | undefined;
  #highest: Fsn;
  /** Behind the fragments that are held from `#next` on without a hole, as far as they were counted. */
  #runEnd: Fsn;
  #runBytes = 0;

  /** @param next the fragment that is expected first: 0, unless a test wants to see the numbers go round */
  constructor(mid: Mid, next: Fsn = fsn(0)) {
    this.mid = mid;
    this.#next = next;
    this.#highest = next;
    this.#runEnd = next;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get heldFragments(): number {
    return this.#held.size;
  }

  /** All that has not gone up is here. */
  get isComplete(): boolean {
    // Every fragment held is from `#next` to `#last`, and none is held twice.
    return this.#last !== undefined && this.#held.size === fsnDiff(this.#last, this.#next) + 1;
  }

  /** Bytes that are here from the first one that has not gone up, without a hole. */
  get runBytes(): number {
    for (;;) {
      const fragment = this.#held.get(this.#runEnd);
      if (fragment === undefined) return this.#runBytes;
      this.#runBytes += fragment.data.length;
      this.#runEnd = fsnAdd(this.#runEnd, 1);
    }
  }

  /** Why the chunk, which has this MID, cannot be a fragment of this message. */
  conflictOf(chunk: IDataChunk): FragmentConflict | undefined {
    const begun = this.partId !== undefined;
    if (chunk.beginning && begun) return 'fsn-reused';
    // Fragment 0 has the B bit, but numbers may go round in what follows.
    if (!chunk.beginning && !begun && chunk.fsn === 0) return 'no-beginning';
    if (fsnDiff(chunk.fsn, this.#next) < 0 || this.#held.has(chunk.fsn)) return 'fsn-reused';
    if (this.#last !== undefined) {
      if (fsnDiff(chunk.fsn, this.#last) > 0) return 'fsn-beyond-the-end';
      return chunk.ending && chunk.fsn !== this.#last ? 'fragments-disagree' : undefined;
    }
    return chunk.ending && fsnDiff(this.#highest, chunk.fsn) > 0 ? 'fsn-beyond-the-end' : undefined;
  }

  /** Takes a chunk that `conflictOf` has nothing against. Its data is kept. */
  add(chunk: IDataChunk): void {
    if (chunk.beginning) this.ppid = chunk.ppid;
    if (chunk.ending) this.#last = chunk.fsn;
    if (fsnDiff(chunk.fsn, this.#highest) > 0) this.#highest = chunk.fsn;
    this.#held.set(chunk.fsn, { tsn: chunk.tsn, data: this.#memory.keep(chunk.userData) });
    this.#heldBytes += chunk.userData.length;
  }

  /** Gives up a fragment that is held. @returns its bytes */
  drop(number: Fsn): number {
    const { length } = this.#held.get(number)!.data;
    this.#held.delete(number);
    this.#heldBytes -= length;
    this.#memory.beginAnew();
    // Counted anew when somebody asks.
    this.#runEnd = this.#next;
    this.#runBytes = 0;
    return length;
  }

  /** Takes the fragments from the first one on, up to the first hole. */
  takeRun(): HeldFragment[] {
    const taken: HeldFragment[] = [];
    for (;;) {
      const fragment = this.#held.get(this.#next);
      if (fragment === undefined) break;
      taken.push(fragment);
      this.#held.delete(this.#next);
      this.#heldBytes -= fragment.data.length;
      this.deliveredBytes += fragment.data.length;
      this.#next = fsnAdd(this.#next, 1);
    }
    this.#runEnd = this.#next;
    this.#runBytes = 0;
    this.#memory.beginAnew();
    return taken;
  }

  /** TSNs of the fragments held. */
  *tsns(): Generator<Tsn, void, undefined> {
    for (const { tsn } of this.#held.values()) yield tsn;
  }
}
