import type { SeededRandom } from '../harness/random.ts';

/** One of these, each as likely as the others. */
export function pick<T>(random: SeededRandom, choices: readonly T[]): T {
  return choices[random.below(choices.length)]!;
}

/** A whole number from `low` to `high`. */
export function between(random: SeededRandom, low: number, high: number): number {
  return low + random.below(high - low + 1);
}

/** A whole number from `low` to `high` whose order of magnitude is drawn evenly: as many small ones as large ones. */
export function magnitude(random: SeededRandom, low: number, high: number): number {
  return Math.min(high, Math.floor(low * ((high + 1) / low) ** random.float()));
}
