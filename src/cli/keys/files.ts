import { renameSync, writeFileSync } from 'node:fs';
import { CliError } from '../errors.ts';

const OWNER_ONLY = 0o600;

/** Writes a file that is not there yet, for the owner alone. @throws CliError */
export function writeNew(path: string, text: string): void {
  orFileError(() => writeFileSync(path, text, { mode: OWNER_ONLY, flag: 'wx' }));
}

/** Writes a file in one step: who reads it sees all of it, as it was or as it will be. @throws CliError */
export function replace(path: string, text: string): void {
  orFileError(() => {
    const beside = `${path}.${process.pid}.new`;
    writeFileSync(beside, text, { mode: OWNER_ONLY });
    renameSync(beside, path);
  });
}

/** Does something with files. @throws CliError `ERR_CLI_FILE` if it does not succeed */
export function orFileError<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new CliError('ERR_CLI_FILE', (error as Error).message, error);
  }
}
