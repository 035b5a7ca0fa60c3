import { withRoom } from '../../base/columns.ts';
import type { Entropy } from '../../base/contract.ts';
import { Numbering } from '../../base/numbering.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import { drawBelow } from './draw.ts';
import type { PolicySelector } from './selector.ts';
import { SumTree } from './sum-tree.ts';
import { Urn } from './urn.ts';

/** How a policy of the weighted random family gets its weights: whole numbers from 0 to 2^32 - 1. */
export interface Weighting {
  /** The weight of an element that has just registered. */
  weightOf(policy: PolicyParameter): number;
  /** What the weight loses with every answer that the element is in, down to 1; nothing unless given. */
  lossOf?(policy: PolicyParameter): number;
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
  readonly #seats = new Numbering<Member>();
  readonly #urn: Urn | undefined;
  /** By seat; 0 where nobody has it. */
  readonly #weights = new SumTree();
  /** What each weight loses with an answer; empty where none does. */
  #losses = new Float64Array(0);

  constructor(weighting: Weighting = REGISTERED_WEIGHTS) {
    this.#weighting = weighting;
    this.#urn = weighting.uniformIfAllZero ? new Urn() : undefined;
  }

  get size(): number {
    return this.#seats.size;
  }

  add(member: Member, policy: PolicyParameter): number {
    const seat = this.#seats.add(member);
    this.#urn?.add(seat);
    this.update(seat, policy);
    return seat;
  }

  remove(seat: number): void {
    this.#weights.set(seat, 0);
    this.#urn?.remove(seat);
    this.#seats.remove(seat);
  }

  update(seat: number, policy: PolicyParameter): void {
    this.#weights.set(seat, this.#weighting.weightOf(policy));
    if (this.#weighting.lossOf === undefined) return;
    this.#losses = withRoom(this.#losses, seat);
    this.#losses[seat] = this.#weighting.lossOf(policy);
  }

  select(count: number, entropy: Entropy): Member[] {
    const weights = this.#weights;
    if (this.#urn !== undefined && weights.total <= 0) return this.#urn.draw(count, this.#seats, entropy);
    const members: Member[] = [];
    const drawn: { readonly seat: number; readonly weight: number }[] = [];
    while (drawn.length < count && weights.total > 0) {
      const seat = weights.find(drawBelow(entropy, weights.total));
      members.push(this.#seats.at(seat));
      drawn.push({ seat, weight: weights.weightAt(seat) });
      // Nobody twice: out of the draw until the answer is complete.
      if (drawn.length < count) weights.set(seat, 0);
    }
    for (const { seat, weight } of drawn) {
      const loss = this.#losses[seat] ?? 0;
      weights.set(seat, loss === 0 ? weight : Math.max(1, weight - loss));
    }
    return members;
  }
}
