import type { Entropy } from '../../base/contract.ts';
import { Numbering } from '../../base/numbering.ts';
import type { PolicySelector } from './selector.ts';
import { Urn } from './urn.ts';

/** Random: every member is equally likely in every place of the answer. RFC 5356 §4.3. */
export class RandomSelector<Member> implements PolicySelector<Member> {
  readonly #seats = new Numbering<Member>();
  readonly #urn = new Urn();

  get size(): number {
    return this.#seats.size;
  }

  add(member: Member): number {
    const seat = this.#seats.add(member);
    this.#urn.add(seat);
    return seat;
  }

  remove(seat: number): void {
    this.#urn.remove(seat);
    this.#seats.remove(seat);
  }

  /** A registration changes no chances. */
  update(): void {}

  select(count: number, entropy: Entropy): Member[] {
    return this.#urn.draw(count, this.#seats, entropy);
  }
}
