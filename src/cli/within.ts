import { formatTarget, type TransportTarget } from '../rserpool/index.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';

/**
 * Waits for what `run` does, but no longer than `limitMs` and not beyond Ctrl-C.
 *
 * @param text what did not happen, for the error
 * @throws (rejects) CliError `ERR_CLI_TIMEOUT`; the Interruption; what `run` rejects with
 */
export async function within<T>(
  limitMs: number,
  io: Io,
  text: () => string,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(limitMs);
  const signal = AbortSignal.any([limit, io.interrupted]);
  try {
    return await run(signal);
  } catch (error) {
    if (limit.aborted && error === limit.reason) {
      throw new CliError('ERR_CLI_TIMEOUT', `${text()} within ${limitMs / 1000} s`, error);
    }
    throw error;
  }
}

/** Who did not answer: for the error of a wait. */
export function unanswered(home: TransportTarget | undefined, registrars: readonly string[]): string {
  if (home !== undefined) return `the registrar ${formatTarget(home)} gave no answer`;
  if (registrars.length === 0) return 'no registrar announced itself: give one by --registrar HOST:SCTPPORT;udp=PORT';
  return `no registrar answered: asked ${registrars.join(', ')},`;
}
