import { randomFillSync } from 'node:crypto';
import type { Entropy } from '../../base/contract.ts';

/** Numbers drawn from the system at once: a call for each would cost about a microsecond. */
const BATCH = 1024;

/** Cryptographic randomness of the operating system. */
export function createNodeEntropy(): Entropy {
  const batch = new Uint32Array(BATCH);
  let used = BATCH;
  return {
    u32() {
      if (used === BATCH) {
        randomFillSync(batch);
        used = 0;
      }
      const value = batch[used]!;
      // Tags and keys come from here: what was handed out does not stay in memory.
      batch[used++] = 0;
      return value;
    },
    bytes: (length) => randomFillSync(new Uint8Array(length)),
  };
}
