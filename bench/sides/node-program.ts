import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output, workshop } from './workshop.ts';

const PROJECT = fileURLToPath(new URL('../node/', import.meta.url));
const COMPILER = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

let built: Promise<string> | undefined;

/** A side whose programs are `bench/node/SIDE.ts`, compiled as the package is: tools that run TypeScript slow it down. */
export async function nodeProgram(side: string): Promise<readonly string[]> {
  built ??= build();
  return [process.execPath, '--expose-gc', await built, side];
}

/** @returns the file to run */
async function build(): Promise<string> {
  const folder = await workshop('node');
  await output(process.execPath, [COMPILER, '--project', PROJECT, '--outDir', folder]);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
  return join(folder, 'bench/node/main.js');
}
