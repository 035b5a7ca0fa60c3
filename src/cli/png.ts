import { encode } from 'fast-png';
import type { FractalPicture } from '../rserpool/services/index.ts';

/** Points that do not escape. */
const INSIDE = [0, 0, 0] as const;

/** A picture as a PNG file, 8 bits for each of red, green and blue. */
export function pngOf({ width, height, counts }: FractalPicture, maxIterations: number): Uint8Array {
  const data = new Uint8Array(3 * counts.length);
  counts.forEach((count, i) => {
    data.set(count >= maxIterations ? INSIDE : colourOf(count), 3 * i);
  });
  return encode({ width, height, data, channels: 3, depth: 8 });
}

/** Blue to gold and back, slower the more iterations it took. */
function colourOf(count: number): readonly [red: number, green: number, blue: number] {
  const angle = 1.6 * Math.log2(count + 1);
  const wave = (shift: number): number => Math.round(127.5 * (1 - Math.cos(angle + shift)));
  return [wave(0), wave(0.6), wave(1.8)];
}
