import { withRoom } from '../../base/columns.ts';
import type { Entropy } from '../../base/contract.ts';
import type { Numbering } from '../../base/numbering.ts';
import { drawBelow } from './draw.ts';

/** Seats from which some are drawn, all equally likely; what was drawn is put back after the answer. */
export class Urn {
  /** In an order that means nothing. */
  #seats = new Int32Array(4);
  /** Where each seat is in that order. */
  #places = new Int32Array(4);
  #size = 0;

  add(seat: number): void {
    this.#seats = withRoom(this.#seats, this.#size);
    this.#places = withRoom(this.#places, seat);
    this.#put(this.#size++, seat);
  }

  remove(seat: number): void {
    this.#put(this.#places[seat]!, this.#seats[--this.#size]!);
  }

  /** Draws without replacement, O(count): shuffles the beginning. */
  draw<Member>(count: number, seats: Numbering<Member>, entropy: Entropy): Member[] {
    const drawn = new Array<Member>(Math.min(count, this.#size));
    for (let i = 0; i < drawn.length; i++) {
      const place = i + drawBelow(entropy, this.#size - i);
      const seat = this.#seats[place]!;
      this.#put(place, this.#seats[i]!);
      this.#put(i, seat);
      drawn[i] = seats.at(seat);
    }
    return drawn;
  }

  #put(place: number, seat: number): void {
    this.#seats[place] = seat;
    this.#places[seat] = place;
  }
}
