/** What is kept for the next bytes of a queue that is empty. */
const IDLE_BUFFER_BYTES = 4096;

/**
 * Bytes of a stream until what they belong to is whole. They are copied in, so that a stream that comes in crumbs costs no
 * more than its bytes, and each of them is moved a few times at most.
 */
export class ByteQueue {
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** All that waits, as a view: valid until the next call. */
  get waiting(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Copies bytes in, in the order in which they came. */
  add(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** The first bytes, which have to be there, as a copy that is the caller's. */
  take(count: number): Uint8Array {
    const taken = this.#buffer.slice(this.#start, this.#start + count);
    this.#start += count;
    if (this.#start === this.#end) this.#rest();
    return taken;
  }

  #makeRoom(bytes: number): void {
    const needed = this.length + bytes;
    const target =
      needed <= this.#buffer.length ? this.#buffer : new Uint8Array(Math.max(needed, 2 * this.length, 512));
    target.set(this.waiting);
    this.#end = this.length;
    this.#buffer = target;
    this.#start = 0;
  }

  /** Most streams are silent most of the time: a large buffer is not kept for them. */
  #rest(): void {
    this.#start = 0;
    this.#end = 0;
    if (this.#buffer.length > IDLE_BUFFER_BYTES) this.#buffer = new Uint8Array(0);
  }
}
