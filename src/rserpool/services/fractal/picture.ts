import { type FractalParameter, MAX_ITERATIONS, type Position } from './messages.ts';

/** A band of rows of a picture, asked for as a picture of its own. */
export interface Band {
  /** Its first row. */
  readonly top: number;
  readonly parameter: FractalParameter;
}

const MISSING = 0xffffffff;

/** Iterations of the points of a picture, as they come in. */
export class FractalPicture {
  readonly width: number;
  readonly height: number;
  /** Row by row; points that have not come yet are 0xffffffff. */
  readonly counts: Uint32Array;
  #missing: number;

  constructor({ width, height }: { readonly width: number; readonly height: number }) {
    this.width = width;
    this.height = height;
    this.counts = new Uint32Array(width * height).fill(MISSING);
    this.#missing = width * height;
  }

  /** From 0 to 1. */
  get progress(): number {
    return 1 - this.#missing / this.counts.length;
  }

  /** Takes points of a band; those that are outside of it are left out. A point may come twice. */
  take({ top, parameter }: Band, start: Position, counts: readonly number[]): void {
    if (start.x >= this.width) return;
    const end = (top + parameter.height) * this.width;
    let at = (top + start.y) * this.width + start.x;
    for (const count of counts) {
      if (at >= end) return;
      if (this.counts[at] === MISSING) this.#missing--;
      this.counts[at++] = Math.min(count, MAX_ITERATIONS);
    }
  }

  /** Whether all points of a band are there. */
  has({ top, parameter }: Band): boolean {
    return !this.counts.subarray(top * this.width, (top + parameter.height) * this.width).includes(MISSING);
  }
}

/** Splits a picture into so many bands, or as many as it has rows. */
export function bandsOf(parameter: FractalParameter, bands: number): readonly Band[] {
  const { height, c1Imag, c2Imag } = parameter;
  const count = Math.min(bands, height);
  const imagAt = (row: number): number => c1Imag + (row * (c2Imag - c1Imag)) / height;
  return Array.from({ length: count }, (_, i) => {
    const [top, bottom] = [Math.floor((i * height) / count), Math.floor(((i + 1) * height) / count)];
    return {
      top,
      parameter: { ...parameter, height: bottom - top, c1Imag: imagAt(top), c2Imag: imagAt(bottom) },
    };
  });
}
