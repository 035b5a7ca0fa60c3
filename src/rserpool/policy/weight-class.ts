/** The members of one weight in Weighted Round Robin: when their entries in the circular list come, and whose turn it is. */
export class WeightClass {
  /** What names it. */
  number = -1;
  readonly weight: number;
  /** How many members it has. */
  size = 1;
  /** The seat of the member that has the next entry. */
  first: number;
  /** So many members, from the first one on, are known to come next … */
  ahead = 0;
  /** … and then this one. */
  next: number;
  /** Entries that have passed. */
  #turns = 0;
  /** The virtual time from which entries count … */
  #start: number;
  /** … and how many of them have passed since then. */
  #passed = 0;

  /** @param waited the part of the way to its next entry that is behind the first member */
  constructor(weight: number, seat: number, waited: number, now: number) {
    this.weight = weight;
    this.first = seat;
    this.next = seat;
    this.#start = now + (0.5 - waited) / weight;
  }

  /** The virtual time of the entry after those that are known; never if these are all, or if the weight is 0. */
  get nextEntry(): number {
    if (this.ahead === this.size || this.weight === 0) return Number.POSITIVE_INFINITY;
    return this.#start + (this.#passed + this.ahead + 0.5) / (this.size * this.weight);
  }

  /** The entries that have passed, with the part of the way to the next one that is behind; while none is known. */
  turnsBy(now: number): number {
    return this.weight === 0 ? 0 : this.#turns + 1 - (this.nextEntry - now) * this.size * this.weight;
  }

  /** Changes the number of members while no entry is known: the part of the way to the next one that is left stays the same. */
  resize(size: number, now: number): void {
    const left = ((this.nextEntry - now) * this.size) / size;
    this.size = size;
    this.#start = now + left - 0.5 / (size * this.weight);
    this.#passed = 0;
  }

  /** The first entry, which is known, passes. @param second the seat that follows @returns how many have passed */
  pass(second: number): number {
    this.first = second;
    this.ahead--;
    this.#passed++;
    return ++this.#turns;
  }
}
