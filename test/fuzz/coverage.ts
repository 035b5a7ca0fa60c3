/** Hits of a branch by order of magnitude, as a bit: 1, 2, 3, 4, 8, 16, 32, 128 and more. */
const BUCKETS = Uint8Array.from({ length: 256 }, (_, hits) => {
  if (hits <= 3) return hits === 0 ? 0 : 1 << (hits - 1);
  if (hits < 8) return 8;
  if (hits < 16) return 16;
  if (hits < 32) return 32;
  return hits < 128 ? 64 : 128;
});

/** Which branches the inputs of one target have taken, and about how often each. */
export class Coverage {
  readonly #hits: Uint8Array;
  readonly #words: Uint32Array;
  readonly #seen: Uint8Array;
  #branches = 0;

  /** @throws Error if the program was not started with `instrument/register.mjs` */
  constructor() {
    const { branchHits, branchCount } = globalThis as { branchHits?: Uint8Array; branchCount?: number };
    if (branchHits === undefined || branchCount === undefined) {
      throw new Error('no branches are counted: start it with npm run fuzz');
    }
    const words = Math.ceil(branchCount / 4);
    this.#hits = branchHits.subarray(0, 4 * words);
    this.#words = new Uint32Array(branchHits.buffer, 0, words);
    this.#seen = new Uint8Array(4 * words);
  }

  /** Branches taken so far. */
  get branches(): number {
    return this.#branches;
  }

  /** Forgets what has run since the last input. */
  begin(): void {
    this.#hits.fill(0);
  }

  /** Whether what has run since `begin` took a branch for the first time, or far more often than ever. */
  end(): boolean {
    let isNew = false;
    for (let word = 0; word < this.#words.length; word++) {
      if (this.#words[word] !== 0) isNew = this.#look(4 * word) || isNew;
    }
    return isNew;
  }

  #look(from: number): boolean {
    let isNew = false;
    for (let branch = from; branch < from + 4; branch++) {
      const bucket = BUCKETS[this.#hits[branch]!]!;
      const seen = this.#seen[branch]!;
      if ((seen | bucket) === seen) continue;
      if (seen === 0) this.#branches++;
      this.#seen[branch] = seen | bucket;
      isNew = true;
    }
    return isNew;
  }
}
