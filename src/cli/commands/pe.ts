import { Argument, type Command } from 'commander';
import { formatTarget, type PolicyParameter, PoolElement } from '../../rserpool/index.ts';
import { openCapture } from '../capture-file.ts';
import { describeEvent, identifierText } from '../describe-event.ts';
import { Interruption, type Io, untilInterrupted } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import {
  addLogLevel,
  addRegistrarsOption,
  addSocketOptions,
  type CommonOptions,
  examples,
  ownPortNumber,
  placesOf,
  policy,
  type RegistrarsOption,
  type SocketOptions,
  wholeNumber,
} from '../options.ts';
import { SERVICE_NAMES, type ServiceName, services } from '../services/services.ts';

interface PeOptions extends SocketOptions, CommonOptions, RegistrarsOption {
  readonly pool?: string;
  readonly policy?: PolicyParameter;
  readonly id?: number;
  readonly life?: number;
  readonly sctpPort?: number;
  readonly json?: boolean;
}

/** How long the registration may take before people are told what is being waited for. */
const PATIENCE_MS = 5000;

export function addPeCommand(program: Command, io: Io): void {
  const list = SERVICE_NAMES.map((name) => `  ${name.padEnd(8)} ${services[name].about} (${services[name].pool})`);
  const command = program
    .command('pe')
    .description('Run a pool element until Ctrl-C: a server that is a member of a pool.')
    .addArgument(new Argument('<service>', 'what it serves').choices(SERVICE_NAMES))
    .option('--pool <name>', 'pool to join (default: the one of the service)');
  addRegistrarsOption(command)
    .option('--policy <policy>', 'pool policy, for example weighted-round-robin:10 (default: round-robin)', policy)
    .option('--id <number>', 'PE identifier (default: random)', wholeNumber(1, 0xffffffff))
    .option('--life <seconds>', 'registration life (default: 600)', wholeNumber(1, 0x7fffffff))
    .option('--sctp-port <port>', 'SCTP port of the service (default: any)', ownPortNumber);
  addSocketOptions(command)
    .option('--json', 'print one JSON object for each event')
    .addHelpText('after', `\nServices and their pools:\n${list.join('\n')}`)
    .addHelpText(
      'after',
      examples(
        'rserpool pe echo --registrar "127.0.0.1:3863;udp=9899"',
        'rserpool pe counter --pool MyPool --policy weighted-round-robin:10',
      ),
    )
    .action((service: ServiceName, options: PeOptions) => runPe(service, options, io));
  addLogLevel(command);
}

async function runPe(name: ServiceName, options: PeOptions, io: Io): Promise<void> {
  const service = services[name];
  const { pool = service.pool, address, udpPort, sctpPort, json = false, logLevel } = options;
  const registrars = placesOf('--registrar', options.registrar);
  using capture = openCapture(options.capture);
  const where = registrars.length === 0 ? 'announcements' : registrars.join(', ');
  const impatient = setTimeout(() => io.err(`rserpool: no registrar has answered yet; asking ${where}`), PATIENCE_MS);
  let element: PoolElement;
  try {
    element = await PoolElement.join(
      pool,
      {
        registrars,
        policy: options.policy,
        peIdentifier: options.id,
        registrationLifeS: options.life,
        sctpPort,
        addresses: address,
        udpPort,
        capture: capture.hook,
        // Whoever starts a server wants it to go on trying, until Ctrl-C.
        config: { maxRegAttempt: 1_000_000 },
        signal: io.interrupted,
      },
      (session) => service.serve(session, element.peIdentifier),
    );
  } catch (error) {
    if (error instanceof Interruption) return;
    throw error;
  } finally {
    clearTimeout(impatient);
  }
  await using _leaving = element;
  const { peIdentifier, target, home } = element;
  if (json) io.out(jsonLine({ kind: 'joined', pool, peIdentifier, target, home }));
  else {
    const at = `${formatTarget(target)}, registered with ${home === undefined ? 'nobody' : formatTarget(home)}`;
    io.out(`${name} in ${pool} as ${identifierText(peIdentifier)} at ${at}; Ctrl-C ends it`);
  }
  element.on('event', (event) => {
    if (json) io.out(jsonLine(event));
    else if (logLevel === 'debug' || (logLevel === 'info' && event.kind !== 'data')) io.err(describeEvent(event));
  });
  // One user's session that broke is no reason to leave the others.
  element.on('handler-error', (error) => io.err(`rserpool: a session failed: ${String(error)}`));
  await untilInterrupted(io);
}
