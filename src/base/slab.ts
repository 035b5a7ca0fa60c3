/**
 * Memory that is cut from larger pieces, which costs a fraction of an allocation for each. A piece is free when the last
 * part of it is gone.
 */
export class Slab {
  readonly #pieceBytes: number;
  #piece = new Uint8Array(0);
  #used = 0;

  constructor(pieceBytes: number) {
    this.#pieceBytes = pieceBytes;
  }

  /** Zeroed bytes that nobody had before. More than a quarter of a piece is memory of its own: the rest would be lost. */
  take(length: number): Uint8Array {
    if (length > this.#pieceBytes / 4) return new Uint8Array(length);
    if (this.#used + length > this.#piece.length) {
      this.#piece = new Uint8Array(this.#pieceBytes);
      this.#used = 0;
    }
    const bytes = this.#piece.subarray(this.#used, this.#used + length);
    this.#used += length;
    return bytes;
  }
}
