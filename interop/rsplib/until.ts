import { PATIENCE_MS } from '../patience.ts';
import { pause } from '../peers.ts';

/** Resolves when `holds` does; rejects with `what` if that takes too long. */
export async function until(what: string, holds: () => boolean, limitMs = PATIENCE_MS): Promise<void> {
  const end = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await pause(20);
  }
}
