/**
 * Bytes of a packet that outlive it. A view, if they are at least half of the memory that it keeps; else a copy, so that
 * nobody can fill a large memory with small messages in large packets.
 */
export function keptBytes(view: Uint8Array): Uint8Array {
  return 2 * view.length >= view.buffer.byteLength ? view : view.slice();
}
