import type { Command } from 'commander';
import { formatTarget, PoolUser, type UserSession } from '../../rserpool/index.ts';
import { openCapture } from '../capture-file.ts';
import { identifierText } from '../describe-event.ts';
import { Interruption, type Io } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import { linesOf } from '../lines.ts';
import {
  addLogLevel,
  addRegistrarsOption,
  addSocketOptions,
  type CommonOptions,
  examples,
  placesOf,
  type RegistrarsOption,
  type SocketOptions,
  seconds,
} from '../options.ts';
import { printable } from '../printable.ts';
import { unanswered, within } from '../within.ts';

interface PuOptions extends SocketOptions, CommonOptions, RegistrarsOption {
  readonly timeout: number;
  readonly linger: number;
  readonly json?: boolean;
}

export function addPuCommand(program: Command, io: Io): void {
  const command = program
    .command('pu')
    .description('Use a pool from the terminal: every line of standard input is a message, every answer is printed.')
    .argument('<pool>', 'pool handle');
  addRegistrarsOption(command)
    .option('--timeout <seconds>', 'how long to wait for the first element', seconds, 10)
    .option('--linger <seconds>', 'how long to wait for further answers after the end of the input', seconds, 1);
  addSocketOptions(command)
    .option('--json', 'print each answer as a JSON object with text, ppid and stream')
    .addHelpText(
      'after',
      examples(
        'rserpool pu EchoPool --registrar "127.0.0.1:3863;udp=9899"',
        'echo hello | rserpool pu EchoPool --registrar "127.0.0.1:3863;udp=9899"',
      ),
    )
    .action((pool: string, options: PuOptions) => runPu(pool, options, io));
  addLogLevel(command);
}

async function runPu(pool: string, options: PuOptions, io: Io): Promise<void> {
  const { address, udpPort, timeout, linger, json = false, logLevel } = options;
  const registrars = placesOf('--registrar', options.registrar);
  using capture = openCapture(options.capture);
  await using user = await PoolUser.open({ registrars, addresses: address, udpPort, capture: capture.hook });
  const session = await within(
    1000 * timeout,
    io,
    () => (user.home === undefined ? unanswered(undefined, registrars) : `no element of ${pool} answered`),
    (signal) => user.connect(pool, { signal }),
  );
  if (logLevel !== 'error') tellWhatHappens(session, io);
  let lastAnswerAt = performance.now();
  const printing = (async () => {
    for await (const { data, ppid, stream } of session) {
      lastAnswerAt = performance.now();
      const text = new TextDecoder().decode(data);
      io.out(json ? jsonLine({ text, ppid, stream }) : printable(text));
    }
  })();
  try {
    // SCTP has no empty messages.
    for await (const line of linesOf(io)) if (line !== '') await session.send(line);
    lastAnswerAt = performance.now();
    while (performance.now() - lastAnswerAt < 1000 * linger) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      io.interrupted.throwIfAborted();
    }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
  }
  session.close();
  await printing;
}

function tellWhatHappens(session: UserSession, io: Io): void {
  const element = session.element!;
  io.err(`connected to ${identifierText(element.peIdentifier)} at ${formatTarget(element.target)}`);
  session.on('interrupted', ({ reason }) => io.err(`the element is gone: ${reason}`));
  session.on('waiting', ({ reason, retryInMs }) => io.err(`no element (${reason}); next try in ${retryInMs} ms`));
  session.on('failover', ({ to, cookie }) =>
    io.err(
      `failover to ${identifierText(to.peIdentifier)} at ${formatTarget(to.target)}${cookie ? ', with the cookie' : ''}`,
    ),
  );
  session.on('send-failed', ({ bytes }) => io.err(`perhaps not delivered: ${bytes.length} bytes`));
}
