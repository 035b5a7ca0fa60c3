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
  /** Takes a new member in. @returns its seat, a small number that names it until it is removed */
  add(member: Member, policy: PolicyParameter): number;
  remove(seat: number): void;
  /** The member registered again, with the same policy values or with others. */
  update(seat: number, policy: PolicyParameter): void;
  /**
   * The answer to one handle resolution, in the order of the policy: at most `count` members, and fewer if there are
   * not so many that can be selected. Counts as a use: round robin advances, degradation grows.
   */
  select(count: number, entropy: Entropy): Member[];
}
