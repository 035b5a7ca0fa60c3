const SLAB_BYTES = 128 * 1024;
/** What takes more than a quarter of a slab gets memory of its own: the rest of the slab would be lost. */
const LARGEST_BYTES = SLAB_BYTES / 4;

let slab = new Uint8Array(0);
let used = 0;

/**
 * Zeroed bytes that nobody had before, for a packet. Cut from larger pieces, which costs a fraction of an allocation for
 * each packet; a piece is free when the last packet in it is gone.
 */
export function freshBytes(length: number): Uint8Array {
  if (length > LARGEST_BYTES) return new Uint8Array(length);
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB_BYTES);
    used = 0;
  }
  const bytes = slab.subarray(used, used + length);
  used += length;
  return bytes;
}
