import { withRoom } from '../../base/columns.ts';
import { NumberedHeap } from '../../base/numbered-heap.ts';
import { Numbering } from '../../base/numbering.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import type { DegradingRanking } from './ranking.ts';
import type { PolicySelector } from './selector.ts';

/** Policies that answer with the best members in order and count the answers of each. RFC 5356 §5.2. */
export class DegradingSelector<Member> implements PolicySelector<Member> {
  readonly #ranking: DegradingRanking;
  readonly #seats = new Numbering<Member>();
  /** Seats; those of the same rank in the order in which they got it. */
  readonly #heap = new NumberedHeap();
  /** What each seat's rank grows by. */
  #steps = new Float64Array(4);
  #nextOrder = 0;

  constructor(ranking: DegradingRanking) {
    this.#ranking = ranking;
  }

  get size(): number {
    return this.#seats.size;
  }

  add(member: Member, policy: PolicyParameter): number {
    const seat = this.#seats.add(member);
    this.#heap.insert(seat, this.#ranking.rankOf(policy), this.#nextOrder++);
    this.#steps = withRoom(this.#steps, seat);
    this.#steps[seat] = this.#ranking.stepOf(policy);
    return seat;
  }

  remove(seat: number): void {
    this.#heap.remove(seat);
    this.#seats.remove(seat);
  }

  /** RFC 5356 §5.2.2: every registration sets the degradation counter to 0. */
  update(seat: number, policy: PolicyParameter): void {
    this.#steps[seat] = this.#ranking.stepOf(policy);
    const rank = this.#ranking.rankOf(policy);
    if (rank !== this.#heap.rankOf(seat)) this.#heap.move(seat, rank, this.#nextOrder++);
  }

  select(count: number): Member[] {
    const heap = this.#heap;
    const members = new Array<Member>(heap.findSmallest(count));
    let rankBefore = Number.NaN;
    for (let i = 0; i < members.length; i++) {
      const seat = heap.found[i]!;
      members[i] = this.#seats.at(seat);
      const rank = heap.rankOf(seat);
      // RFC 5356 §5.1.2: round robin among equals. The first one of each group of equals becomes its last.
      const order = rank === rankBefore ? undefined : this.#nextOrder++;
      heap.move(seat, rank + this.#steps[seat]!, order);
      rankBefore = rank;
    }
    return members;
  }
}
