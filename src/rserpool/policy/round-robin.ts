import { Numbering } from '../../base/numbering.ts';
import { Rings } from '../../base/rings.ts';
import type { PolicySelector } from './selector.ts';

/** Round Robin: a circular list and a head that advances by one with every answer. RFC 5356 §4.1. */
export class RoundRobinSelector<Member> implements PolicySelector<Member> {
  readonly #seats = new Numbering<Member>();
  /** One list of all seats. */
  readonly #rings = new Rings();
  /** Means nothing while there is no member. */
  #head = 0;

  get size(): number {
    return this.#seats.size;
  }

  /** A new member is the last one seen from the head. */
  add(member: Member): number {
    const seat = this.#seats.add(member);
    this.#rings.start(seat);
    if (this.size === 1) this.#head = seat;
    else this.#rings.join(this.#head, seat);
    return seat;
  }

  remove(seat: number): void {
    if (this.#head === seat) this.#head = this.#rings.next(seat);
    this.#rings.remove(seat);
    this.#seats.remove(seat);
  }

  /** A registration moves nobody. */
  update(): void {}

  select(count: number): Member[] {
    const selected = new Array<Member>(Math.min(count, this.size));
    let seat = this.#head;
    for (let i = 0; i < selected.length; i++) {
      selected[i] = this.#seats.at(seat);
      seat = this.#rings.next(seat);
    }
    if (selected.length > 0) this.#head = this.#rings.next(this.#head);
    return selected;
  }
}
