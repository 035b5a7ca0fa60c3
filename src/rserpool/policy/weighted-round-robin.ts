import { withRoom } from '../../base/columns.ts';
import { NumberedHeap } from '../../base/numbered-heap.ts';
import { Numbering } from '../../base/numbering.ts';
import { Rings } from '../../base/rings.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import type { PolicySelector } from './selector.ts';
import { WeightClass } from './weight-class.ts';

/** A member that has had no turn yet starts in the middle between two. */
const NEW_MEMBER = 0.5;

/**
 * Weighted Round Robin: as Round Robin, but a member stands in the circular list as often as its weight says, evenly
 * distributed. RFC 5356 §4.2.
 *
 * The list is never built, because weights go up to 2^32 - 1. One turn around it takes a virtual time of 1. The n members
 * of weight w have n·w entries in it, at (0 + ½)/(n·w), (1 + ½)/(n·w) and so on, which they take in turns: so each of them
 * has w entries at equal distances. A heap holds the next entry of every weight, of which there are few.
 */
export class WeightedRoundRobinSelector<Member> implements PolicySelector<Member> {
  readonly #seats = new Numbering<Member>();
  readonly #classes = new Numbering<WeightClass>();
  readonly #byWeight = new Map<number, WeightClass>();
  /** The number of each seat's class … */
  #classOf = new Int32Array(4);
  /** … and how many entries of the class had passed when the member had its turn. */
  #since = new Float64Array(4);
  /** The members of each class in the order of their turns. */
  readonly #rings = new Rings();
  /** Classes by the first entry that is not known yet; the number decides where entries coincide. */
  readonly #entries = new NumberedHeap();
  /** The members who come next, each once: their seats and the times of their entries, from one index to another. */
  #ahead = new Int32Array(8);
  #aheadTimes = new Float64Array(8);
  #aheadBegin = 0;
  #aheadEnd = 0;
  #virtualTime = 0;
  /** Members whose weight is not 0: RFC 5356 §3.2. */
  #selectable = 0;

  get size(): number {
    return this.#seats.size;
  }

  add(member: Member, policy: PolicyParameter): number {
    const seat = this.#seats.add(member);
    this.#classOf = withRoom(this.#classOf, seat);
    this.#since = withRoom(this.#since, seat);
    this.#forgetAhead();
    this.#enter(seat, weightOf(policy), NEW_MEMBER);
    return seat;
  }

  remove(seat: number): void {
    this.#forgetAhead();
    this.#leave(seat);
    this.#seats.remove(seat);
  }

  update(seat: number, policy: PolicyParameter): void {
    const weight = weightOf(policy);
    const before = this.#classes.at(this.#classOf[seat]!);
    // Elements register again all the time: that alone must not move them.
    if (weight === before.weight) return;
    this.#forgetAhead();
    const waited = (before.turnsBy(this.#virtualTime) - this.#since[seat]!) / before.size;
    this.#leave(seat);
    this.#enter(seat, weight, Math.min(Math.max(waited, 0), 1));
  }

  select(count: number): Member[] {
    const members = new Array<Member>(Math.min(count, this.#selectable));
    if (members.length === 0) return members;
    while (this.#aheadEnd - this.#aheadBegin < members.length || this.#isNextBefore(this.#aheadEnd - 1))
      this.#lookAhead();
    for (let i = 0; i < members.length; i++) members[i] = this.#seats.at(this.#ahead[this.#aheadBegin + i]!);
    this.#pass();
    return members;
  }

  /** The first entry passes. */
  #pass(): void {
    const seat = this.#ahead[this.#aheadBegin]!;
    const own = this.#classes.at(this.#classOf[seat]!);
    this.#virtualTime = this.#aheadTimes[this.#aheadBegin++]!;
    const wereAllAhead = own.ahead === own.size;
    this.#since[seat] = own.pass(this.#rings.next(seat));
    if (wereAllAhead) this.#entries.move(own.number, own.nextEntry);
  }

  /** Whether the next entry that is not known comes before a known one. */
  #isNextBefore(index: number): boolean {
    const number = this.#entries.first!;
    const [time, known] = [this.#entries.rankOf(number), this.#aheadTimes[index]!];
    return time < known || (time === known && number < this.#classOf[this.#ahead[index]!]!);
  }

  /** Takes the next entry to those that are known, most of which are before it. */
  #lookAhead(): void {
    this.#makeRoomAhead();
    const number = this.#entries.first!;
    const own = this.#classes.at(number);
    let at = this.#aheadEnd++;
    for (; at > this.#aheadBegin && this.#isNextBefore(at - 1); at--) {
      this.#ahead[at] = this.#ahead[at - 1]!;
      this.#aheadTimes[at] = this.#aheadTimes[at - 1]!;
    }
    this.#ahead[at] = own.next;
    this.#aheadTimes[at] = this.#entries.rankOf(number);
    own.next = this.#rings.next(own.next);
    own.ahead++;
    this.#entries.move(number, own.nextEntry);
  }

  #makeRoomAhead(): void {
    if (this.#aheadEnd < this.#ahead.length) return;
    if (this.#aheadBegin >= (3 / 4) * this.#ahead.length) {
      this.#ahead.copyWithin(0, this.#aheadBegin);
      this.#aheadTimes.copyWithin(0, this.#aheadBegin);
      this.#aheadEnd -= this.#aheadBegin;
      this.#aheadBegin = 0;
    } else {
      this.#ahead = withRoom(this.#ahead, this.#aheadEnd);
      this.#aheadTimes = withRoom(this.#aheadTimes, this.#aheadEnd);
    }
  }

  /** What is known of entries to come ends with a change among the members. */
  #forgetAhead(): void {
    for (; this.#aheadBegin < this.#aheadEnd; this.#aheadEnd--) {
      const own = this.#classes.at(this.#classOf[this.#ahead[this.#aheadEnd - 1]!]!);
      own.next = own.first;
      own.ahead = 0;
      this.#entries.move(own.number, own.nextEntry);
    }
  }

  /** @param waited the part of the way to its next entry that is behind the member */
  #enter(seat: number, weight: number, waited: number): void {
    if (weight > 0) this.#selectable++;
    this.#rings.start(seat);
    let own = this.#byWeight.get(weight);
    if (own === undefined) own = this.#addClass(new WeightClass(weight, seat, waited, this.#virtualTime));
    else {
      this.#rings.join(own.first, seat);
      // It cannot get in between: it is the last one, as in Round Robin, or the first if less than half of the way is left.
      if (waited > 0.5) own.first = own.next = seat;
      this.#resize(own, own.size + 1);
    }
    this.#classOf[seat] = own.number;
    this.#since[seat] = own.turnsBy(this.#virtualTime) - waited * own.size;
  }

  #leave(seat: number): void {
    const own = this.#classes.at(this.#classOf[seat]!);
    if (own.weight > 0) this.#selectable--;
    if (own.size === 1) this.#removeClass(own);
    else {
      if (own.first === seat) own.first = own.next = this.#rings.next(seat);
      this.#resize(own, own.size - 1);
    }
    this.#rings.remove(seat);
  }

  #resize(own: WeightClass, size: number): void {
    own.resize(size, this.#virtualTime);
    this.#entries.move(own.number, own.nextEntry);
  }

  #addClass(own: WeightClass): WeightClass {
    own.number = this.#classes.add(own);
    this.#byWeight.set(own.weight, own);
    this.#entries.insert(own.number, own.nextEntry, own.number);
    return own;
  }

  #removeClass(own: WeightClass): void {
    this.#entries.remove(own.number);
    this.#byWeight.delete(own.weight);
    this.#classes.remove(own.number);
  }
}

function weightOf(policy: PolicyParameter): number {
  return 'weight' in policy ? policy.weight : 0;
}
