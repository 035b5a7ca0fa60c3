import type { Command } from 'commander';
import { formatTarget, Registrar, type RegistrarStartOptions } from '../../rserpool/index.ts';
import { openCapture } from '../capture-file.ts';
import {
  addConfigFileOption,
  type ConfigFileOption,
  FLAG_OR_SETTINGS,
  number,
  SETTINGS,
  TEXTS,
  withConfigFile,
} from '../config-file.ts';
import { describeEvent } from '../describe-event.ts';
import { addMulticastOptions, hopCount, type MulticastOption, multicastOf } from '../discovery-options.ts';
import type { Io } from '../io.ts';
import { untilInterrupted } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import {
  addLogLevel,
  addSocketOptions,
  type CommonOptions,
  collected,
  examples,
  placesOf,
  portNumber,
  portOrOff,
  type SocketOptions,
  wholeNumber,
} from '../options.ts';
import { addProfileOption, PROFILE, type ProfileOption } from '../profile-option.ts';
import { type SecurityConfig, securityKey } from '../security/security-config.ts';
import { addSecurityOptions, type SecurityOptions, securityOf } from '../security/security-options.ts';
import { addStatusReportOption, reportStatus, type StatusReportOption } from '../status-option.ts';

/** What a configuration file may say: options of `Registrar.start`. */
const CONFIG_KEYS = {
  addresses: TEXTS,
  udpPort: number(0, 65_535),
  registrarId: number(1, 0xffffffff),
  peers: TEXTS,
  announce: FLAG_OR_SETTINGS,
  asap: SETTINGS,
  enrp: SETTINGS,
  config: SETTINGS,
  sctp: SETTINGS,
  profile: PROFILE,
  security: securityKey('registrar'),
};

type RegistrarSaid = Omit<RegistrarStartOptions, 'security'> & { readonly security?: SecurityConfig | undefined };

interface RegistrarOptions
  extends SocketOptions,
    CommonOptions,
    StatusReportOption,
    ConfigFileOption,
    MulticastOption,
    ProfileOption,
    SecurityOptions {
  readonly asapPort?: number;
  readonly tcp?: number | false;
  readonly enrpPort?: number;
  readonly peer?: readonly string[];
  readonly id?: number;
  readonly announce?: boolean;
  readonly enrpAnnounce?: boolean;
  readonly ttl?: number;
  readonly json?: boolean;
}

export function addRegistrarCommand(program: Command, io: Io): void {
  const command = program
    .command('registrar')
    .description('Run a registrar until Ctrl-C: it keeps the handlespace together with its peers.')
    .option(
      '--peer <place>',
      'another registrar as HOST:SCTPPORT;udp=PORT or DOMAIN;srv, several times for several',
      collected,
    )
    .option('--asap-port <port>', 'SCTP port for elements and users (default: 3863, with TLS 3864)', portNumber)
    .option(
      '--tcp <port>',
      'TCP port for users, or off (default: that of --asap-port if it is free, else any)',
      portOrOff,
    )
    .option('--enrp-port <port>', 'SCTP port for other registrars (default: 9901, with TLS 9902)', portNumber)
    .option('--id <number>', 'registrar identifier (default: random)', wholeNumber(1, 0xffffffff))
    .option('--announce', 'announce itself by multicast, so that elements and users find it')
    .option('--enrp-announce', 'find other registrars by multicast and be found, on 239.0.0.51:9901')
    .option('--ttl <hops>', 'how far announcements go; 1 is this link (default: 30)', hopCount);
  addSecurityOptions(addMulticastOptions(command), 'registrar');
  addConfigFileOption(addStatusReportOption(addProfileOption(addSocketOptions(command))))
    .option('--json', 'print one JSON object for each event')
    .addHelpText(
      'after',
      examples(
        'rserpool registrar --announce',
        'rserpool registrar --address 10.0.0.1 --announce --group 239.0.0.50 --interface eth0 --ttl 1',
        'rserpool registrar --address 10.0.0.1 --peer "example.com;srv"        # peers that the DNS names under _enrp._sctp',
        'rserpool registrar --config registrar.yaml   # addresses: [10.0.0.1, 10.1.0.1]',
        'rserpool keys scope && rserpool registrar --security scope/registrar-1',
        'rserpool registrar --udp-port 9900 --peer "127.0.0.1:9901;udp=9899"   # a second one on the same host',
      ),
    )
    .action((options: RegistrarOptions) => runRegistrar(options, io));
  addLogLevel(command);
}

/** What the command line and the configuration file say together. @throws CliError */
function startOptionsOf(options: RegistrarOptions): RegistrarSaid {
  const { address, udpPort, profile, asapPort, tcp, enrpPort, id, enrpAnnounce, ttl } = options;
  // Whoever says where to announce wants to announce.
  const announces = options.announce || options.group !== undefined;
  const presence = enrpAnnounce && multicastOf({ interface: options.interface }, ttl);
  const peers = placesOf('--peer', options.peer);
  return withConfigFile<RegistrarSaid>(options, CONFIG_KEYS, {
    addresses: address,
    profile,
    udpPort,
    peers: options.peer === undefined ? undefined : peers,
    registrarId: id,
    announce: announces ? multicastOf(options, ttl) : undefined,
    asap: asapPort === undefined && tcp === undefined ? undefined : { sctpPort: asapPort, tcp },
    enrp: enrpPort === undefined && enrpAnnounce === undefined ? undefined : { sctpPort: enrpPort, announce: presence },
  });
}

async function runRegistrar(options: RegistrarOptions, io: Io): Promise<void> {
  const { json = false, logLevel } = options;
  const said = startOptionsOf(options);
  const security = securityOf('registrar', options, said.security, options.config, io);
  using capture = openCapture(options.capture);
  await using registrar = await Registrar.start({ ...said, capture: capture.hook, security: security?.options });
  // Whatever the log level: it is told before anything else.
  registrar.on('warning', ({ code, text }) => code === 'insecure' && io.err(`rserpool: warning: ${text}`));
  using _watch = security?.watch(registrar, json);
  await using _reporter = await reportStatus(registrar, options);
  const { registrarId, asap, asapTcp, enrp } = registrar;
  const places = [asap, ...asapTcp].map(formatTarget).join(', ');
  const secured = security !== undefined;
  if (json) io.out(jsonLine({ kind: 'listening', registrarId, asap, asapTcp, enrp, secured }));
  else {
    io.out(`registrar: ASAP at ${places}, ENRP at ${formatTarget(enrp)}${secured ? ', by TLS' : ''}; Ctrl-C ends it`);
  }
  registrar.on('lookup-failed', (error) => io.err(`rserpool: ${error.message}`));
  registrar.on('event', (event) => {
    if (json) io.out(jsonLine(event));
    // Resolutions come as often as users ask.
    else if (logLevel === 'debug' || (logLevel === 'info' && event.kind !== 'resolved')) io.err(describeEvent(event));
  });
  await untilInterrupted(io);
}
