import { parseArgs } from 'node:util';
import type { Lengths } from './cases/case.ts';

export interface Options {
  readonly rounds: number;
  readonly lengths: Lengths;
  /** Files to write. */
  readonly json: string | undefined;
  readonly svg: string | undefined;
  /** Parts of the names of the cases to run; none: all. */
  readonly words: readonly string[];
}

const FULL = { rounds: 5, lengths: { warmupMs: 1500, runMs: 2000, warmup: 500, count: 5000, idle: 10_000 } } as const;

/** All of it within two minutes: enough to see that everything works, not how fast it is. */
const QUICK = { rounds: 1, lengths: { warmupMs: 1000, runMs: 500, warmup: 100, count: 500, idle: 0 } } as const;

/** @param command what people type */
export const usage = (
  command: string,
): string => `${command} -- [--quick] [--rounds N] [--json FILE] [--svg FILE] [WORD...]

  --quick      one short round: whether everything works, within two minutes
  --rounds N   rounds of all sides (default: 5, with --quick 1)
  --json FILE  writes everything that was measured
  --svg FILE   draws it
  WORD         only cases with one of these words in their names`;

/** @throws TypeError for what it does not know */
export function readOptions(words: readonly string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean' },
      rounds: { type: 'string' },
      json: { type: 'string' },
      svg: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const { rounds, lengths } = values.quick === true ? QUICK : FULL;
  return {
    rounds: wholeRounds(values.rounds) ?? rounds,
    lengths,
    json: values.json,
    svg: values.svg,
    words: positionals,
  };
}

function wholeRounds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds > 0) return rounds;
  throw new TypeError(`--rounds is ${text}, but takes a whole number from 1`);
}
