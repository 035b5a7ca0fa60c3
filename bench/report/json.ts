import { cpus, platform, release } from 'node:os';
import type { Lengths } from '../cases/case.ts';
import type { Result } from '../results.ts';
import type { Missing, Side } from '../sides/side.ts';

export interface Bench {
  readonly rounds: number;
  readonly lengths: Lengths;
  readonly sides: readonly Side[];
  readonly missing: readonly Missing[];
  readonly results: readonly Result[];
}

/** Everything that was measured, and where. */
export function benchJson({ rounds, lengths, sides, missing, results }: Bench): string {
  const [cpu] = cpus();
  const machine = {
    cpu: cpu?.model,
    cores: cpus().length,
    system: `${platform()} ${release()}`,
    node: process.version,
  };
  const cases = results.map(({ case: { name, columns, better }, rows }) => ({ name, better, columns, rows }));
  const about = sides.map(({ name, about }) => ({ name, about }));
  return `${JSON.stringify({ at: new Date(), machine, rounds, lengths, sides: about, missing, cases }, null, 2)}\n`;
}
