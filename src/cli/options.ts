import { type Command, InvalidArgumentError, Option } from 'commander';
import { canonicalIp } from '../base/address.ts';
import { parsePlace, RSerPoolError, resolveTarget, type TransportTarget } from '../rserpool/index.ts';
import { usageError } from './errors.ts';

/** Reads a whole number of an option or argument. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${min} to ${max}.`);
  };
}

/** A port that peers have to know. */
export const portNumber = wholeNumber(1, 65_535);
/** A port of our own: 0 is any. */
export const ownPortNumber = wholeNumber(0, 65_535);

/** A port of our own that can be switched off. */
export function portOrOff(text: string): number | false {
  return text === 'off' ? false : ownPortNumber(text);
}

/** Reads seconds, fractions allowed. */
export function seconds(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && value <= 86_400) return value;
  throw new InvalidArgumentError('It takes seconds, more than 0 and at most 86400.');
}

/** An option that may be given several times. */
export function collected(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

/** Local IP addresses, several times or separated by commas. */
export function collectedAddresses(text: string, before: readonly string[] | undefined): readonly string[] {
  for (const address of text.split(',')) {
    if (canonicalIp(address) === undefined) {
      throw new InvalidArgumentError('It takes IP addresses of this host, for example 127.0.0.1 or ::1.');
    }
  }
  return [...(before ?? []), ...text.split(',')];
}

/** Where one peer is, given to an option as text. @throws CliError naming the option */
export async function targetOf(option: string, text: string, defaultPort: number): Promise<TransportTarget> {
  try {
    return await resolveTarget(text, defaultPort);
  } catch (error) {
    throw badPlace(option, error);
  }
}

/** Places of registrars that were given to an option, checked: names are looked up later. @throws CliError naming the option */
export function placesOf(option: string, texts: readonly string[] = []): readonly string[] {
  try {
    for (const text of texts) parsePlace(text);
  } catch (error) {
    throw badPlace(option, error);
  }
  return texts;
}

function badPlace(option: string, error: unknown): unknown {
  const isUsage = error instanceof RSerPoolError && error.code === 'ERR_RSERPOOL_BAD_ARGUMENT';
  return isUsage ? usageError(option, error.message, error) : error;
}

export const LOG_LEVELS = ['error', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface CommonOptions {
  readonly logLevel: LogLevel;
}

export function addLogLevel(command: Command): Command {
  return command.addOption(
    new Option('--log-level <level>', 'what to tell on standard error').choices(LOG_LEVELS).default('info'),
  );
}

/** What every command with sockets takes. */
export interface SocketOptions {
  readonly address?: readonly string[];
  readonly udpPort?: number;
  readonly capture?: string;
}

export function addSocketOptions(command: Command): Command {
  return command
    .option('--address <ip>', 'local address that peers are told; several for multihoming', collectedAddresses)
    .option(
      '--udp-port <port>',
      'UDP encapsulation port; 0 is any (default: 9899 if it is free, else any)',
      ownPortNumber,
    )
    .option('--capture <file>', 'write every packet to this pcapng file');
}

/** Lines for the end of a help text. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
