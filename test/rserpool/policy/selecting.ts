import { createSelector } from '../../../src/rserpool/policy/registry.ts';
import type { PolicySelector } from '../../../src/rserpool/policy/selector.ts';
import type { PolicyParameter } from '../../../src/rserpool/wire/policy.ts';
import { SeededRandom } from '../../harness/random.ts';

/** A selector whose members are letters, with their seats at hand. */
export class Letters {
  readonly selector: PolicySelector<string>;
  readonly seats = new Map<string, number>();
  readonly #random: SeededRandom;

  constructor(members: Readonly<Record<string, PolicyParameter>>, seed = 1) {
    this.selector = createSelector<string>(Object.values(members)[0]!.kind);
    this.#random = new SeededRandom(seed);
    for (const [name, policy] of Object.entries(members)) this.add(name, policy);
  }

  add(name: string, policy: PolicyParameter): void {
    this.seats.set(name, this.selector.add(name, policy));
  }

  remove(name: string): void {
    this.selector.remove(this.seats.get(name)!);
    this.seats.delete(name);
  }

  update(name: string, policy: PolicyParameter): void {
    this.selector.update(this.seats.get(name)!, policy);
  }

  /** One answer, as a word. */
  select(count = Number.POSITIVE_INFINITY): string {
    return this.selector.select(count, this.#random).join('');
  }

  /** The first members of `times` answers, as a word. */
  heads(times: number): string {
    return Array.from({ length: times }, () => this.select(1)).join('');
  }
}

/** Pearson's χ²: how far counts are from what probabilities let expect. */
export function chiSquare(observed: readonly number[], probabilities: readonly number[]): number {
  const total = observed.reduce((sum, count) => sum + count, 0);
  return observed.reduce((sum, count, i) => {
    const expected = total * probabilities[i]!;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

/** χ² that is exceeded with a probability of 1 in 10 000, by degrees of freedom from 1 to 5. */
export const CHI_SQUARE_LIMIT = [Number.NaN, 15.14, 18.42, 21.11, 23.51, 25.74] as const;
