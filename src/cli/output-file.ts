import { closeSync, openSync, writeFileSync } from 'node:fs';
import { CliError } from './errors.ts';

/** Opens a file for what a command will have in the end. @throws CliError if it cannot be written */
export function writeOutput(path: string): { write(bytes: Uint8Array): void } {
  try {
    const descriptor = openSync(path, 'a');
    closeSync(descriptor);
  } catch (error) {
    throw new CliError('ERR_CLI_FILE', `--output: ${(error as Error).message}`, error);
  }
  return { write: (bytes) => writeFileSync(path, bytes) };
}
