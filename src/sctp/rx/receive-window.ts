/** Chunks that may be held per byte of buffer, so that one-byte messages cannot cost much more than they count. */
const BUFFER_BYTES_PER_CHUNK = 64;
/** However small the buffer, this many chunks may be held. */
const LEAST_CHUNKS = 256;

/**
 * a_rwnd: the space that is left for DATA, as the peer is told. RFC 9260 §6.2.
 *
 * Bytes count from their arrival until the application has taken the message. The number of chunks is limited too,
 * since each costs more than its bytes.
 */
export class ReceiveWindow {
  readonly #capacityBytes: number;
  readonly #capacityChunks: number;
  /** A closed window stays closed below this much room: no silly windows (RFC 9260 §6.2, RFC 1122 §4.2.3.3). */
  readonly #leastBytes: number;
  #deliveredBytes = 0;
  #deliveredMessages = 0;
  /** What the last SACK said. */
  #advertisedBytes: number;

  constructor(capacityBytes: number, pmdcsBytes: number) {
    this.#capacityBytes = capacityBytes;
    this.#capacityChunks = Math.max(LEAST_CHUNKS, Math.floor(capacityBytes / BUFFER_BYTES_PER_CHUNK));
    this.#leastBytes = Math.min(pmdcsBytes, Math.floor(capacityBytes / 4));
    this.#advertisedBytes = capacityBytes;
  }

  /** Bytes that the application has not taken yet. */
  get deliveredBytes(): number {
    return this.#deliveredBytes;
  }

  /**
   * Whether a chunk fits. Not after the window was told as closed, until it is open again: then only what fills a hole
   * is taken (RFC 9260 §6.2).
   */
  hasRoomFor(bytes: number, heldBytes: number, heldChunks: number): boolean {
    if (this.#advertisedBytes === 0 && this.currentBytes(heldBytes, heldChunks) === 0) return false;
    return this.canStore(bytes, heldBytes, heldChunks);
  }

  /** Whether so many bytes can be stored at all, whatever the peer was told. */
  canStore(bytes: number, heldBytes: number, heldChunks: number): boolean {
    return (
      this.#deliveredMessages + heldChunks < this.#capacityChunks &&
      this.#capacityBytes - this.#deliveredBytes - heldBytes >= bytes
    );
  }

  /** Goes on from the window of the association before a restart: the application still holds its messages. */
  takeOver(before: ReceiveWindow): void {
    this.#deliveredBytes = before.#deliveredBytes;
    this.#deliveredMessages = before.#deliveredMessages;
  }

  /** A message went up to the application. */
  delivered(bytes: number): void {
    this.#deliveredBytes += bytes;
    this.#deliveredMessages++;
  }

  /** The application took a message. */
  consumed(bytes: number): void {
    this.#deliveredBytes = Math.max(0, this.#deliveredBytes - bytes);
    this.#deliveredMessages = Math.max(0, this.#deliveredMessages - 1);
  }

  /**
   * The window as it would be told now. It shrinks byte by byte, so that what the peer sends into the room that it was
   * told of is always taken; but once closed it opens only by a piece worth having.
   */
  currentBytes(heldBytes: number, heldChunks: number): number {
    if (this.#deliveredMessages + heldChunks >= this.#capacityChunks) return 0;
    const freeBytes = Math.max(0, this.#capacityBytes - this.#deliveredBytes - heldBytes);
    return this.#advertisedBytes === 0 && freeBytes < this.#leastBytes ? 0 : freeBytes;
  }

  /** Takes the window for a SACK that is about to be sent. */
  advertise(heldBytes: number, heldChunks: number): number {
    this.#advertisedBytes = this.currentBytes(heldBytes, heldChunks);
    return this.#advertisedBytes;
  }

  /**
   * Whether the peer should be told of new room without having asked: the window can open by at least a quarter of the
   * buffer (§6.2), and it had fallen below that.
   */
  worthAnUpdate(heldBytes: number, heldChunks: number): boolean {
    const quarter = this.#capacityBytes / 4;
    return (
      this.#advertisedBytes < quarter && this.currentBytes(heldBytes, heldChunks) - this.#advertisedBytes >= quarter
    );
  }
}
