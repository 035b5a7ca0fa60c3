import { type PskKeys, type PskOptions, RSerPoolError, readPskKeys } from '../../rserpool/index.ts';
import { fileError } from '../yaml-file.ts';

/** Reads keys, a line `IDENTITY:KEY` for each. @throws CliError `ERR_CLI_USAGE` that names file and line, never the key */
export function readKeys(file: string, text: string): PskKeys {
  const keys = keysIn(file, text);
  return { find: (identity) => keys.get(identity) };
}

/** Reads the one key that somebody is known by. @throws as {@link readKeys} */
export function readOwnKey(file: string, text: string): PskOptions {
  const keys = [...keysIn(file, text)];
  const [own] = keys;
  if (own === undefined || keys.length > 1) {
    throw fileError(file, undefined, `it has ${keys.length} keys; expected one line IDENTITY:KEY`);
  }
  return { identity: own[0], key: own[1] };
}

function keysIn(file: string, text: string): ReadonlyMap<string, Uint8Array> {
  try {
    return readPskKeys(text);
  } catch (error) {
    if (!(error instanceof RSerPoolError)) throw error;
    const line = error.details.line as number;
    throw fileError(file, line, error.message.replace(`line ${line}: `, ''), error);
  }
}
