const PAGE_BYTES = 1 << 16;
/** Pieces take a multiple of this. */
const GRAIN_BYTES = 16;
const LENGTH_BYTES = 1;

/**
 * Short pieces of bytes in large pages: without an object for each, which would take more than the bytes do. What is freed
 * is used again for pieces of the same size; pages are never given back.
 */
export class ByteSlab {
  /** The longest piece. */
  static readonly MAX_BYTES = 255;

  readonly #pages: Uint8Array[] = [];
  /** Places that are free, by how many grains they have. */
  readonly #free: number[][] = Array.from({ length: (LENGTH_BYTES + ByteSlab.MAX_BYTES) / GRAIN_BYTES + 1 }, () => []);
  /** Where nothing was ever put. */
  #end = 0;

  /** Copies a piece of at most {@link MAX_BYTES}. @returns its place */
  put(bytes: Uint8Array): number {
    const place = this.#take(grainsOf(bytes.length));
    const page = this.#pages[Math.floor(place / PAGE_BYTES)]!;
    const at = place % PAGE_BYTES;
    page[at] = bytes.length;
    page.set(bytes, at + LENGTH_BYTES);
    return place;
  }

  /** The piece at a place, as a view that is valid until it is freed. */
  get(place: number): Uint8Array {
    const page = this.#pages[Math.floor(place / PAGE_BYTES)]!;
    const at = (place % PAGE_BYTES) + LENGTH_BYTES;
    return page.subarray(at, at + page[at - LENGTH_BYTES]!);
  }

  free(place: number): void {
    const length = this.#pages[Math.floor(place / PAGE_BYTES)]![place % PAGE_BYTES]!;
    this.#free[grainsOf(length)]!.push(place);
  }

  #take(grains: number): number {
    const used = this.#free[grains]!.pop();
    if (used !== undefined) return used;
    const bytes = grains * GRAIN_BYTES;
    // Pieces do not cross pages.
    if ((this.#end % PAGE_BYTES) + bytes > PAGE_BYTES) this.#end = this.#pages.length * PAGE_BYTES;
    if (this.#end === this.#pages.length * PAGE_BYTES) this.#pages.push(new Uint8Array(PAGE_BYTES));
    const place = this.#end;
    this.#end += bytes;
    return place;
  }
}

function grainsOf(length: number): number {
  return Math.ceil((LENGTH_BYTES + length) / GRAIN_BYTES);
}
