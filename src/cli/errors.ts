import { CodedError } from '../base/errors.ts';

/** Why a command failed, where no library error says so. Codes are stable. */
export type CliErrorCode =
  /** The command line is wrong: exit code 2. */
  | 'ERR_CLI_USAGE'
  /** Nothing happened within the time that an option or the command allows. */
  | 'ERR_CLI_TIMEOUT'
  /** A file cannot be read or written, or is not what it should be. */
  | 'ERR_CLI_FILE'
  /** A step of the demo did not happen. */
  | 'ERR_CLI_DEMO'
  /** `doctor` has found something that is needed and missing. */
  | 'ERR_CLI_DOCTOR'
  /** Ctrl-C before the command was done. */
  | 'ERR_CLI_INTERRUPTED';

export class CliError extends CodedError<CliErrorCode> {
  constructor(code: CliErrorCode, message: string, cause?: unknown) {
    super(code, message, {}, cause);
    this.name = 'CliError';
  }
}

/** A usage error: names the option and what it takes. */
export function usageError(option: string, message: string, cause?: unknown): CliError {
  return new CliError('ERR_CLI_USAGE', `${option}: ${message}`, cause);
}

/** One line about an error, with its code; with `debug` the stack as well. */
export function describeFailure(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { readonly code?: unknown }).code;
  const suffix = typeof code === 'string' ? ` (${code})` : '';
  // Whatever has no code is a defect of ours, and its message alone says little.
  const prefix = suffix === '' ? `internal error: ${error.name}: ` : '';
  const line = `${prefix}${error.message.replace(/\s*\n\s*/g, ' ')}${suffix}`;
  return debug && error.stack !== undefined ? `${line}\n${error.stack}` : line;
}
