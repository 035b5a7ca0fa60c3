import type { Entropy } from '../../base/contract.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import { drawBelow } from './draw.ts';
import { FenwickTree } from './fenwick-tree.ts';
import { drawUniformly } from './random.ts';
import { newSeat, type PolicySelector, type Seat } from './selector.ts';

/** How a policy of the weighted random family gets its weights: whole numbers from 0 to 2^32 - 1. */
export interface Weighting {
  /** @param uses answers that the element was in since it registered */
  weightOf(policy: PolicyParameter, uses: number): number;
  /** Whether members are drawn with equal probability where the weights of all of them are 0. */
  readonly uniformIfAllZero: boolean;
}

/** The weights that the elements registered. RFC 5356 §3.2: one of weight 0 cannot provide service. */
export const REGISTERED_WEIGHTS: Weighting = {
  weightOf: (policy) => ('weight' in policy ? policy.weight : 0),
  uniformIfAllZero: false,
};

/**
 * Weighted Random: each place of the answer is drawn among the members that are left, with probabilities that are to
 * each other as their weights. RFC 5356 §4.4.
 */
export class WeightedRandomSelector<Member> implements PolicySelector<Member> {
  readonly #weighting: Weighting;
  readonly #seats: Seat<Member>[] = [];
  /** The weight of `#seats[i]` is in place i. */
  readonly #weights = new FenwickTree();

  constructor(weighting: Weighting = REGISTERED_WEIGHTS) {
    this.#weighting = weighting;
  }

  get size(): number {
    return this.#seats.length;
  }

  add(member: Member, policy: PolicyParameter): Seat<Member> {
    const seat = newSeat(member, policy);
    seat.index = this.#seats.push(seat) - 1;
    this.#weights.set(seat.index, this.#weighting.weightOf(policy, 0));
    return seat;
  }

  remove(seat: Seat<Member>): void {
    const last = this.#seats.pop()!;
    const lastWeight = this.#weights.weightAt(last.index);
    this.#weights.set(last.index, 0);
    if (last !== seat) {
      this.#seats[seat.index] = last;
      last.index = seat.index;
      this.#weights.set(last.index, lastWeight);
    }
    seat.index = -1;
  }

  update(seat: Seat<Member>, policy: PolicyParameter): void {
    seat.policy = policy;
    seat.uses = 0;
    this.#weights.set(seat.index, this.#weighting.weightOf(policy, 0));
  }

  select(count: number, entropy: Entropy): Member[] {
    const weights = this.#weights;
    if (weights.total <= 0 && this.#weighting.uniformIfAllZero) return drawUniformly(this.#seats, count, entropy);
    const drawn: Seat<Member>[] = [];
    while (drawn.length < count && weights.total > 0) {
      const seat = this.#seats[weights.find(drawBelow(entropy, weights.total))]!;
      drawn.push(seat);
      // Nobody twice: out of the draw until the answer is complete.
      if (drawn.length < count) weights.set(seat.index, 0);
    }
    return drawn.map((seat) => {
      seat.uses++;
      weights.set(seat.index, this.#weighting.weightOf(seat.policy, seat.uses));
      return seat.member;
    });
  }
}
