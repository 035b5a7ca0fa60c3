/** Which rules of which RFC are shown by a test: joins `docs/conformance` with the names of the tests that passed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { join } from './conformance/join.ts';
import { report } from './conformance/report.ts';
import { readTables } from './conformance/tables.ts';
import { readTestResults } from './conformance/test-results.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const { results, json, all } = new Command('conformance')
  .description('Joins the requirements of the RFCs with the tests that name them. Exits with 1 if a MUST is untested.')
  .option('--results <file>', "Vitest's JSON report of a run of all tests; without it the tests are run")
  .option('--all', 'list what is untested in unfinished RFCs, too', false)
  .option('--json', 'print the join as JSON', false)
  .parse()
  .opts<{ results?: string; json: boolean; all: boolean }>();

const conformance = join(
  readTables(joinPath(ROOT, 'docs/conformance')),
  readTestResults(results === undefined ? runTests() : readFileSync(results, 'utf8')),
);
console.log(json ? JSON.stringify(conformance, null, 2) : report(conformance, all));
process.exitCode = conformance.faults.length === 0 ? 0 : 1;

/** Runs all tests; their progress goes to standard error. Failed tests are no error here: they test nothing. */
function runTests(): string {
  const folder = mkdtempSync(joinPath(tmpdir(), 'rserpool-conformance-'));
  try {
    const file = joinPath(folder, 'tests.json');
    const vitest = joinPath(ROOT, 'node_modules/vitest/vitest.mjs');
    spawnSync(process.execPath, [vitest, 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${file}`], {
      cwd: ROOT,
      stdio: ['ignore', 2, 2],
    });
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
