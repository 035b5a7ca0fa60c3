import { LEVELS, type Level, type Requirement, type RequirementTable } from './tables.ts';
import { claimedIds, type TestResult } from './test-results.ts';

export type Standing = 'tested' | 'waived' | 'untested';

/** How the requirements of one RFC stand. */
export interface TableStanding {
  readonly table: string;
  readonly title: string;
  readonly finished: boolean;
  readonly counts: Readonly<Record<Level, Readonly<Record<Standing, number>>>>;
  readonly untested: readonly Requirement[];
}

export interface Conformance {
  readonly tables: readonly TableStanding[];
  /** What must not be: each makes the tool fail. */
  readonly faults: readonly string[];
}

/**
 * Joins requirements with the tests that name them. A requirement is tested if a test that names it passed and none that
 * names it failed.
 */
export function join(tables: readonly RequirementTable[], results: readonly TestResult[]): Conformance {
  const passed = new Set<string>();
  const failed = new Set<string>();
  for (const result of results) for (const id of claimedIds(result.name)) (result.passed ? passed : failed).add(id);

  const faults: string[] = [];
  const standings = tables.map((table) => {
    const counts = Object.fromEntries(LEVELS.map((level) => [level, { tested: 0, waived: 0, untested: 0 }]));
    const untested: Requirement[] = [];
    for (const requirement of table.requirements) {
      const { id, level, waived } = requirement;
      const tested = passed.has(id) && !failed.has(id);
      if (tested && waived !== undefined) faults.push(`${id} is waived, and tested: one of the two is wrong`);
      const standing = tested ? 'tested' : waived !== undefined ? 'waived' : 'untested';
      counts[level]![standing]++;
      if (standing !== 'untested') continue;
      untested.push(requirement);
      if (table.finished && level === 'MUST') faults.push(`${id} is a MUST of ${table.table}, and untested`);
    }
    const { table: name, title, finished } = table;
    return { table: name, title, finished, counts: counts as TableStanding['counts'], untested };
  });
  return { tables: standings, faults: [...faults, ...unknownIds(tables, [...passed, ...failed])] };
}

/** Ids in names of tests that look like those of a table, and are in none. */
function unknownIds(tables: readonly RequirementTable[], claimed: readonly string[]): string[] {
  const known = new Set(tables.flatMap(({ requirements }) => requirements.map(({ id }) => id)));
  const prefixes = new Set(tables.map(({ prefix }) => prefix));
  return [...new Set(claimed)]
    .filter((id) => prefixes.has(id.slice(0, id.indexOf('-'))) && !known.has(id))
    .map((id) => `${id} is named by a test, and is in no table`);
}
