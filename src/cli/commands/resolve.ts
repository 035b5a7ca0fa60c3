import type { Command } from 'commander';
import { describeElement } from '../../rserpool/index.ts';
import { openCapture } from '../capture-file.ts';
import { addRegistrarsOption } from '../discovery-options.ts';
import type { Io } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import { addLogLevel, type CommonOptions, examples, seconds } from '../options.ts';
import { addUserOptions, openUser, type UserOptions, userOpeningOf } from '../user-options.ts';
import { unanswered, within } from '../within.ts';

interface ResolveOptions extends UserOptions, CommonOptions {
  readonly timeout: number;
  readonly json?: boolean;
}

export function addResolveCommand(program: Command, io: Io): void {
  const command = program
    .command('resolve')
    .description('Print the elements of a pool, in the order in which they should be used.')
    .argument('<pool>', 'pool handle');
  addRegistrarsOption(command).option('--timeout <seconds>', 'how long to wait for an answer', seconds, 10);
  addUserOptions(command)
    .option('--json', 'print one JSON array')
    .addHelpText(
      'after',
      examples(
        'rserpool resolve EchoPool --registrar "127.0.0.1:3863;udp=9899"',
        'rserpool resolve EchoPool --registrar "10.0.0.1:3863;tcp"            # by TCP',
        'rserpool resolve EchoPool --registrar "example.com;srv"              # by _asap._sctp and _asap._tcp of the DNS',
        'rserpool resolve EchoPool --group 239.0.0.50 --interface eth0       # by announcements in that group',
      ),
    )
    .action((pool: string, options: ResolveOptions) => runResolve(pool, options, io));
  addLogLevel(command);
}

async function runResolve(pool: string, options: ResolveOptions, io: Io): Promise<void> {
  const { json = false } = options;
  const opening = userOpeningOf(options, io);
  using capture = openCapture(options.capture);
  await using user = await openUser(opening, io, capture.hook);
  const elements = await within(
    1000 * options.timeout,
    io,
    () => unanswered(user.home, opening.options.registrars),
    (signal) => user.resolve(pool, { signal }),
  );
  if (json) io.out(jsonLine(elements));
  else for (const element of elements) io.out(describeElement(element));
}
