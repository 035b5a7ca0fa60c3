import { existsSync, readFileSync } from 'node:fs';
import { requirementRows } from './table-rows.ts';

export const LEVELS = ['MUST', 'SHOULD', 'MAY', 'def'] as const;
export type Level = (typeof LEVELS)[number];

/** One rule of an RFC. */
export interface Requirement {
  readonly id: string;
  readonly section: string;
  readonly level: Level;
  readonly text: string;
  /** Why it is not met, or cannot be tested. */
  readonly waived: string | undefined;
}

/** The rules of one RFC. */
export interface RequirementTable {
  /** File name in `docs/conformance`, without its ending. */
  readonly table: string;
  readonly title: string;
  /** What its ids begin with. */
  readonly prefix: string;
  /** A finished RFC may have no untested MUST. */
  readonly finished: boolean;
  readonly requirements: readonly Requirement[];
}

interface TableEntry {
  readonly table: string;
  readonly title: string;
  readonly prefix: string;
  readonly finished: boolean;
}

/**
 * Reads `rfcs.json`, and for each table in it `TABLE.md` and, if there is one, `TABLE.waived.md`.
 *
 * @throws Error that names file and line of a row that makes no sense: an id twice, an unknown level, a waiver of what
 *   is no requirement or without a reason
 */
export function readTables(folder: string): RequirementTable[] {
  const entries = JSON.parse(readFileSync(`${folder}/rfcs.json`, 'utf8')) as TableEntry[];
  return entries.map((entry) => ({ ...entry, requirements: readTable(folder, entry) }));
}

function readTable(folder: string, { table, prefix }: TableEntry): Requirement[] {
  const waivers = readWaivers(`${folder}/${table}.waived.md`);
  const file = `${folder}/${table}.md`;
  const requirements = new Map<string, Requirement>();
  for (const [line, [id = '', section = '', level = '', , text = '']] of requirementRows(readFileSync(file, 'utf8'))) {
    if (!id.startsWith(`${prefix}-`)) throw new Error(`${file}:${line}: ${id} does not begin with ${prefix}-`);
    if (requirements.has(id)) throw new Error(`${file}:${line}: ${id} stands here twice`);
    if (!isLevel(level)) throw new Error(`${file}:${line}: level "${level}" is none of ${LEVELS.join(', ')}`);
    requirements.set(id, { id, section, level, text, waived: waivers.get(id) });
    waivers.delete(id);
  }
  if (requirements.size === 0) throw new Error(`${file}: no requirements`);
  for (const id of waivers.keys()) throw new Error(`${file}: has no ${id}, which is waived`);
  return [...requirements.values()];
}

function readWaivers(file: string): Map<string, string> {
  const waivers = new Map<string, string>();
  if (!existsSync(file)) return waivers;
  for (const [line, [id = '', reason = '']] of requirementRows(readFileSync(file, 'utf8'))) {
    if (waivers.has(id)) throw new Error(`${file}:${line}: ${id} stands here twice`);
    if (reason === '') throw new Error(`${file}:${line}: ${id} has no reason`);
    waivers.set(id, reason);
  }
  return waivers;
}

function isLevel(text: string): text is Level {
  return (LEVELS as readonly string[]).includes(text);
}
