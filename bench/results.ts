import type { Case, Figures } from './cases/case.ts';
import { median } from './median.ts';
import type { Side } from './sides/side.ts';
import { OURS, REFERENCE } from './sides/sides.ts';

/** One side in one case. */
export interface Row {
  readonly side: string;
  readonly ceiling: boolean;
  /** Of every round that went well, in order. */
  readonly rounds: readonly Figures[];
  /** What happened in the others. */
  readonly failures: readonly string[];
  /** Medians by column; undefined if no round went well. */
  readonly medians: Figures | undefined;
}

/** How many times as good as another side, by the first column; undefined if one of them has no figure. */
export interface Ratios {
  readonly toOurs: number | undefined;
  readonly toReference: number | undefined;
}

export interface Result {
  readonly case: Case;
  readonly rows: readonly (Row & { readonly ratios: Ratios })[];
}

export function rowOf({ name, ceiling }: Side, rounds: readonly Figures[], failures: readonly string[]): Row {
  const keys = Object.keys(rounds[0] ?? {});
  const medians = Object.fromEntries(keys.map((key) => [key, median(rounds.map((round) => round[key]!))]));
  return { side: name, ceiling, rounds, failures, medians: rounds.length === 0 ? undefined : medians };
}

export function resultOf(benchCase: Case, rows: readonly Row[]): Result {
  const key = benchCase.columns[0]!.key;
  const figureOf = (side: string): number | undefined => rows.find((row) => row.side === side)?.medians?.[key];
  const ratio = (side: string, other: string): number | undefined => {
    const [own, theirs] = [figureOf(side), figureOf(other)];
    if (own === undefined || theirs === undefined) return undefined;
    return benchCase.better === 'more' ? own / theirs : theirs / own;
  };
  return {
    case: benchCase,
    rows: rows.map((row) => ({
      ...row,
      ratios: { toOurs: ratio(row.side, OURS), toReference: ratio(row.side, REFERENCE) },
    })),
  };
}
