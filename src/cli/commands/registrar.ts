import type { Command } from 'commander';
import { ENRP_PORT, formatTarget, Registrar } from '../../rserpool/index.ts';
import { openCapture } from '../capture-file.ts';
import { describeEvent } from '../describe-event.ts';
import type { Io } from '../io.ts';
import { untilInterrupted } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import {
  addLogLevel,
  addSocketOptions,
  type CommonOptions,
  collected,
  examples,
  portNumber,
  type SocketOptions,
  targetsOf,
  wholeNumber,
} from '../options.ts';
import { addStatusReportOption, reportStatus, type StatusReportOption } from '../status-option.ts';

interface RegistrarOptions extends SocketOptions, CommonOptions, StatusReportOption {
  readonly asapPort?: number;
  readonly enrpPort?: number;
  readonly peer?: readonly string[];
  readonly id?: number;
  readonly announce?: boolean;
  readonly json?: boolean;
}

export function addRegistrarCommand(program: Command, io: Io): void {
  const command = program
    .command('registrar')
    .description('Run a registrar until Ctrl-C: it keeps the handlespace together with its peers.')
    .option('--peer <place>', 'another registrar as HOST:SCTPPORT;udp=PORT, several times for several', collected)
    .option('--asap-port <port>', 'SCTP port for elements and users (default: 3863)', portNumber)
    .option('--enrp-port <port>', 'SCTP port for other registrars (default: 9901)', portNumber)
    .option('--id <number>', 'registrar identifier (default: random)', wholeNumber(1, 0xffffffff))
    .option('--announce', 'announce itself by multicast, so that elements and users find it');
  addStatusReportOption(addSocketOptions(command))
    .option('--json', 'print one JSON object for each event')
    .addHelpText(
      'after',
      examples(
        'rserpool registrar --announce',
        'rserpool registrar --udp-port 9900 --peer "127.0.0.1:9901;udp=9899"   # a second one on the same host',
      ),
    )
    .action((options: RegistrarOptions) => runRegistrar(options, io));
  addLogLevel(command);
}

async function runRegistrar(options: RegistrarOptions, io: Io): Promise<void> {
  const { address, udpPort, asapPort, enrpPort, id, announce, json = false, logLevel } = options;
  const peers = await targetsOf('--peer', options.peer ?? [], ENRP_PORT);
  using capture = openCapture(options.capture);
  await using registrar = await Registrar.start({
    addresses: address,
    udpPort,
    peers,
    registrarId: id,
    announce,
    capture: capture.hook,
    ...(asapPort === undefined ? {} : { asap: { sctpPort: asapPort } }),
    ...(enrpPort === undefined ? {} : { enrp: { sctpPort: enrpPort } }),
  });
  await using _reporter = await reportStatus(registrar, options);
  const { asap, enrp } = registrar;
  if (json) io.out(jsonLine({ kind: 'listening', registrarId: registrar.registrarId, asap, enrp }));
  else io.out(`registrar: ASAP at ${formatTarget(asap)}, ENRP at ${formatTarget(enrp)}; Ctrl-C ends it`);
  registrar.on('event', (event) => {
    if (json) io.out(jsonLine(event));
    // Resolutions come as often as users ask.
    else if (logLevel === 'debug' || (logLevel === 'info' && event.kind !== 'resolved')) io.err(describeEvent(event));
  });
  await untilInterrupted(io);
}
