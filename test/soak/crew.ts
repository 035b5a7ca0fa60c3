import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Batch, BatchResult } from './worker.ts';

const BATCH_RUNS = 50;
/** A batch that takes longer hangs: real time, far beyond what a loaded machine needs. */
const BATCH_LIMIT_MS = 600_000;

/** Runs seeds in several processes. `done` is told of every batch. */
export async function runInProcesses(
  seeds: Batch,
  processes: number,
  done: (batch: Batch, result: BatchResult) => void,
): Promise<void> {
  let next = seeds.first;
  const end = seeds.first + seeds.count;
  const takeBatch = (): Batch | undefined => {
    if (next >= end) return undefined;
    const batch = { first: next, count: Math.min(BATCH_RUNS, end - next) };
    next += batch.count;
    return batch;
  };
  await Promise.all(Array.from({ length: processes }, () => work(takeBatch, done)));
}

async function work(
  takeBatch: () => Batch | undefined,
  done: (batch: Batch, result: BatchResult) => void,
): Promise<void> {
  let worker: ChildProcess | undefined;
  for (let batch = takeBatch(); batch !== undefined; batch = takeBatch()) {
    worker ??= fork(fileURLToPath(new URL('worker.ts', import.meta.url)));
    const result = await resultOf(worker, batch);
    if (result === undefined) {
      worker.kill('SIGKILL');
      worker = undefined;
    }
    done(batch, result ?? lost(batch));
  }
  worker?.kill();
}

/** `undefined` if the process died or hangs. */
function resultOf(worker: ChildProcess, batch: Batch): Promise<BatchResult | undefined> {
  return new Promise((resolve) => {
    const settle = (result: BatchResult | undefined): void => {
      clearTimeout(timer);
      worker.removeAllListeners();
      resolve(result);
    };
    const timer = setTimeout(() => settle(undefined), BATCH_LIMIT_MS);
    worker.once('message', (result) => settle(result as BatchResult));
    worker.once('exit', () => settle(undefined));
    worker.once('error', () => settle(undefined));
    worker.send(batch);
  });
}

function lost({ first, count }: Batch): BatchResult {
  const text = `the process died or did not answer; one of the seeds ${first} to ${first + count - 1}`;
  return { counts: {}, failures: [{ seed: first, text }] };
}
