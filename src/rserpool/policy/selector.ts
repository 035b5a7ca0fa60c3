import type { Entropy } from '../../base/contract.ts';
import type { PolicyParameter } from '../wire/policy.ts';

/**
 * The registrar's half of a pool policy: holds the members of one pool and chooses those that a handle resolution
 * returns. The other half is `pickForUser`. RFC 5356 §1.
 *
 * All members of one selector have policies of the same kind. No member comes twice in one answer.
 */
export interface PolicySelector<Member> {
  /** Members, whether or not they can be selected at the moment. */
  readonly size: number;
  /** Takes a new member in. The seat names it from now on. */
  add(member: Member, policy: PolicyParameter): Seat<Member>;
  remove(seat: Seat<Member>): void;
  /** The member registered again, with the same policy values or with others. */
  update(seat: Seat<Member>, policy: PolicyParameter): void;
  /**
   * The answer to one handle resolution, in the order of the policy: at most `count` members, and fewer if there are
   * not so many that can be selected. Counts as a use: round robin advances, degradation grows.
   */
  select(count: number, entropy: Entropy): Member[];
}

/**
 * A member's place in its selector, whose property all other fields are. Each policy uses those it needs; that all
 * seats have one shape keeps selection fast.
 */
export interface Seat<Member> {
  readonly member: Member;
  policy: PolicyParameter;
  /** Position in the selector's array or heap; -1 outside. */
  index: number;
  /** Smaller is selected earlier. */
  rank: number;
  /** Decides between equal ranks. */
  order: number;
  /** Where `rank` starts to count. */
  base: number;
  /** How often it was selected since it registered, or since `base`. */
  uses: number;
  /** Neighbours in a circular list. */
  next: Seat<Member> | undefined;
  previous: Seat<Member> | undefined;
}

export function newSeat<Member>(member: Member, policy: PolicyParameter): Seat<Member> {
  return { member, policy, index: -1, rank: 0, order: 0, base: 0, uses: 0, next: undefined, previous: undefined };
}
