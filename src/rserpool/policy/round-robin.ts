import { withRoom } from '../../base/columns.ts';
import { Numbering } from '../../base/numbering.ts';
import type { PolicySelector } from './selector.ts';

/** Round Robin: a circular list and a head that advances by one with every answer. RFC 5356 §4.1. */
export class RoundRobinSelector<Member> implements PolicySelector<Member> {
  readonly #seats = new Numbering<Member>();
  /** The neighbours of each seat in the list. */
  #next = new Int32Array(4);
  #previous = new Int32Array(4);
  /** Means nothing while there is no member. */
  #head = 0;

  get size(): number {
    return this.#seats.size;
  }

  /** A new member is the last one seen from the head. */
  add(member: Member): number {
    const seat = this.#seats.add(member);
    this.#next = withRoom(this.#next, seat);
    this.#previous = withRoom(this.#previous, seat);
    if (this.size === 1) {
      this.#head = seat;
      this.#link(seat, seat);
    } else {
      this.#link(this.#previous[this.#head]!, seat);
      this.#link(seat, this.#head);
    }
    return seat;
  }

  remove(seat: number): void {
    const next = this.#next[seat]!;
    this.#link(this.#previous[seat]!, next);
    if (this.#head === seat) this.#head = next;
    this.#seats.remove(seat);
  }

  /** A registration moves nobody. */
  update(): void {}

  select(count: number): Member[] {
    const selected = new Array<Member>(Math.min(count, this.size));
    let seat = this.#head;
    for (let i = 0; i < selected.length; i++) {
      selected[i] = this.#seats.at(seat);
      seat = this.#next[seat]!;
    }
    if (selected.length > 0) this.#head = this.#next[this.#head]!;
    return selected;
  }

  #link(before: number, behind: number): void {
    this.#next[before] = behind;
    this.#previous[behind] = before;
  }
}
