import { withRoom } from '../../base/columns.ts';
import { NumberedHeap } from '../../base/numbered-heap.ts';
import { Numbering } from '../../base/numbering.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import type { PolicySelector } from './selector.ts';

/** What a policy sorts by, smallest first. */
export interface Ranking {
  /** The rank of an element that has just registered. */
  rankOf(policy: PolicyParameter): number;
  /** What is added to the rank for every answer that the element is in; nothing unless given. */
  stepOf?(policy: PolicyParameter): number;
}

/** Policies that answer with the best members in order: least used and its kin, priority. RFC 5356 §4.5, §5.1 to §5.3. */
export class RankedSelector<Member> implements PolicySelector<Member> {
  readonly #ranking: Ranking;
  readonly #seats = new Numbering<Member>();
  readonly #heap = new NumberedHeap();
  /** What each seat's rank grows by; empty where none does. */
  #steps = new Float64Array(0);
  #nextOrder = 0;

  constructor(ranking: Ranking) {
    this.#ranking = ranking;
  }

  get size(): number {
    return this.#seats.size;
  }

  add(member: Member, policy: PolicyParameter): number {
    const seat = this.#seats.add(member);
    this.#heap.insert(seat, this.#ranking.rankOf(policy), this.#nextOrder++);
    this.#setStep(seat, policy);
    return seat;
  }

  remove(seat: number): void {
    this.#heap.remove(seat);
    this.#seats.remove(seat);
  }

  /** RFC 5356 §5.2.2: every registration sets the degradation counter to 0. */
  update(seat: number, policy: PolicyParameter): void {
    this.#setStep(seat, policy);
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
      const step = this.#steps[seat] ?? 0;
      // RFC 5356 §5.1.2: round robin among equals. The first one of each group of equals becomes its last.
      const isFirst = rank !== rankBefore;
      const mayHaveEquals = i === members.length - 1 || heap.rankOf(heap.found[i + 1]!) === rank;
      if (step !== 0) heap.move(seat, rank + step, isFirst ? this.#nextOrder++ : heap.orderOf(seat));
      else if (isFirst && mayHaveEquals) heap.move(seat, rank, this.#nextOrder++);
      rankBefore = rank;
    }
    return members;
  }

  #setStep(seat: number, policy: PolicyParameter): void {
    if (this.#ranking.stepOf === undefined) return;
    this.#steps = withRoom(this.#steps, seat);
    this.#steps[seat] = this.#ranking.stepOf(policy);
  }
}
