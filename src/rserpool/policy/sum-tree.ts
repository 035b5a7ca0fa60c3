import { withRoom } from '../../base/columns.ts';

/** Each sum is that of so many numbers of the level below: few levels, and those numbers share two cache lines. */
const FAN_OUT_BITS = 4;

/**
 * Weights in numbered places, with the sum of all and the place in which a point of that sum lies, each in O(log n).
 * Weights are whole numbers; sums are exact up to 2^53, that is 2^21 members with the largest weight.
 */
export class SumTree {
  /** The weights, then sums of sixteen of the level before; the last level has one number, the sum of all. */
  readonly #levels: Float64Array[] = [new Float64Array(1)];

  get total(): number {
    return this.#levels.at(-1)![0]!;
  }

  weightAt(place: number): number {
    return this.#levels[0]![place] ?? 0;
  }

  set(place: number, weight: number): void {
    const delta = weight - this.weightAt(place);
    if (delta === 0) return;
    this.#grow(place);
    let at = place;
    for (const level of this.#levels) {
      level[at]! += delta;
      at >>= FAN_OUT_BITS;
    }
  }

  /** The place in which `point` lies, from 0 to the total - 1, if the weights are laid side by side. */
  find(point: number): number {
    const levels = this.#levels;
    let place = 0;
    let rest = point;
    for (let i = levels.length - 2; i >= 0; i--) {
      const level = levels[i]!;
      place <<= FAN_OUT_BITS;
      for (let weight = level[place]!; weight <= rest; weight = level[place]!) {
        rest -= weight;
        place++;
      }
    }
    return place;
  }

  #grow(place: number): void {
    const levels = this.#levels;
    let at = place;
    for (let i = 0; ; i++) {
      levels[i] = withRoom(levels[i]!, at);
      if (i === levels.length - 1) {
        if (at === 0) return;
        // The sum of all gets company: a new one above it.
        levels.push(Float64Array.of(levels[i]![0]!));
      }
      at >>= FAN_OUT_BITS;
    }
  }
}
