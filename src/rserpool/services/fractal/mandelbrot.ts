import type { FractalParameter, Position } from './messages.ts';

/** |z|² from which on a point has escaped. */
const ESCAPE = 2;

/** Calculates the points of a picture row by row, and can stop anywhere: also within a point. */
export class Mandelbrot {
  readonly #parameter: FractalParameter;
  #x: number;
  #y: number;
  #real = 0;
  #imag = 0;
  #iterations = 0;

  constructor(parameter: FractalParameter, next: Position = { x: 0, y: 0 }) {
    this.#parameter = parameter;
    this.#x = next.x;
    this.#y = next.y;
  }

  /** The point that is calculated next, or at the moment. */
  get next(): Position {
    return { x: this.#x, y: this.#y };
  }

  get done(): boolean {
    return this.#y >= this.#parameter.height;
  }

  /**
   * Calculates until one point is done or `budget.iterations` are used up; they are counted down.
   *
   * @returns how many iterations it took until the point escaped; `undefined` if the budget did not suffice
   */
  point(budget: { iterations: number }): number | undefined {
    const { maxIterations, algorithm, n } = this.#parameter;
    const [cReal, cImag] = this.#c();
    // Local variables and no calls: this is where the time goes.
    let [real, imag, count] = [this.#real, this.#imag, this.#iterations];
    const until = Math.min(maxIterations, count + budget.iterations);
    const before = count;
    let escaped = false;
    while (!escaped && count < until) {
      if (algorithm === 'mandelbrot') [real, imag] = [real * real - imag * imag - cReal, 2 * real * imag - cImag];
      else [real, imag] = power(real, imag, n, cReal, cImag);
      escaped = real * real + imag * imag >= ESCAPE;
      if (!escaped) count++;
    }
    // A point costs something even if it escapes at once.
    budget.iterations -= count - before + 1;
    if (!escaped && count < maxIterations) {
      [this.#real, this.#imag, this.#iterations] = [real, imag, count];
      return undefined;
    }
    this.#nextPoint();
    return count;
  }

  #c(): readonly [real: number, imag: number] {
    const { width, height, c1Real, c1Imag, c2Real, c2Imag } = this.#parameter;
    return [c1Real + (this.#x * (c2Real - c1Real)) / width, c1Imag + (this.#y * (c2Imag - c1Imag)) / height];
  }

  #nextPoint(): void {
    this.#real = 0;
    this.#imag = 0;
    this.#iterations = 0;
    if (++this.#x < this.#parameter.width) return;
    this.#x = 0;
    this.#y++;
  }
}

/** zᴺ - c */
function power(
  real: number,
  imag: number,
  n: number,
  cReal: number,
  cImag: number,
): readonly [real: number, imag: number] {
  if (real === 0 && imag === 0) return [-cReal, -cImag];
  const length = Math.hypot(real, imag) ** n;
  const angle = n * Math.atan2(imag, real);
  return [length * Math.cos(angle) - cReal, length * Math.sin(angle) - cImag];
}
