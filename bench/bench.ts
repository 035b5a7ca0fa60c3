import { writeFile } from 'node:fs/promises';
import type { Case } from './cases/case.ts';
import { type Options, readOptions, usage } from './options.ts';
import { benchJson } from './report/json.ts';
import { benchSvg } from './report/svg.ts';
import { caseTable } from './report/table.ts';
import type { Result } from './results.ts';
import { runCase } from './rounds.ts';
import { type FindSide, isMissing, type Missing, type Side } from './sides/side.ts';
import { isOurs } from './sides/sides.ts';

const began = performance.now();

/** What is compared by one command. */
export interface Comparison {
  /** What people type. */
  readonly command: string;
  readonly cases: readonly Case[];
  /** In the order of the table's rows. */
  readonly findSides: readonly FindSide[];
}

/** Sides beside each other, over loopback, each in two processes, all of them in every round. Sets the exit code. */
export async function runBench(comparison: Comparison): Promise<void> {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options === 'help') console.log(usage(comparison.command));
    else await bench(comparison, options);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 2;
  }
}

async function bench({ cases, findSides }: Comparison, { rounds, lengths, json, svg, words }: Options): Promise<void> {
  const chosen = cases.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  if (chosen.length === 0) throw new TypeError(`no case has such a name: ${cases.map(({ name }) => name).join('; ')}`);
  const { sides, missing } = await findAll(findSides);
  for (const { name, about } of sides) console.log(`${name}: ${about}`);
  for (const { name, install } of missing) console.log(`${name} is missing: ${install}`);
  const results: Result[] = [];
  for (const each of chosen) {
    const result = await runCase(each, sides, rounds, lengths, tell);
    results.push(result);
    console.log(`\n${caseTable(result)}`);
  }
  if (json !== undefined) await writeFile(json, benchJson({ rounds, lengths, sides, missing, results }));
  if (svg !== undefined) await writeFile(svg, benchSvg(results));
  // What peers do is theirs.
  if (results.some(({ rows }) => rows.some(({ side, failures }) => isOurs(side) && failures.length > 0))) {
    process.exitCode = 1;
  }
}

async function findAll(findSides: readonly FindSide[]): Promise<{ sides: Side[]; missing: Missing[] }> {
  const sides: Side[] = [];
  const missing: Missing[] = [];
  for (const find of findSides) {
    const found = await find();
    if (isMissing(found)) missing.push(found);
    else sides.push(found);
  }
  return { sides, missing };
}

function tell(text: string): void {
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);
}
