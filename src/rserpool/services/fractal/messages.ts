import { ByteReader, ByteWriter, bytesEqual } from '../../../base/bytes.ts';
import { WireError } from '../../../base/errors.ts';
import { atEnd, message, openMessage } from '../header.ts';

/** PPID of fractal generator messages. */
export const FRACTAL_PPID = 32;
/** Points of one DATA message at most. */
export const MAX_POINTS = 324;
/** Width and height at most. */
export const MAX_SIDE = 65_536;
export const MAX_ITERATIONS = 1_000_000;

/** `mandelbrot` is z² - c, `mandelbrot-n` is zᴺ - c. */
export type FractalAlgorithm = 'mandelbrot' | 'mandelbrot-n';

/** What is to be drawn: PARAMETER. */
export interface FractalParameter {
  readonly width: number;
  readonly height: number;
  readonly maxIterations: number;
  readonly algorithm: FractalAlgorithm;
  /** Top left corner. */
  readonly c1Real: number;
  readonly c1Imag: number;
  /** Bottom right corner, one step outside of the picture. */
  readonly c2Real: number;
  readonly c2Imag: number;
  /** The exponent of `mandelbrot-n`. */
  readonly n: number;
}

/** A point of the picture. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

export type FractalMessage =
  | { readonly kind: 'parameter'; readonly parameter: FractalParameter }
  /** Iterations of the points from `start` on, row by row. */
  | { readonly kind: 'data'; readonly start: Position; readonly counts: readonly number[] }
  /** DATA without points, behind the last one. */
  | { readonly kind: 'end' };

const PARAMETER = 1;
const DATA = 2;
const ALGORITHM_IDS: Readonly<Record<FractalAlgorithm, number>> = { mandelbrot: 1, 'mandelbrot-n': 2 };
const END_MARK = 0xffffffff;
const COOKIE_ID = new TextEncoder().encode('<FG-TD1>');
const COOKIE_BYTES = 76;
/** The cookie holds a PARAMETER whose length field says 4. */
const COOKIE_PARAMETER_HEADER = [PARAMETER, 0, 0, 4] as const;

export function encodeParameter(parameter: FractalParameter): Uint8Array {
  return message(PARAMETER, (w) => writeParameter(w, parameter));
}

/** @param counts at most {@link MAX_POINTS} */
export function encodeData(start: Position, counts: readonly number[]): Uint8Array {
  return message(DATA, (w) => {
    for (const value of [start.x, start.y, counts.length, ...counts]) w.u32(value);
  });
}

export function encodeEnd(): Uint8Array {
  return encodeData({ x: END_MARK, y: END_MARK }, []);
}

/** `undefined`: a type that is not known here. @throws WireError */
export function decodeFractal(bytes: Uint8Array): FractalMessage | undefined {
  const { header, body } = openMessage(bytes);
  if (header.type === PARAMETER) {
    const parameter = readParameter(body);
    atEnd(body);
    return { kind: 'parameter', parameter };
  }
  return header.type === DATA ? readData(body) : undefined;
}

/** The state of a session: what is drawn, and the first point that was not sent yet. */
export function encodeFractalCookie(parameter: FractalParameter, next: Position): Uint8Array {
  const w = new ByteWriter(COOKIE_BYTES);
  w.bytes(COOKIE_ID);
  for (const byte of COOKIE_PARAMETER_HEADER) w.u8(byte);
  writeParameter(w, parameter);
  w.u32(next.x);
  w.u32(next.y);
  return w.finish();
}

/** @throws WireError if it is not a cookie of this service */
export function decodeFractalCookie(cookie: Uint8Array): {
  readonly parameter: FractalParameter;
  readonly next: Position;
} {
  const r = new ByteReader(cookie);
  if (!bytesEqual(r.bytes(COOKIE_ID.length), COOKIE_ID)) throw new WireError('bad-value', 0, 'no <FG-TD1>');
  r.skip(COOKIE_PARAMETER_HEADER.length);
  const parameter = readParameter(r);
  const next = { x: r.u32(), y: r.u32() };
  atEnd(r);
  // Behind the last row: all points were sent, only the end is missing.
  if (next.x >= parameter.width || next.y > parameter.height) throw new WireError('bad-value', 68, 'outside');
  return { parameter, next };
}

function writeParameter(w: ByteWriter, parameter: FractalParameter): void {
  const { width, height, maxIterations, algorithm, c1Real, c1Imag, c2Real, c2Imag, n } = parameter;
  for (const value of [width, height, maxIterations, ALGORITHM_IDS[algorithm]]) w.u32(value);
  for (const value of [c1Real, c1Imag, c2Real, c2Imag, n]) w.f64(value);
}

function readParameter(r: ByteReader): FractalParameter {
  const at = r.offset;
  const [width, height, maxIterations, algorithmId] = [r.u32(), r.u32(), r.u32(), r.u32()];
  const algorithm = algorithmId === 1 ? 'mandelbrot' : algorithmId === 2 ? 'mandelbrot-n' : undefined;
  if (algorithm === undefined) throw new WireError('bad-value', at + 12, `algorithm ${algorithmId}`);
  const isSound = isSide(width) && isSide(height) && maxIterations <= MAX_ITERATIONS;
  if (!isSound) throw new WireError('bad-value', at, `${width} x ${height}, ${maxIterations} iterations`);
  const [c1Real, c1Imag, c2Real, c2Imag, n] = [r.f64(), r.f64(), r.f64(), r.f64(), r.f64()];
  return { width, height, maxIterations, algorithm, c1Real, c1Imag, c2Real, c2Imag, n };
}

function isSide(value: number): boolean {
  return value >= 1 && value <= MAX_SIDE;
}

function readData(r: ByteReader): FractalMessage {
  const start = { x: r.u32(), y: r.u32() };
  const points = r.u32();
  if (points > MAX_POINTS) throw new WireError('bad-value', 12, `${points} points`);
  const counts = Array.from({ length: points }, () => r.u32());
  atEnd(r);
  return start.x === END_MARK && start.y === END_MARK ? { kind: 'end' } : { kind: 'data', start, counts };
}
