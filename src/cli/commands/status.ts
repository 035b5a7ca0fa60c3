import type { Command } from 'commander';
import {
  type Component,
  type ComponentReport,
  CSP_PORT,
  componentOf,
  describeComponent,
  StatusCollector,
} from '../../rserpool/index.ts';
import { type Io, untilInterrupted } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import { addLogLevel, type CommonOptions, collectedAddresses, examples, ownPortNumber, seconds } from '../options.ts';
import { printable } from '../printable.ts';
import { tableOf } from '../table.ts';

interface StatusOptions extends CommonOptions {
  readonly address?: readonly string[];
  readonly port: number;
  readonly for?: number;
  readonly json?: boolean;
}

export function addStatusCommand(program: Command, io: Io): void {
  const command = program
    .command('status')
    .description(
      'Show the components that report here (CSP): those of rserpool with --csp, and those of rsplib with -cspserver.',
    )
    .option('--address <ip>', 'local address to listen at (default: 0.0.0.0)', collectedAddresses)
    .option('--port <port>', 'UDP port to listen at; 0 is any', ownPortNumber, CSP_PORT)
    .option('--for <seconds>', 'listen for so long, then print what is there and end (default: until Ctrl-C)', seconds)
    .option('--json', 'print one JSON object for each report')
    .addHelpText('after', examples('rserpool status', 'rserpool registrar --csp 127.0.0.1', 'rserpool status --for 3'))
    .action((options: StatusOptions) => runStatus(options, io));
  addLogLevel(command);
}

async function runStatus(options: StatusOptions, io: Io): Promise<void> {
  const { address, port, json = false } = options;
  await using collector = await StatusCollector.listen({ address: address?.[0], udpPort: port });
  if (options.logLevel !== 'error') io.err(`status: listening at UDP port ${collector.udpPort}; Ctrl-C ends it`);
  const live = !json && io.color && options.for === undefined;
  const show = (): void => io.out(table(collector.components));
  collector.on('report', (report, change, from) => {
    if (json) io.out(jsonLine({ ...named(report), change, from }));
    else if (live) io.out(`\u001b[H\u001b[J${table(collector.components)}`);
    else if (change === 'new' || change === 'gone')
      io.err(`${change}: ${describeComponent(report.senderId)} at ${from}`);
  });
  collector.on('silent', ({ report, from }) => {
    if (json) io.out(jsonLine({ ...named(report), change: 'silent', from }));
    else if (!live) io.err(`silent: ${describeComponent(report.senderId)} at ${from}`);
  });
  await (options.for === undefined ? untilInterrupted(io) : passed(1000 * options.for, io));
  if (!json && !live) show();
}

/** Identifiers as text: JSON has no 64-bit numbers. */
function named(report: ComponentReport): object {
  const { senderId, associations, ...rest } = report;
  return {
    ...rest,
    ...nameOf(senderId),
    associations: associations.map(({ receiverId, ...association }) => ({ ...association, to: nameOf(receiverId) })),
  };
}

function nameOf(id: bigint): { readonly component: string | undefined; readonly id: string } {
  const { kind, object } = componentOf(id);
  return { component: kind, id: `0x${object.toString(16).padStart(8, '0')}` };
}

function table(components: readonly Component[]): string {
  const rows = components.map(({ report, from }) => {
    const { component, id } = nameOf(report.senderId);
    const { workload, associations } = report;
    return [
      component ?? '?',
      id,
      duration(report.uptimeMs),
      workload === undefined ? '-' : `${Math.round(workload * 100)} %`,
      printable(report.status),
      printable(report.location === '' ? from : report.location),
      associations.map(({ receiverId }) => describeComponent(receiverId)).join(', '),
    ];
  });
  return tableOf(['COMPONENT', 'ID', 'UP', 'LOAD', 'STATUS', 'AT', 'CONNECTED WITH'], rows);
}

function duration(ms: number): string {
  const s = Math.floor(ms / 1000);
  const clock = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  return clock.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Resolves after a time, or at Ctrl-C. */
function passed(ms: number, io: Io): Promise<void> {
  return Promise.race([
    untilInterrupted(io),
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      io.interrupted.addEventListener('abort', () => clearTimeout(timer), { once: true });
    }),
  ]);
}
