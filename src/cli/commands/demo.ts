import type { Command } from 'commander';
import { runDemo } from '../demo/run-demo.ts';
import type { Io } from '../io.ts';
import { addLogLevel, examples } from '../options.ts';

interface DemoOptions {
  readonly keep?: boolean;
  readonly json?: boolean;
  readonly capture?: string;
  readonly secure?: boolean;
}

export function addDemoCommand(program: Command, io: Io): void {
  const command = program
    .command('demo')
    .description(
      'Show a whole pool on this machine: three registrars, three elements and a user in processes of their own. ' +
        'Kills an element and a registrar and shows that no request is lost.',
    )
    .option('--keep', 'leave everything running afterwards, until Ctrl-C')
    .option('--secure', 'all of it over TLS, with keys and certificates that are made for it')
    .option('--json', 'print the summary as one JSON object; the timeline goes to standard error')
    .option('--capture <file>', 'write all packets of all processes to this pcapng file')
    .addHelpText(
      'after',
      examples(
        'rserpool demo',
        'rserpool demo --secure',
        'rserpool demo --capture demo.pcapng && rserpool decode demo.pcapng',
      ),
    )
    .action(({ keep = false, json = false, capture, secure = false }: DemoOptions) =>
      runDemo({ keep, json, capture, secure }, io),
    );
  addLogLevel(command);
}
