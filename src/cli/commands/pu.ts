import { type Command, Option } from 'commander';
import { formatTarget, type UserSession } from '../../rserpool/index.ts';
import { MAX_ITERATIONS } from '../../rserpool/services/index.ts';
import { openCapture } from '../capture-file.ts';
import { CLIENT_NAMES, type ClientName, clientEntry, clientForPool } from '../clients/clients.ts';
import { identifierText } from '../describe-event.ts';
import { addRegistrarsOption } from '../discovery-options.ts';
import { Interruption, type Io } from '../io.ts';
import { addLogLevel, type CommonOptions, examples, seconds, wholeNumber } from '../options.ts';
import { addStatusReportOption, reportStatus, type StatusReportOption } from '../status-option.ts';
import { addUserOptions, openUser, type UserOptions, userOpeningOf } from '../user-options.ts';
import { unanswered, within } from '../within.ts';

interface PuOptions extends UserOptions, CommonOptions, StatusReportOption {
  readonly service?: ClientName;
  readonly timeout: number;
  readonly wait?: boolean;
  readonly linger: number;
  readonly count?: number;
  readonly interval?: number;
  readonly size: number;
  readonly output: string;
  readonly width: number;
  readonly height: number;
  readonly iterations: number;
  readonly sessions: number;
  readonly json?: boolean;
}

/** A picture is held in memory. */
const MAX_PICTURE_SIDE = 4096;

export function addPuCommand(program: Command, io: Io): void {
  const list = CLIENT_NAMES.map((name) => {
    const { about, pool } = clientEntry(name);
    return `  ${name.padEnd(9)} ${about}${pool === undefined ? '' : ` (${pool})`}`;
  });
  const command = program
    .command('pu')
    .description('Use a pool from the terminal.')
    .argument('<pool>', 'pool handle')
    .addOption(
      new Option('--service <name>', 'how to use it (default: by the name of the pool, else terminal)').choices(
        CLIENT_NAMES,
      ),
    );
  addRegistrarsOption(command)
    .option('--timeout <seconds>', 'how long to wait for the first element', seconds, 10)
    .option('--wait', 'wait so long for the pool as well, if it does not exist yet')
    .option('--linger <seconds>', 'how long to wait for further answers after the end of the input', seconds, 1)
    .option('--count <number>', 'how often: pings, jobs, times, messages', wholeNumber(1, 1e9))
    .option('--interval <seconds>', 'from one to the next', seconds)
    .option('--size <number>', 'calcapp: calculations of a job', wholeNumber(0, Number.MAX_SAFE_INTEGER), 5_000_000)
    .option('--output <file>', 'fractal: PNG file', 'fractal.png')
    .option('--width <number>', 'fractal: points', wholeNumber(1, MAX_PICTURE_SIDE), 768)
    .option('--height <number>', 'fractal: points', wholeNumber(1, MAX_PICTURE_SIDE), 576)
    .option('--iterations <number>', 'fractal: iterations at most', wholeNumber(1, MAX_ITERATIONS), 1000)
    .option('--sessions <number>', 'fractal: sessions at the same time', wholeNumber(1, 64), 4);
  addStatusReportOption(addUserOptions(command))
    .option('--json', 'print answers as JSON objects')
    .addHelpText('after', `\nServices, and the pools whose names mean them:\n${list.join('\n')}`)
    .addHelpText(
      'after',
      examples(
        'rserpool pu EchoPool --registrar "127.0.0.1:3863;udp=9899"',
        'echo hello | rserpool pu EchoPool --registrar "127.0.0.1:3863;udp=9899"',
        'rserpool pu PingPongPool --count 10 --interval 0.1',
        'rserpool pu FractalGeneratorPool --output mandelbrot.png',
        'rserpool pu MyPool --service calcapp --size 20000000',
      ),
    )
    .action((pool: string, options: PuOptions) => runPu(pool, options, io));
  addLogLevel(command);
}

async function runPu(pool: string, options: PuOptions, io: Io): Promise<void> {
  const { timeout, json = false, logLevel } = options;
  using capture = openCapture(options.capture);
  const opening = userOpeningOf(options, io);
  const { registrars } = opening.options;
  await using user = await openUser(opening, io, capture.hook);
  using _watch = opening.security?.watch(user, json);
  await using _reporter = await reportStatus(user, options);
  const quiet = logLevel === 'error';
  const settings = { ...options, json, intervalS: options.interval, lingerS: options.linger, quiet };
  const client = clientEntry(options.service ?? clientForPool(pool));
  try {
    await client.run({
      io,
      user,
      pool,
      settings,
      connect: async (sessionOptions = {}) => {
        const session = await within(
          1000 * timeout,
          io,
          () => (user.home === undefined ? unanswered(undefined, registrars) : `no element of ${pool} answered`),
          (signal) => user.connect(pool, { ...sessionOptions, signal, waitForPool: options.wait }),
        );
        if (!quiet) tellWhatHappens(session, io);
        return session;
      },
    });
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
  }
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
