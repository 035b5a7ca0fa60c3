import { withRoom } from '../../base/columns.ts';
import { NumberedHeap } from '../../base/numbered-heap.ts';
import { Numbering } from '../../base/numbering.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import type { PolicySelector } from './selector.ts';

/**
 * Weighted Round Robin: as Round Robin, but a member stands in the circular list as often as its weight says, evenly
 * distributed. RFC 5356 §4.2.
 *
 * The list is never built, because weights go up to 2^32 - 1. One turn around it takes a virtual time of 1, in which a
 * member of weight w has its entries at (0 + ½)/w, (1 + ½)/w and so on. A heap holds the next entry of every member, so
 * its order is the order in which members appear first from the head, and each of them is answered once.
 */
export class WeightedRoundRobinSelector<Member> implements PolicySelector<Member> {
  readonly #seats = new Numbering<Member>();
  /** Seats whose weight is not 0, by the virtual time of the next entry; those of the same time as they joined. */
  readonly #entries = new NumberedHeap();
  /** Of each seat: its weight … */
  #weights = new Float64Array(4);
  /** … where the time of its entries starts to count … */
  #bases = new Float64Array(4);
  /** … how many of its entries since then have passed … */
  #passed = new Float64Array(4);
  /** … and when its member joined, counted in members. */
  #orders = new Float64Array(4);
  #virtualTime = 0;
  #nextOrder = 0;

  get size(): number {
    return this.#seats.size;
  }

  add(member: Member, policy: PolicyParameter): number {
    const seat = this.#seats.add(member);
    this.#weights = withRoom(this.#weights, seat);
    this.#bases = withRoom(this.#bases, seat);
    this.#passed = withRoom(this.#passed, seat);
    this.#orders = withRoom(this.#orders, seat);
    this.#orders[seat] = this.#nextOrder++;
    this.#enter(seat, weightOf(policy));
    return seat;
  }

  remove(seat: number): void {
    if (this.#entries.has(seat)) this.#entries.remove(seat);
    this.#seats.remove(seat);
  }

  update(seat: number, policy: PolicyParameter): void {
    const before = this.#weights[seat]!;
    const after = weightOf(policy);
    // Elements register again all the time: that alone must not move them.
    if (after === before) return;
    if (before === 0) this.#enter(seat, after);
    else {
      this.#weights[seat] = after;
      if (after === 0) this.#entries.remove(seat);
      else {
        // The part of the way to the next entry that is left stays the same part.
        const left = ((this.#entries.rankOf(seat) - this.#virtualTime) * before) / after;
        this.#bases[seat] = this.#virtualTime + left - 0.5 / after;
        this.#passed[seat] = 0;
        this.#entries.move(seat, this.#virtualTime + left, this.#orders[seat]!);
      }
    }
  }

  select(count: number): Member[] {
    const entries = this.#entries;
    const members = new Array<Member>(entries.findSmallest(count));
    if (members.length === 0) return members;
    for (let i = 0; i < members.length; i++) members[i] = this.#seats.at(entries.found[i]!);
    const head = entries.found[0]!;
    this.#virtualTime = entries.rankOf(head);
    const passed = ++this.#passed[head]!;
    entries.move(head, this.#bases[head]! + (passed + 0.5) / this.#weights[head]!, this.#orders[head]!);
    return members;
  }

  #enter(seat: number, weight: number): void {
    this.#weights[seat] = weight;
    // RFC 5356 §3.2: weight 0 cannot provide service.
    if (weight === 0) return;
    this.#bases[seat] = this.#virtualTime;
    this.#passed[seat] = 0;
    this.#entries.insert(seat, this.#virtualTime + 0.5 / weight, this.#orders[seat]!);
  }
}

function weightOf(policy: PolicyParameter): number {
  return 'weight' in policy ? policy.weight : 0;
}
