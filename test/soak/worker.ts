import { runSeed } from './run-seed.ts';
import { addCounts, type Counts } from './summary.ts';

/** Seeds from `first` on. */
export interface Batch {
  readonly first: number;
  readonly count: number;
}

export interface Failure {
  readonly seed: number;
  readonly text: string;
}

export interface BatchResult {
  readonly counts: Counts;
  readonly failures: readonly Failure[];
}

/** Runs a batch; a run that fails counts for nothing but its failure. */
export function runBatch({ first, count }: Batch): BatchResult {
  const counts: Counts = {};
  const failures: Failure[] = [];
  for (let seed = first; seed < first + count; seed++) {
    try {
      addCounts(counts, runSeed(seed));
    } catch (error) {
      failures.push({ seed, text: error instanceof Error ? error.message : String(error) });
    }
  }
  return { counts, failures };
}

// As a process of its own: a batch comes, its result goes.
if (process.send !== undefined) process.on('message', (batch: Batch) => process.send!(runBatch(batch)));
