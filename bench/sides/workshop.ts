import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Where peers are built and installed: kept for the next time, gone with `npm ci`, never part of the package. */
const WORKSHOP = fileURLToPath(new URL('../../node_modules/.cache/bench/', import.meta.url));

const LONGEST_BUILD_MS = 120_000;

const execute = promisify(execFile);

/** A folder for what belongs to one peer. */
export async function workshop(name: string): Promise<string> {
  const folder = join(WORKSHOP, name);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** The files of a folder beside this one that end so. */
export async function sources(folder: string, ending: string): Promise<string[]> {
  const path = fileURLToPath(new URL(`../${folder}/`, import.meta.url));
  const names = await readdir(path);
  return names.filter((name) => name.endsWith(ending)).map((name) => join(path, name));
}

/** What a command prints. @throws (rejects) if it fails, or is not there */
export async function output(
  command: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await execute(command, words, {
    env: { ...process.env, ...environment },
    timeout: LONGEST_BUILD_MS,
  });
  return stdout.trim();
}

/** What a command prints, or undefined if it fails. */
export async function outputIfAny(command: string, words: readonly string[]): Promise<string | undefined> {
  return output(command, words).catch(() => undefined);
}
