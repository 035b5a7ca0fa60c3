import { withRoom } from '../../base/columns.ts';
import { NumberedHeap } from '../../base/numbered-heap.ts';
import { Numbering } from '../../base/numbering.ts';
import { Rings } from '../../base/rings.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import type { DegradingRanking } from './ranking.ts';
import type { PolicySelector } from './selector.ts';

/**
 * Policies that answer with the best members in order, and whose ranks grow with every answer. RFC 5356 §5.2.
 *
 * Who was in an answer goes behind the one that was there before, if its rank is not smaller: where all members degrade by
 * the same, that is always so. So members stand in lists that are sorted anyway, and a heap has only the first of each.
 */
export class DegradingSelector<Member> implements PolicySelector<Member> {
  readonly #ranking: DegradingRanking;
  readonly #seats = new Numbering<Member>();
  #ranks = new Float64Array(4);
  /** What each seat's rank grows by. */
  #steps = new Float64Array(4);
  /** Lists by rank. */
  readonly #rings = new Rings();
  /** The first seat of each list; of the same rank, the one that has been there longest. */
  readonly #firsts = new NumberedHeap();
  /** The last seat of the list that may grow; -1 if there is none. */
  #last = -1;
  #nextOrder = 0;
  /** Seats in the answer that is being made. */
  #taken = new Int32Array(4);

  constructor(ranking: DegradingRanking) {
    this.#ranking = ranking;
  }

  get size(): number {
    return this.#seats.size;
  }

  add(member: Member, policy: PolicyParameter): number {
    const seat = this.#seats.add(member);
    this.#ranks = withRoom(this.#ranks, seat);
    this.#steps = withRoom(this.#steps, seat);
    this.#steps[seat] = this.#ranking.stepOf(policy);
    this.#enter(seat, this.#ranking.rankOf(policy));
    return seat;
  }

  remove(seat: number): void {
    this.#leave(seat);
    this.#seats.remove(seat);
  }

  /** RFC 5356 §5.2.2: every registration sets the degradation counter to 0. */
  update(seat: number, policy: PolicyParameter): void {
    this.#steps[seat] = this.#ranking.stepOf(policy);
    const rank = this.#ranking.rankOf(policy);
    if (rank === this.#ranks[seat]) return;
    this.#leave(seat);
    this.#enter(seat, rank);
  }

  select(count: number): Member[] {
    const members = new Array<Member>(Math.min(count, this.size));
    this.#taken = withRoom(this.#taken, members.length);
    for (let i = 0; i < members.length; i++) {
      const seat = this.#firsts.first!;
      this.#taken[i] = seat;
      members[i] = this.#seats.at(seat);
      this.#leave(seat);
    }
    for (let i = 0; i < members.length; ) i = this.#degradeEquals(i, members.length);
    return members;
  }

  /**
   * Counts the answer for those taken from `begin` on that are of the same rank. RFC 5356 §5.1.2: round robin among equals,
   * the first one becomes the last.
   *
   * @returns where the next rank begins
   */
  #degradeEquals(begin: number, end: number): number {
    const first = this.#taken[begin]!;
    const rank = this.#ranks[first]!;
    let at = begin + 1;
    for (; at < end && this.#ranks[this.#taken[at]!] === rank; at++) this.#degrade(this.#taken[at]!);
    this.#degrade(first);
    return at;
  }

  #degrade(seat: number): void {
    const rank = this.#ranks[seat]! + this.#steps[seat]!;
    if (this.#last >= 0 && this.#ranks[this.#last]! <= rank) {
      this.#ranks[seat] = rank;
      this.#rings.start(seat);
      this.#rings.join(this.#rings.next(this.#last), seat);
    } else this.#enter(seat, rank);
    this.#last = seat;
  }

  #enter(seat: number, rank: number): void {
    this.#ranks[seat] = rank;
    this.#rings.start(seat);
    this.#firsts.insert(seat, rank, this.#nextOrder++);
  }

  #leave(seat: number): void {
    const next = this.#rings.next(seat);
    if (this.#last === seat) this.#last = -1;
    if (this.#firsts.has(seat)) {
      if (next === seat) this.#firsts.remove(seat);
      else this.#firsts.replace(seat, next, this.#ranks[next]!, this.#nextOrder++);
    }
    this.#rings.remove(seat);
  }
}
