import { IndexedHeap } from '../../base/indexed-heap.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import { newSeat, type PolicySelector, type Seat } from './selector.ts';

/**
 * What a policy sorts by, smallest first. `uses` counts the answers that the element was in since it registered, for
 * policies where that makes a difference.
 */
export type Ranking = (policy: PolicyParameter, uses: number) => number;

/** Policies that answer with the best members in order: least used and its kin, priority. RFC 5356 §4.5, §5.1 to §5.3. */
export class RankedSelector<Member> implements PolicySelector<Member> {
  readonly #ranking: Ranking;
  readonly #heap = new IndexedHeap<Seat<Member>>();
  #nextOrder = 0;

  constructor(ranking: Ranking) {
    this.#ranking = ranking;
  }

  get size(): number {
    return this.#heap.size;
  }

  add(member: Member, policy: PolicyParameter): Seat<Member> {
    const seat = newSeat(member, policy);
    seat.rank = this.#ranking(policy, 0);
    seat.order = this.#nextOrder++;
    this.#heap.insert(seat);
    return seat;
  }

  remove(seat: Seat<Member>): void {
    this.#heap.remove(seat);
  }

  update(seat: Seat<Member>, policy: PolicyParameter): void {
    seat.policy = policy;
    // RFC 5356 §5.2.2: every registration sets the degradation counter to 0.
    seat.uses = 0;
    const rank = this.#ranking(policy, 0);
    if (rank === seat.rank) return;
    seat.rank = rank;
    seat.order = this.#nextOrder++;
    this.#heap.moved(seat);
  }

  select(count: number): Member[] {
    const seats = this.#heap.smallest(count);
    const members: Member[] = [];
    let rankBefore = Number.NaN;
    for (const seat of seats) {
      members.push(seat.member);
      // RFC 5356 §5.1.2: round robin among equals. The first one of each group of equals becomes its last.
      if (seat.rank !== rankBefore) seat.order = this.#nextOrder++;
      rankBefore = seat.rank;
      seat.uses++;
      seat.rank = this.#ranking(seat.policy, seat.uses);
      this.#heap.moved(seat);
    }
    return members;
  }
}
