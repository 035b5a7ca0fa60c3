/** Filled into received bytes after the call, so that whoever keeps a view where a copy is due is found out. */
export const POISON = 0xa5;

/** A copy that is less than half of its buffer: nobody may keep a view of it. */
export function inLargerBuffer(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(2 * bytes.length + 1).subarray(0, bytes.length);
  copy.set(bytes);
  return copy;
}
