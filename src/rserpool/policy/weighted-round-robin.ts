import { IndexedHeap } from '../../base/indexed-heap.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import { newSeat, type PolicySelector, type Seat } from './selector.ts';

/**
 * Weighted Round Robin: as Round Robin, but a member stands in the circular list as often as its weight says, evenly
 * distributed. RFC 5356 §4.2.
 *
 * The list is never built, because weights go up to 2^32 - 1. One turn around it takes a virtual time of 1, in which a
 * member of weight w has its entries at (0 + ½)/w, (1 + ½)/w and so on. A heap holds the next entry of every member, so
 * its order is the order in which members appear first from the head, and each of them is answered once.
 */
export class WeightedRoundRobinSelector<Member> implements PolicySelector<Member> {
  /** Those whose weight is not 0; `rank` is the virtual time of the next entry. */
  readonly #entries = new IndexedHeap<Seat<Member>>();
  #virtualTime = 0;
  #nextOrder = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(member: Member, policy: PolicyParameter): Seat<Member> {
    const seat = newSeat(member, policy);
    seat.order = this.#nextOrder++;
    this.#size++;
    this.#enter(seat);
    return seat;
  }

  remove(seat: Seat<Member>): void {
    if (seat.index >= 0) this.#entries.remove(seat);
    this.#size--;
  }

  update(seat: Seat<Member>, policy: PolicyParameter): void {
    const before = weightOf(seat.policy);
    const after = weightOf(policy);
    seat.policy = policy;
    // Elements register again all the time: that alone must not move them.
    if (after === before) return;
    if (before === 0) this.#enter(seat);
    else if (after === 0) this.#entries.remove(seat);
    else {
      // The part of the way to the next entry that is left stays the same part.
      const left = ((seat.rank - this.#virtualTime) * before) / after;
      seat.base = this.#virtualTime + left - 0.5 / after;
      seat.uses = 0;
      seat.rank = this.#virtualTime + left;
      this.#entries.moved(seat);
    }
  }

  select(count: number): Member[] {
    const seats = this.#entries.smallest(count);
    const head = seats[0];
    if (head === undefined) return [];
    this.#virtualTime = head.rank;
    head.uses++;
    head.rank = head.base + (head.uses + 0.5) / weightOf(head.policy);
    this.#entries.moved(head);
    return seats.map((seat) => seat.member);
  }

  #enter(seat: Seat<Member>): void {
    const weight = weightOf(seat.policy);
    // RFC 5356 §3.2: weight 0 cannot provide service.
    if (weight === 0) return;
    seat.base = this.#virtualTime;
    seat.uses = 0;
    seat.rank = seat.base + 0.5 / weight;
    this.#entries.insert(seat);
  }
}

function weightOf(policy: PolicyParameter): number {
  return 'weight' in policy ? policy.weight : 0;
}
