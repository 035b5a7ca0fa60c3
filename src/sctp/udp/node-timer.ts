import type { Instant } from '../../base/contract.ts';

/** Longest time that `setTimeout` takes, ms; above it fires at once. */
const MAX_DELAY_MS = 0x7fff_ffff;

/**
 * Calls `fire` once `performance.now()` has reached `at`, and never before: `setTimeout` alone is up to a millisecond
 * early against that clock. The function returned cancels it. A timer does not keep the process alive; sockets do.
 */
export function setNodeTimer(at: Instant, fire: () => void): () => void {
  let timeout = arm();
  return () => clearTimeout(timeout);

  function arm(): NodeJS.Timeout {
    const delayMs = Math.min(MAX_DELAY_MS, Math.max(0, Math.ceil(at - performance.now())));
    return setTimeout(() => {
      if (performance.now() < at) timeout = arm();
      else fire();
    }, delayMs).unref();
  }
}
