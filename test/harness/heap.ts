import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/** Bytes on the heap that something still holds: measured after a full collection. */
export function heldHeapBytes(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  // Twice: the first one may leave what finalizers let go of.
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
