import { heldHeapBytes } from '../harness/heap.ts';
import { readFinding, writeFinding } from './finding.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { type FuzzOptions, fuzzOptions, USAGE } from './options.ts';
import { TargetFuzzer } from './target-fuzzer.ts';
import { planted } from './targets/planted.ts';
import { Verdict } from './verdict.ts';
import { Watchdog } from './watchdog.ts';

/** The targets take turns of this length, times their weight. */
const TURN_MS = 300;
const HANG_MS = 20_000;
const PROGRESS_MS = 10_000;
/** Memory that all targets together may hold more at the end than after a third of the time, besides their corpora. */
const MAX_GROWTH_BYTES = 32 << 20;

async function fuzz(options: FuzzOptions): Promise<number> {
  const { seconds, seed, findings: directory } = options;
  const targets = await chosen(options.targets);
  const watchdog = new Watchdog(HANG_MS, directory, seed);
  const verdict = new Verdict(watchdog);
  const fuzzers = targets.map((target) => new TargetFuzzer(target, seed, verdict));
  const weights = targets.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const startedAt = performance.now();
  const elapsedMs = (): number => performance.now() - startedAt;
  const leftMs = (): number => 1000 * seconds - elapsedMs();
  let told = 0;
  let baseBytes: number | undefined;
  while (leftMs() > 0) {
    for (const fuzzer of fuzzers) {
      const before = fuzzer.findings.length;
      const { weight = 1 } = fuzzer.target;
      await fuzzer.run(weight * Math.min(TURN_MS, Math.max(leftMs(), 0) / weights));
      for (const finding of fuzzer.findings.slice(before)) {
        console.error(
          `${finding.target}: ${finding.what}\n  npm run fuzz -- --reproduce ${writeFinding(finding, directory)}`,
        );
      }
    }
    if (baseBytes === undefined && leftMs() < (2000 / 3) * seconds) baseBytes = heldBytes(fuzzers);
    if (elapsedMs() - told < PROGRESS_MS || options.json) continue;
    told = elapsedMs();
    console.error(progressLine(fuzzers, told));
  }
  const grownBytes = heldBytes(fuzzers) - (baseBytes ?? 0);
  await watchdog.stop();
  const found = fuzzers.reduce((sum, { findings }) => sum + findings.length, 0);
  report(fuzzers, options, grownBytes);
  if (grownBytes <= MAX_GROWTH_BYTES) return found === 0 ? 0 : 1;
  console.error(`memory has grown by ${Math.round(grownBytes / 1e6)} MB`);
  return 1;
}

/** What is held besides the corpora. */
function heldBytes(fuzzers: readonly TargetFuzzer[]): number {
  const corpora = fuzzers.flatMap(({ corpus }) => corpus.flat());
  return heldHeapBytes() - corpora.reduce((sum, { length }) => sum + length + 200, 0);
}

/** @throws Error for a name that no target has */
async function chosen(names: readonly string[]): Promise<readonly FuzzTarget[]> {
  if (names.length === 1 && names[0] === planted.name) return [planted];
  const { TARGETS } = await import('./targets.ts');
  if (names.length === 0) return TARGETS;
  const missing = names.find((name) => !TARGETS.some((target) => target.name.startsWith(name)));
  if (missing === undefined) return TARGETS.filter((target) => names.some((name) => target.name.startsWith(name)));
  throw new Error(`there is no target ${missing}: there are ${TARGETS.map(({ name }) => name).join(', ')}`);
}

function progressLine(fuzzers: readonly TargetFuzzer[], elapsedMs: number): string {
  const sum = (of: (fuzzer: TargetFuzzer) => number): number => fuzzers.reduce((total, each) => total + of(each), 0);
  const inputs = sum((each) => each.inputs);
  const rate = Math.round((1000 * inputs) / elapsedMs);
  const [branches, findings] = [sum((each) => each.coverage.branches), sum((each) => each.findings.length)];
  return `${Math.round(elapsedMs / 1000)} s: ${inputs} inputs, ${rate}/s, ${branches} branches, ${findings} findings`;
}

function report(fuzzers: readonly TargetFuzzer[], { seed, seconds, json }: FuzzOptions, grownBytes: number): void {
  const targets = fuzzers.map(({ target, inputs, spentMs, corpus, coverage, findings }) => ({
    target: target.name,
    inputs,
    inputsPerSecond: Math.round((1000 * inputs) / Math.max(spentMs, 1)),
    branches: coverage.branches,
    corpus: corpus.length,
    findings: findings.map(({ what }) => what),
  }));
  if (json) {
    console.log(JSON.stringify({ seed, seconds, grownBytes, targets }, undefined, 2));
    return;
  }
  console.log(`${'target'.padEnd(20)}${['inputs', 'inputs/s', 'branches', 'corpus', 'findings'].map(column).join('')}`);
  for (const { target, inputs, inputsPerSecond, branches, corpus, findings } of targets) {
    const numbers = [inputs, inputsPerSecond, branches, corpus, findings.length];
    console.log(target.padEnd(20) + numbers.map(column).join(''));
  }
}

function column(value: string | number): string {
  return String(value).padStart(12);
}

/** Runs a finding again. */
async function reproduce(path: string): Promise<number> {
  process.setSourceMapsEnabled(true);
  const { target: name, input } = readFinding(path);
  const [target] = await chosen([name]);
  const error = await new Verdict().of(target!, input);
  console.log(error === undefined ? `${name}: nothing is wrong with it any more` : error);
  return error === undefined ? 0 : 1;
}

try {
  const options = fuzzOptions(process.argv.slice(2));
  process.exitCode = options.reproduce === undefined ? await fuzz(options) : await reproduce(options.reproduce);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
