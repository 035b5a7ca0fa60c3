import type { FuzzInput } from './fuzz-target.ts';

/** Runs that may be spent on one finding, and time. */
const MAX_RUNS = 2000;
const MAX_MS = 10_000;

/** The same failure with fewer steps, and fewer bytes at the end of each. */
export async function minimise(input: FuzzInput, fails: (input: FuzzInput) => Promise<boolean>): Promise<FuzzInput> {
  let best = input;
  let runs = 0;
  const startedAt = performance.now();
  const attempt = async (candidate: FuzzInput): Promise<boolean> => {
    if (runs++ >= MAX_RUNS || performance.now() - startedAt > MAX_MS || !(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  // By halves, quarters, … and at last one by one.
  for (let size = best.length >> 1; size >= 1; size >>= 1) {
    for (let at = best.length - size; at >= 0; at -= size) await attempt(best.toSpliced(at, size));
  }
  for (let at = 0; at < best.length; at++) {
    for (let cut = best[at]!.length >> 1; cut >= 1; cut >>= 1) {
      while (best[at]!.length > cut && (await attempt(best.with(at, best[at]!.slice(0, -cut)))));
    }
  }
  return best;
}
