import { pause } from '../../rserpool/services/index.ts';
import { nodeSubstrate } from '../../sctp/index.ts';
import type { ClientSettings } from './client.ts';

/** Counts 1, 2, 3 … as often and with such pauses in between as people want. @throws (rejects) the signal's reason */
export async function* every(
  settings: ClientSettings,
  signal: AbortSignal,
  unlessGiven: { readonly count: number; readonly intervalS: number },
): AsyncGenerator<number, void> {
  const { count = unlessGiven.count, intervalS = unlessGiven.intervalS } = settings;
  for (let n = 1; n <= count; n++) {
    if (n > 1) await pause(nodeSubstrate, 1000 * intervalS, signal);
    yield n;
  }
}
