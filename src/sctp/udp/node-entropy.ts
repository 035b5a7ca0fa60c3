import { randomFillSync } from 'node:crypto';
import type { Entropy } from '../../base/contract.ts';

/** Numbers drawn from the system at once: a call for each would cost about a microsecond. */
const BATCH = 1024;
/** More bytes than so many are drawn from the system by themselves. */
const MOST_FROM_BATCH = 64;

/** Cryptographic randomness of the operating system. */
export function createNodeEntropy(): Entropy {
  const batch = new Uint32Array(BATCH);
  let used = BATCH;
  const u32 = (): number => {
    if (used === BATCH) {
      randomFillSync(batch);
      used = 0;
    }
    const value = batch[used]!;
    // Tags and keys come from here: what was handed out does not stay in memory.
    batch[used++] = 0;
    return value;
  };
  return {
    u32,
    bytes(length) {
      const bytes = new Uint8Array(length);
      if (length > MOST_FROM_BATCH) return randomFillSync(bytes);
      for (let at = 0, word = 0; at < length; at++, word >>>= 8) {
        if ((at & 3) === 0) word = u32();
        bytes[at] = word & 0xff;
      }
      return bytes;
    },
  };
}
