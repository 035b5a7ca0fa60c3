import type { PolicyParameter } from '../wire/policy.ts';
import { newSeat, type PolicySelector, type Seat } from './selector.ts';

/** Round Robin: a circular list and a head that advances by one with every answer. RFC 5356 §4.1. */
export class RoundRobinSelector<Member> implements PolicySelector<Member> {
  #head: Seat<Member> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** A new member is the last one seen from the head. */
  add(member: Member, policy: PolicyParameter): Seat<Member> {
    const seat = newSeat(member, policy);
    const head = this.#head;
    if (head === undefined) {
      seat.next = seat;
      seat.previous = seat;
      this.#head = seat;
    } else {
      const last = head.previous!;
      seat.next = head;
      seat.previous = last;
      last.next = seat;
      head.previous = seat;
    }
    this.#size++;
    return seat;
  }

  remove(seat: Seat<Member>): void {
    const [next, previous] = [seat.next!, seat.previous!];
    previous.next = next;
    next.previous = previous;
    if (this.#head === seat) this.#head = next === seat ? undefined : next;
    seat.next = undefined;
    seat.previous = undefined;
    this.#size--;
  }

  update(seat: Seat<Member>, policy: PolicyParameter): void {
    seat.policy = policy;
  }

  select(count: number): Member[] {
    const selected: Member[] = [];
    let seat = this.#head;
    if (seat === undefined) return selected;
    this.#head = seat.next;
    for (let i = Math.min(count, this.#size); i > 0; i--) {
      selected.push(seat.member);
      seat = seat.next!;
    }
    return selected;
  }
}
