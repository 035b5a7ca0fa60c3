import { drawFractal, type FractalParameter, type FractalPicture } from '../../rserpool/services/index.ts';
import { jsonLine } from '../json-line.ts';
import { writeOutput } from '../output-file.ts';
import { pngOf } from '../png.ts';
import type { Client, ClientSettings } from './client.ts';

/** Progress is told every so many percent. */
const STEP = 10;

/** Has a picture drawn by several elements at the same time, and writes it to a PNG file. */
export const fractal: Client = async ({ io, user, pool, settings, connect }) => {
  const { json, output, sessions, quiet } = settings;
  const parameter = parameterOf(settings);
  // A wrong pool or registrar is told at once, and before any work a file that cannot be written.
  (await connect()).close();
  const file = writeOutput(output);
  const beganAt = performance.now();
  let [told, failovers] = [0, 0];
  const onProgress = ({ progress }: FractalPicture): void => {
    const percent = STEP * Math.floor((100 * progress) / STEP);
    if (percent <= told) return;
    told = percent;
    if (!quiet) io.err(`${percent} %`);
  };
  const onFailover = (): void => void failovers++;
  const picture = await drawFractal(user, parameter, {
    pool,
    sessions,
    onProgress,
    onFailover,
    signal: io.interrupted,
  });
  file.write(pngOf(picture, parameter.maxIterations));
  const { width, height } = picture;
  const elapsedMs = performance.now() - beganAt;
  const summary = { output, width, height, failovers, elapsedMs };
  io.out(
    json
      ? jsonLine(summary)
      : `${output}: ${width} x ${height} points in ${(elapsedMs / 1000).toFixed(2)} s, ${failovers} failovers`,
  );
};

/** The whole of the set as it is usually shown: from the right to the left, as c is subtracted. */
function parameterOf({ width, height, iterations }: ClientSettings): FractalParameter {
  const [centre, wide] = [0.6, 3];
  const tall = (wide * height) / width;
  return {
    width,
    height,
    maxIterations: iterations,
    algorithm: 'mandelbrot',
    c1Real: centre + wide / 2,
    c1Imag: -tall / 2,
    c2Real: centre - wide / 2,
    c2Imag: tall / 2,
    n: 2,
  };
}
