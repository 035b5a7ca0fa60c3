import type { Conformance, TableStanding } from './join.ts';
import { LEVELS } from './tables.ts';

/** The join for people: one line per RFC and level, then what is untested, then the faults. */
export function report({ tables, faults }: Conformance, listAll: boolean): string {
  const head = ['', 'level', 'rows', 'tested', 'waived', 'untested'];
  const rows = [head, ...tables.flatMap(tableRows)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  '),
  );
  for (const { table, finished, untested } of tables) {
    if (!listAll && !finished) continue;
    for (const { id, section, level, text } of untested)
      lines.push(`${table} §${section} ${level} ${id} untested: ${text}`);
  }
  for (const fault of faults) lines.push(`FAULT: ${fault}`);
  return lines.join('\n');
}

function tableRows({ table, title, finished, counts }: TableStanding): string[][] {
  return LEVELS.flatMap((level) => {
    const { tested, waived, untested } = counts[level];
    const total = tested + waived + untested;
    if (total === 0) return [];
    return [
      [`${table}${finished ? '' : ' (unfinished)'}: ${title}`, level, total, tested, waived, untested].map(String),
    ];
  });
}
