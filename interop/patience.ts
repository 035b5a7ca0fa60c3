/**
 * How long a thing is waited for that comes within a second or two where nothing else runs, ms. A machine may be busy, and
 * what is late is no failure; what never comes is one, and then it does not matter how long that took.
 */
export const PATIENCE_MS = 60_000;

/** A signal for a wait that begins now. */
export function patience(): AbortSignal {
  return AbortSignal.timeout(PATIENCE_MS);
}
