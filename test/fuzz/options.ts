import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { FINDINGS } from './finding.ts';

export interface FuzzOptions {
  /** For all targets together. */
  readonly seconds: number;
  readonly seed: number;
  /** Names or beginnings of names; none means all. */
  readonly targets: readonly string[];
  readonly json: boolean;
  /** Where findings are written. */
  readonly findings: string;
  /** The file of a finding that is run again. */
  readonly reproduce: string | undefined;
}

export const USAGE = `npm run fuzz -- [--seconds N] [--seed N] [--target NAME]... [--findings DIRECTORY] [--json]
  tries hostile inputs on all targets, or on those whose names begin so; exit code 1 with findings
npm run fuzz -- --reproduce FILE
  runs the input of a finding again`;

/** @throws Error that says what is wrong */
export function fuzzOptions(args: readonly string[]): FuzzOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      target: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      findings: { type: 'string', default: FINDINGS },
      reproduce: { type: 'string' },
    },
  });
  const { target: targets, json, findings, reproduce } = values;
  const [seconds, seed] = [wholeNumber('seconds', values.seconds), wholeNumber('seed', values.seed)];
  return { seconds, seed, targets, json, findings: resolve(findings), reproduce };
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value < 2 ** 32) return value;
  throw new Error(`--${name} is ${text}, but takes a whole number from 1`);
}
