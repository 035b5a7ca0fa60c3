import { setImmediate as nextTurn } from 'node:timers/promises';
import { SeededRandom } from '../harness/random.ts';
import { Coverage } from './coverage.ts';
import type { Finding } from './finding.ts';
import type { FuzzInput, FuzzTarget } from './fuzz-target.ts';
import { minimise } from './minimise.ts';
import { mutate } from './mutate.ts';
import type { Verdict } from './verdict.ts';

/** Findings of one target, after which it is left alone. */
const MAX_FINDINGS = 10;
/** Inputs between two looks at what went wrong beside them. */
const BATCH = 64;
/** What was found last is tried more often. */
const NEWEST = 30;

/** Fuzzes one target: the n-th input depends on the seed alone, as long as the target does. */
export class TargetFuzzer {
  readonly target: FuzzTarget;
  readonly coverage = new Coverage();
  readonly corpus: FuzzInput[] = [];
  readonly findings: Finding[] = [];
  inputs = 0;
  /** Time spent with it so far, ms. */
  spentMs = 0;
  readonly #seed: number;
  readonly #random: SeededRandom;
  readonly #verdict: Verdict;
  readonly #known = new Set<string>();
  #seeds: FuzzInput[] | undefined;

  constructor(target: FuzzTarget, seed: number, verdict: Verdict) {
    this.target = target;
    this.#seed = seed;
    this.#random = new SeededRandom(seed).fork(target.name);
    this.#verdict = verdict;
  }

  /** Tries inputs for this time; stops early where enough was found. */
  async run(durationMs: number): Promise<void> {
    const startedAt = performance.now();
    while (performance.now() - startedAt < durationMs && this.findings.length < MAX_FINDINGS) {
      for (let i = 0; i < BATCH && performance.now() - startedAt < durationMs; i++) await this.#try(this.#next());
      await nextTurn();
    }
    this.spentMs += performance.now() - startedAt;
  }

  #next(): FuzzInput {
    this.#seeds ??= this.target.seeds();
    const seed = this.#seeds.shift();
    if (seed !== undefined) return seed;
    return mutate(this.#pick(), this.#pick(), this.target, this.#random);
  }

  /** Mostly the shorter one of two: it takes less time, and what it shows is plainer. */
  #pick(): FuzzInput {
    const [one, two] = [this.#draw(), this.#draw()];
    return one.length <= two.length || this.#random.chance(0.25) ? one : two;
  }

  #draw(): FuzzInput {
    const random = this.#random;
    const from = random.chance(0.4) ? Math.max(0, this.corpus.length - NEWEST) : 0;
    return this.corpus[from + random.below(this.corpus.length - from)] ?? [random.bytes(1 + random.below(40))];
  }

  async #try(input: FuzzInput): Promise<void> {
    this.inputs++;
    this.coverage.begin();
    const error = await this.#verdict.of(this.target, input);
    if (this.coverage.end()) this.corpus.push(input);
    if (error === undefined) return;
    const key = keyOf(error);
    if (this.#known.has(key)) return;
    this.#known.add(key);
    const fails = async (candidate: FuzzInput): Promise<boolean> => {
      const other = await this.#verdict.of(this.target, candidate);
      return other !== undefined && keyOf(other) === key;
    };
    const { name } = this.target;
    const smallest = await minimise(input, fails);
    const [what = ''] = error.message.split('\n');
    this.findings.push({ target: name, seed: this.#seed, what, stack: error.stack ?? '', input: smallest });
  }
}

/** Where it was thrown, and the beginning of what it says: the same finding has the same key. */
function keyOf(error: Error): string {
  const frame = error.stack?.split('\n').find((line) => /^\s+at /.test(line) && !line.includes('fuzz-target.ts')) ?? '';
  return `${error.message
    .split('\n')[0]!
    .replaceAll(/[0-9]+/g, '#')
    .slice(0, 24)} ${frame}`;
}
