import { tableOf } from '../../src/cli/table.ts';
import { median } from '../median.ts';
import type { Result } from '../results.ts';
import { REFERENCE } from '../sides/sides.ts';

const NONE = '–';

/** One case as a table: a row for each side. */
export function caseTable({ case: benchCase, rows }: Result): string {
  const { name, columns } = benchCase;
  const head = ['', ...columns.map((column) => column.head), '× ours', `× ${REFERENCE}`, 'spread', 'rounds'];
  const lines = rows.map(({ side, medians, ratios, rounds, failures }) => [
    side,
    ...columns.map(({ key, digits }) => number(medians?.[key], digits)),
    number(ratios.toOurs, 2),
    number(ratios.toReference, 2),
    spread(rounds.map((round) => round[columns[0]!.key]!)),
    failures.length === 0 ? String(rounds.length) : `${rounds.length}, and ${failures.length} failed: ${failures[0]}`,
  ]);
  return `${name}\n${tableOf(head, lines)}`;
}

function number(value: number | undefined, digits: number): string {
  if (value === undefined) return NONE;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** How far the rounds lie apart, as a part of their median. */
function spread(values: readonly number[]): string {
  if (values.length < 2) return NONE;
  return `${((100 * (Math.max(...values) - Math.min(...values))) / median(values)).toFixed(0)} %`;
}
