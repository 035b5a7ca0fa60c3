import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../node/main.ts', import.meta.url));

/** A side whose programs are `bench/node/SIDE.ts`. */
export function nodeProgram(side: string): readonly string[] {
  return [process.execPath, '--expose-gc', '--import', import.meta.resolve('tsx'), MAIN, side];
}
