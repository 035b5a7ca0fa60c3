/**
 * Runs a test once for each seed from 1 to `count`, and names the seed when it fails. `SEED=17 npx vitest run …`
 * replays a single one.
 */
export function forEachSeed(count: number, run: (seed: number) => Promise<void>): Promise<void>;
export function forEachSeed(count: number, run: (seed: number) => void): void;
export function forEachSeed(count: number, run: (seed: number) => unknown): Promise<void> | undefined {
  return runFrom(seedsToRun(count, process.env.SEED), 0, run);
}

/** The seeds that `forEachSeed` takes: all of them, or the one that the environment asks for. */
export function seedsToRun(count: number, wanted: string | undefined): readonly number[] {
  if (wanted === undefined || wanted === '') return Array.from({ length: count }, (_, i) => i + 1);
  const seed = Number(wanted);
  if (!Number.isInteger(seed)) throw new RangeError(`SEED is ${JSON.stringify(wanted)}, but takes a whole number`);
  return [seed];
}

function runFrom(seeds: readonly number[], first: number, run: (seed: number) => unknown): Promise<void> | undefined {
  for (let i = first; i < seeds.length; i++) {
    const seed = seeds[i]!;
    let result: unknown;
    try {
      result = run(seed);
    } catch (error) {
      throw failure(seed, error);
    }
    if (result instanceof Promise) {
      return result.then(
        () => runFrom(seeds, i + 1, run),
        (error: unknown) => {
          throw failure(seed, error);
        },
      );
    }
  }
  return undefined;
}

function failure(seed: number, cause: unknown): Error {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new Error(`with seed ${seed} (replay it with SEED=${seed}): ${text}`, { cause });
}
