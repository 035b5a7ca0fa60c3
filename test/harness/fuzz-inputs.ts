/**
 * How many hostile inputs a test tries: `usual` in `npm test`, and more with `FUZZ_FACTOR`, as in
 * `FUZZ_FACTOR=10 npx vitest run fuzz hostile robustness`.
 */
export function fuzzInputs(usual: number): number {
  const factor = Number(process.env.FUZZ_FACTOR ?? 1);
  if (!(factor > 0)) throw new RangeError(`FUZZ_FACTOR is ${process.env.FUZZ_FACTOR}, but takes a number above 0`);
  return Math.round(usual * factor);
}

/** Time for a test of {@link fuzzInputs}, in ms. */
export function fuzzTimeoutMs(usualMs: number): number {
  return fuzzInputs(usualMs);
}
