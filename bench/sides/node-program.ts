import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output, workshop } from './workshop.ts';

const PROJECT = fileURLToPath(new URL('../node/', import.meta.url));
const COMPILER = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

let built: Promise<string> | undefined;

/** A side whose programs are `bench/node/SIDE.ts`. */
export async function nodeProgram(side: string): Promise<readonly string[]> {
  return [process.execPath, '--expose-gc', await compiled('bench/node/main.js'), side];
}

/** A program of ours, compiled as the package is: tools that run TypeScript slow it down. @returns the file to run */
export async function compiled(program: string): Promise<string> {
  built ??= build();
  return join(await built, program);
}

/** @returns the folder of all programs */
async function build(): Promise<string> {
  const folder = await workshop('node');
  await output(process.execPath, [COMPILER, '--project', PROJECT, '--outDir', folder]);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
  return folder;
}
