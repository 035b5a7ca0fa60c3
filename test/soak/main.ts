import { runInProcesses } from './crew.ts';
import { type SoakOptions, soakOptions, USAGE } from './options.ts';
import { runSeed } from './run-seed.ts';
import { addCounts, type Counts } from './summary.ts';
import { traceTo } from './trace.ts';
import type { Failure } from './worker.ts';

/** Many runs; exit code 1 if one of them failed. */
async function soak(options: SoakOptions): Promise<number> {
  const { seed, runs, jobs, json } = options;
  const startedAt = performance.now();
  const counts: Counts = {};
  const failures: Failure[] = [];
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  let over = 0;
  await runInProcesses({ first: seed, count: runs }, Math.min(jobs, runs), (batch, result) => {
    over += batch.count;
    addCounts(counts, result.counts);
    failures.push(...result.failures);
    for (const failure of result.failures) console.error(describe(failure));
    if (process.stderr.isTTY) process.stderr.write(`\r${over} of ${runs} runs, ${seconds().toFixed(0)} s `);
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  const summary = { seeds: [seed, seed + runs - 1], runs, failed: failures.length, seconds: Math.round(seconds()) };
  if (json) console.log(JSON.stringify({ ...summary, counts, failures }, undefined, 2));
  else {
    for (const [what, count] of Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))) {
      console.log(`${String(count).padStart(14)}  ${what}`);
    }
    const { seeds, failed, seconds } = summary;
    console.log(`seeds ${seeds.join(' to ')}: ${runs} runs, ${failed} failed, ${seconds} s`);
  }
  return failures.length === 0 ? 0 : 1;
}

function describe({ seed, text }: Failure): string {
  return `seed ${seed}: ${text}\n  npm run soak -- --seed ${seed} --runs 1 --trace`;
}

function trace(seed: number): number {
  try {
    runSeed(seed, traceTo(console.log));
    return 0;
  } catch (error) {
    console.error(error);
    return 1;
  }
}

try {
  const options = soakOptions(process.argv.slice(2));
  process.exitCode = options.trace ? trace(options.seed) : await soak(options);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
