import type { Entropy } from '../../base/contract.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import { drawBelow } from './draw.ts';
import { newSeat, type PolicySelector, type Seat } from './selector.ts';

/** Random: every member is equally likely in every place of the answer. RFC 5356 §4.3. */
export class RandomSelector<Member> implements PolicySelector<Member> {
  readonly #seats: Seat<Member>[] = [];

  get size(): number {
    return this.#seats.length;
  }

  add(member: Member, policy: PolicyParameter): Seat<Member> {
    const seat = newSeat(member, policy);
    seat.index = this.#seats.push(seat) - 1;
    return seat;
  }

  remove(seat: Seat<Member>): void {
    const last = this.#seats.pop()!;
    if (last !== seat) {
      this.#seats[seat.index] = last;
      last.index = seat.index;
    }
    seat.index = -1;
  }

  update(seat: Seat<Member>, policy: PolicyParameter): void {
    seat.policy = policy;
  }

  select(count: number, entropy: Entropy): Member[] {
    return drawUniformly(this.#seats, count, entropy);
  }
}

/** Draws without replacement, O(count): shuffles the beginning of the array, whose order means nothing. */
export function drawUniformly<Member>(seats: Seat<Member>[], count: number, entropy: Entropy): Member[] {
  const selected: Member[] = [];
  const wanted = Math.min(count, seats.length);
  for (let i = 0; i < wanted; i++) {
    const chosen = seats[i + drawBelow(entropy, seats.length - i)]!;
    const displaced = seats[i]!;
    seats[chosen.index] = displaced;
    displaced.index = chosen.index;
    seats[i] = chosen;
    chosen.index = i;
    selected.push(chosen.member);
  }
  return selected;
}
