/**
 * Our SCTP beside others, over loopback, each side in two processes, all sides in every round. `--help` tells more;
 * docs/performance.md says what the rows mean.
 */
import { writeFile } from 'node:fs/promises';
import { CASES } from './cases/cases.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { benchJson } from './report/json.ts';
import { benchSvg } from './report/svg.ts';
import { caseTable } from './report/table.ts';
import type { Result } from './results.ts';
import { runCase } from './rounds.ts';
import { isMissing, type Missing, type Side } from './sides/side.ts';
import { FIND_SIDES, isOurs } from './sides/sides.ts';

const began = performance.now();

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(USAGE);
  else await bench(options);
}

async function bench({ rounds, lengths, json, svg, words }: Options): Promise<void> {
  const chosen = CASES.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  if (chosen.length === 0) throw new TypeError(`no case has such a name: ${CASES.map(({ name }) => name).join('; ')}`);
  const { sides, missing } = await findSides();
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

async function findSides(): Promise<{ sides: Side[]; missing: Missing[] }> {
  const sides: Side[] = [];
  const missing: Missing[] = [];
  for (const find of FIND_SIDES) {
    const found = await find();
    if (isMissing(found)) missing.push(found);
    else sides.push(found);
  }
  return { sides, missing };
}

function tell(text: string): void {
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);
}

await main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 2;
});
