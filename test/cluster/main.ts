import { Samples } from './figures.ts';
import { type CommandOptions, commandOptions, USAGE } from './options.ts';
import { describe } from './report.ts';
import { type RunResult, runCluster } from './run.ts';
import { drawScenario } from './scenario.ts';

/** One world after the other; exit code 1 if an invariant is broken in one of them. */
function cluster(options: CommandOptions): number {
  const { seed, runs, json } = options;
  const samples = new Samples();
  const counts: Record<string, number> = {};
  const failures: { readonly seed: number; readonly text: string }[] = [];
  const startedAt = performance.now();
  let last: RunResult | undefined;
  for (let each = seed; each < seed + runs; each++) {
    try {
      last = run(options, each);
      samples.merge(last.samples);
      for (const [what, count] of Object.entries(last.counts)) counts[what] = (counts[what] ?? 0) + count;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      failures.push({ seed: each, text });
      console.error(`seed ${each}: ${text}`);
    }
  }
  const seconds = Math.round(performance.now() - startedAt) / 1000;
  const { heapTotal, rss } = process.memoryUsage();
  const cost = { seconds, heapMegabytes: Math.round(heapTotal / 1e6), residentMegabytes: Math.round(rss / 1e6) };
  if (last !== undefined) {
    const result = { ...last, samples, counts };
    if (json)
      console.log(JSON.stringify({ options, ...result, samples: samples.figures(), failures, cost }, undefined, 2));
    else console.log(describe(result));
  }
  console.error(
    `seeds ${seed} to ${seed + runs - 1}, ${failures.length} failed, ${seconds} s, ${cost.residentMegabytes} MB`,
  );
  return failures.length === 0 ? 0 : 1;
}

function run(options: CommandOptions, seed: number): RunResult {
  return runCluster(drawScenario({ ...options, seed }), (world) => {
    if (!options.trace) return;
    world.tell = (text) => console.log(`${(world.clock.now() / 1000).toFixed(4).padStart(11)}  ${text}`);
  });
}

try {
  process.exitCode = cluster(commandOptions(process.argv.slice(2)));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
