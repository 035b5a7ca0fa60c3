/**
 * Weights in numbered places, with the sum of all and the place in which a point of that sum lies, each in O(log n).
 * Weights are whole numbers; sums are exact up to 2^53, that is 2^21 members with the largest weight.
 */
export class FenwickTree {
  /** `#sums[i]` covers the `i & -i` places that end with place `i - 1`. */
  #sums = new Float64Array(5);
  #weights = new Float64Array(4);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  weightAt(place: number): number {
    return this.#weights[place] ?? 0;
  }

  set(place: number, weight: number): void {
    if (place >= this.#weights.length) {
      if (weight === 0) return;
      this.#grow(place + 1);
    }
    const delta = weight - this.#weights[place]!;
    if (delta === 0) return;
    this.#weights[place] = weight;
    this.#total += delta;
    for (let i = place + 1; i < this.#sums.length; i += i & -i) this.#sums[i]! += delta;
  }

  /** The place in which `point` lies, from 0 to the total - 1, if the weights are laid side by side. */
  find(point: number): number {
    let place = 0;
    let rest = point;
    for (let step = this.#weights.length; step > 0; step >>= 1) {
      const sum = this.#sums[place + step];
      if (sum !== undefined && sum <= rest) {
        place += step;
        rest -= sum;
      }
    }
    return place;
  }

  #grow(atLeast: number): void {
    let capacity = this.#weights.length;
    while (capacity < atLeast) capacity *= 2;
    const weights = new Float64Array(capacity);
    weights.set(this.#weights);
    const sums = new Float64Array(capacity + 1);
    for (let i = 1; i <= capacity; i++) {
      sums[i]! += weights[i - 1]!;
      const next = i + (i & -i);
      if (next <= capacity) sums[next]! += sums[i]!;
    }
    this.#weights = weights;
    this.#sums = sums;
  }
}
