import { withRoom } from '../../base/columns.ts';
import { NumberedHeap } from '../../base/numbered-heap.ts';
import { Numbering } from '../../base/numbering.ts';
import { Rings } from '../../base/rings.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import type { Ranking } from './ranking.ts';
import type { PolicySelector } from './selector.ts';

/**
 * Policies that answer with the best members in order: least used and its kin, priority. RFC 5356 §4.5, §5.1, §5.3.
 *
 * Members of the same rank form a circular list, and take turns. Lists of the same rank are joined when an answer reaches
 * them: before that nobody has to know where the others of a rank are.
 */
export class RankedSelector<Member> implements PolicySelector<Member> {
  readonly #ranking: Ranking;
  readonly #seats = new Numbering<Member>();
  #ranks = new Float64Array(4);
  readonly #rings = new Rings();
  /** The first seat of each list. */
  readonly #firsts = new NumberedHeap();
  /** So many lists, the best ones, stand in `#firsts.found`, all of different ranks; changes up to this rank end that. */
  #known = 0;
  #knownRank = Number.NEGATIVE_INFINITY;

  constructor(ranking: Ranking) {
    this.#ranking = ranking;
  }

  get size(): number {
    return this.#seats.size;
  }

  add(member: Member, policy: PolicyParameter): number {
    const seat = this.#seats.add(member);
    this.#ranks = withRoom(this.#ranks, seat);
    this.#enter(seat, this.#ranking.rankOf(policy));
    return seat;
  }

  remove(seat: number): void {
    this.#leave(seat);
    this.#seats.remove(seat);
  }

  update(seat: number, policy: PolicyParameter): void {
    const rank = this.#ranking.rankOf(policy);
    if (rank === this.#ranks[seat]) return;
    this.#leave(seat);
    this.#enter(seat, rank);
  }

  select(count: number): Member[] {
    const members = new Array<Member>(Math.min(count, this.size));
    // One more than there can be in the answer: the last list of it has all members of its rank as well.
    const wanted = Math.min(members.length + 1, this.#firsts.size);
    if (this.#known < wanted) this.#know(wanted);
    const { found } = this.#firsts;
    for (let i = 0, list = 0; i < members.length; list++) {
      const first = found[list]!;
      let seat = first;
      do {
        members[i++] = this.#seats.at(seat);
        seat = this.#rings.next(seat);
      } while (seat !== first && i < members.length);
      // RFC 5356 §5.1.2: round robin among equals. The first one of each rank becomes its last.
      const second = this.#rings.next(first);
      if (second === first) continue;
      this.#firsts.replace(first, second, this.#ranks[second]!);
      found[list] = second;
    }
    return members;
  }

  #enter(seat: number, rank: number): void {
    const firsts = this.#firsts;
    this.#ranks[seat] = rank;
    this.#rings.start(seat);
    const best = firsts.first;
    if (best !== undefined && firsts.rankOf(best) === rank) this.#rings.join(best, seat);
    else {
      firsts.insert(seat, rank);
      this.#forget(rank);
    }
  }

  #leave(seat: number): void {
    const firsts = this.#firsts;
    if (firsts.has(seat)) {
      const next = this.#rings.next(seat);
      if (next === seat) firsts.remove(seat);
      else firsts.replace(seat, next, this.#ranks[next]!);
      this.#forget(this.#ranks[seat]!);
    }
    this.#rings.remove(seat);
  }

  /** Finds the best lists, and joins those of the same rank until there are none among them. */
  #know(count: number): void {
    const firsts = this.#firsts;
    let joined: boolean;
    do {
      this.#known = firsts.findSmallest(count);
      joined = false;
      let list = firsts.found[0]!;
      for (let i = 1; i < this.#known; i++) {
        const next = firsts.found[i]!;
        if (this.#ranks[next] === this.#ranks[list]) {
          firsts.remove(next);
          this.#rings.join(list, next);
          joined = true;
        } else list = next;
      }
      this.#knownRank = this.#ranks[list]!;
    } while (joined);
  }

  #forget(rank: number): void {
    if (rank <= this.#knownRank) this.#known = 0;
  }
}
