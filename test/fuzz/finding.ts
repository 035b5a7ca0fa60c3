import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromHex, toHex } from '../../src/base/bytes.ts';
import type { FuzzInput } from './fuzz-target.ts';

/** An input that something was wrong with, as it stands in a file. */
export interface Finding {
  readonly target: string;
  readonly seed: number;
  /** The first line of what was wrong. */
  readonly what: string;
  readonly stack: string;
  readonly input: FuzzInput;
}

/** Where findings are written unless told otherwise; not a part of the repository. */
export const FINDINGS = fileURLToPath(new URL('findings/', import.meta.url));

/** @returns the file's path */
export function writeFinding(finding: Finding, directory: string): string {
  const hex = finding.input.map(toHex);
  const name = createHash('sha256').update(hex.join(' ')).digest('hex').slice(0, 12);
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${finding.target}-${name}.json`);
  writeFileSync(path, `${JSON.stringify({ ...finding, input: hex }, undefined, 2)}\n`);
  return path;
}

/** @throws Error if there is no such file, or it is none of a finding */
export function readFinding(path: string): Finding {
  const { input, ...finding } = JSON.parse(readFileSync(path, 'utf8')) as Omit<Finding, 'input'> & { input: string[] };
  return { ...finding, input: input.map((hex) => fromHex(hex)) };
}
