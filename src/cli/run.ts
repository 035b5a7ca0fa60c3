import { Command, CommanderError } from 'commander';
import { ConfigError } from '../base/config.ts';
import { addDecodeCommand } from './commands/decode.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addDemoPartCommand } from './commands/demo-part.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addDumpCommand } from './commands/dump.ts';
import { addKeysCommand } from './commands/keys.ts';
import { addPeCommand } from './commands/pe.ts';
import { addPuCommand } from './commands/pu.ts';
import { addRegistrarCommand } from './commands/registrar.ts';
import { addResolveCommand } from './commands/resolve.ts';
import { addSctpCommand } from './commands/sctp.ts';
import { addStatusCommand } from './commands/status.ts';
import { addWatchCommand } from './commands/watch.ts';
import { CliError, describeFailure } from './errors.ts';
import type { Io } from './io.ts';
import { version } from './version.ts';

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/** Runs `rserpool` with these arguments; resolves with the exit code. Errors are printed, never thrown. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    await programOf(io).parseAsync([...args], { from: 'user' });
    return EXIT_OK;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.code === 'commander.helpDisplayed' || error.code === 'commander.version' ? EXIT_OK : EXIT_USAGE;
    }
    io.err(`rserpool: ${describeFailure(error, wantsDebug(args))}`);
    return isUsageError(error) ? EXIT_USAGE : EXIT_FAILED;
  }
}

function programOf(io: Io): Command {
  const program = new Command('rserpool')
    .description('Reliable Server Pooling (RFC 5351 to 5356) over SCTP in UDP (RFC 9260, RFC 6951).')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.replace(/\n$/, '')),
      writeErr: (text) => io.err(text.replace(/\n$/, '')),
      outputError: (text, write) => write(`${oneLine(text)}\n`),
    })
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage.\n`rserpool COMMAND --help` has examples.');
  const add = [
    addDemoCommand,
    addRegistrarCommand,
    addPeCommand,
    addPuCommand,
    addResolveCommand,
    addDumpCommand,
    addWatchCommand,
    addStatusCommand,
    addKeysCommand,
    addSctpCommand,
    addDecodeCommand,
    addDoctorCommand,
    addDemoPartCommand,
  ];
  for (const addCommand of add) addCommand(program, io);
  return program;
}

/** `error: unknown option '--x'\n(Did you mean --y?)` as one line of ours. */
function oneLine(text: string): string {
  return text
    .replace(/^error: /, 'rserpool: ')
    .trim()
    .replace(/\s*\n\s*/g, ' ');
}

function isUsageError(error: unknown): boolean {
  return error instanceof ConfigError || (error instanceof CliError && error.code === 'ERR_CLI_USAGE');
}

/** Read by hand, as the failure may be that the options could not be read. */
function wantsDebug(args: readonly string[]): boolean {
  return args.some((arg, i) => arg === '--log-level=debug' || (arg === '--log-level' && args[i + 1] === 'debug'));
}
