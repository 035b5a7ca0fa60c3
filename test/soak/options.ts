import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export interface SoakOptions {
  /** The first seed; the others follow. */
  readonly seed: number;
  readonly runs: number;
  /** Processes. */
  readonly jobs: number;
  readonly json: boolean;
  /** Show every packet and event of the one run. */
  readonly trace: boolean;
}

export const USAGE = `npm run soak -- [--runs N] [--seed N] [--jobs N] [--json]
  many runs of two endpoints on a simulated network; the seed decides all of a run
npm run soak -- --seed N --runs 1 [--trace]
  one run again, with every packet and event`;

/** @throws Error that says what is wrong */
export function soakOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      runs: { type: 'string', default: '10000' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      json: { type: 'boolean', default: false },
      trace: { type: 'boolean', default: false },
    },
  });
  const [seed, runs, jobs] = [
    wholeNumber('seed', values.seed),
    wholeNumber('runs', values.runs),
    wholeNumber('jobs', values.jobs),
  ];
  if (values.trace && runs !== 1) throw new Error('--trace takes one run: give --runs 1');
  return { seed, runs, jobs, json: values.json, trace: values.trace };
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value < 2 ** 32) return value;
  throw new Error(`--${name} is ${text}, but takes a whole number from 1`);
}
