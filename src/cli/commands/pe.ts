import { Argument, type Command } from 'commander';
import { formatTarget, type PolicyParameter, type PoolElement, type Untrusted } from '../../rserpool/index.ts';
import { type ServiceOptions, startService } from '../../rserpool/services/index.ts';
import { openCapture } from '../capture-file.ts';
import { addConfigFileOption, type ConfigFileOption, number, TEXT, withConfigFile } from '../config-file.ts';
import { describeEvent, identifierText } from '../describe-event.ts';
import { addRegistrarsOption, discoveryOf, type RegistrarsOption } from '../discovery-options.ts';
import { usageError } from '../errors.ts';
import { Interruption, type Io, untilInterrupted } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import { MEMBER_KEYS, POLICY } from '../member-config.ts';
import {
  addLogLevel,
  addSocketOptions,
  type CommonOptions,
  examples,
  ownPortNumber,
  type SocketOptions,
  wholeNumber,
} from '../options.ts';
import { POLICY_FORMS, policy } from '../policy-option.ts';
import { printable } from '../printable.ts';
import { addProfileOption, type ProfileOption } from '../profile-option.ts';
import type { NodeSecurity } from '../security/node-security.ts';
import { type SecurityConfig, securityKey } from '../security/security-config.ts';
import { addSecurityOptions, type SecurityOptions, securityOf } from '../security/security-options.ts';
import { SERVICE_NAMES, type ServiceName, serviceEntry } from '../services/services.ts';
import { addStatusReportOption, reportStatus, type StatusReportOption } from '../status-option.ts';

/** What a configuration file may say: options of `PoolElement.join`. */
const CONFIG_KEYS = {
  ...MEMBER_KEYS,
  pool: TEXT,
  policy: POLICY,
  peIdentifier: number(1, 0xffffffff),
  registrationLifeS: number(1, 0x7fffffff),
  sctpPort: number(0, 65_535),
  security: securityKey('element'),
};

/** Whoever starts a server wants it to go on trying, until Ctrl-C. */
const PATIENT = { maxRegAttempt: 1_000_000 };

interface PeOptions
  extends SocketOptions,
    CommonOptions,
    RegistrarsOption,
    StatusReportOption,
    ConfigFileOption,
    ProfileOption,
    SecurityOptions {
  readonly pool?: string;
  readonly policy?: PolicyParameter;
  readonly id?: number;
  readonly life?: number;
  readonly sctpPort?: number;
  readonly maxSessions?: number;
  readonly failAfter?: number;
  readonly capacity?: number;
  readonly maxJobs?: number;
  readonly raw?: boolean;
  readonly json?: boolean;
}

/** How long the registration may take before people are told what is being waited for. */
const PATIENCE_MS = 5000;

export function addPeCommand(program: Command, io: Io): void {
  const command = program
    .command('pe')
    .description('Run a pool element until Ctrl-C: a server that is a member of a pool.')
    .addArgument(new Argument('<service>', 'what it serves').choices(SERVICE_NAMES))
    .argument('[command...]', 'for exec: the program and its arguments, after --')
    .option('--pool <name>', 'pool to join (default: the one of the service)');
  addRegistrarsOption(command)
    .option('--policy <policy>', 'pool policy, for example weighted-round-robin:10 (default: round-robin)', policy)
    .option('--id <number>', 'PE identifier (default: random)', wholeNumber(1, 0xffffffff))
    .option('--life <seconds>', 'registration life (default: 600)', wholeNumber(1, 0x7fffffff))
    .option('--sctp-port <port>', 'SCTP port of the service (default: any)', ownPortNumber)
    .option('--max-sessions <number>', 'users at the same time (default: of the service)', wholeNumber(1, 65_536))
    .option('--fail-after <number>', 'pingpong, fractal: leave a user after so many answers', wholeNumber(1, 1e9))
    .option('--capacity <number>', 'calcapp: calculations per second (default: 1000000)', wholeNumber(1, 1e12))
    .option('--max-jobs <number>', 'calcapp: jobs at the same time (default: 10)', wholeNumber(1, 65_536))
    .option('--raw', 'exec: bytes as they come, instead of lines');
  addSecurityOptions(command, 'element');
  addConfigFileOption(addStatusReportOption(addProfileOption(addSocketOptions(command))))
    .option('--json', 'print one JSON object for each event')
    .addHelpText('after', `\nServices and their pools:\n${serviceList().join('\n')}`)
    .addHelpText('after', `\nPolicies, LOAD and DEGRADATION in percent or of 4294967295:\n${policyList().join('\n')}`)
    .addHelpText(
      'after',
      examples(
        'rserpool pe echo --registrar "127.0.0.1:3863;udp=9899"',
        'rserpool pe calcapp --capacity 500000 --policy least-used',
        'rserpool pe echo --registrar "example.com;srv"   # registrars that the DNS names under _asap._sctp',
        'rserpool pe echo --config echo.yaml --csp 10.0.0.9   # registrars: [10.0.0.1, 10.0.0.2]',
        'rserpool pe echo --security scope/element-1 --registrar 127.0.0.1   # keys made by rserpool keys scope',
        'rserpool pe counter --pool MyPool --policy weighted-round-robin:10',
        'rserpool pe exec --pool CalculatorPool -- bc -l',
      ),
    )
    .action((service: ServiceName, words: readonly string[], options: PeOptions) => runPe(service, words, options, io));
  addLogLevel(command);
}

function serviceList(): readonly string[] {
  return SERVICE_NAMES.map((name) => {
    const { about, make } = serviceEntry(name);
    return `  ${name.padEnd(9)} ${about} (${make({ command: [''], onStderr: () => undefined }).pool})`;
  });
}

function policyList(): readonly string[] {
  return POLICY_FORMS.map((form) => `  ${form}`);
}

/** Words and options that are not for this service are a mistake, not to be passed over. */
function checkForService(name: ServiceName, words: readonly string[], options: PeOptions): void {
  const takes: readonly string[] = serviceEntry(name).takes ?? [];
  const given = {
    'fail-after': options.failAfter,
    capacity: options.capacity,
    'max-jobs': options.maxJobs,
    raw: options.raw,
  };
  for (const [option, value] of Object.entries(given)) {
    if (value !== undefined && !takes.includes(option))
      throw usageError(`--${option}`, `pe ${name} has no such option`);
  }
  if (takes.includes('command') && words.length === 0) {
    throw usageError('<command>', `pe ${name} takes a program, for example: rserpool pe ${name} -- bc -l`);
  }
  if (!takes.includes('command') && words.length > 0) {
    throw usageError('<command>', `pe ${name} runs no program, but was given "${words.join(' ')}"`);
  }
}

interface JoinSaid {
  readonly joining: ServiceOptions & { readonly registrars: readonly string[] };
  readonly security: NodeSecurity | undefined;
}

/** What the command line and the configuration file say together. @throws CliError */
function joinOptionsOf(options: PeOptions, io: Io): JoinSaid {
  const { pool, registrar, policy: givenPolicy, id, life, sctpPort, address, udpPort } = options;
  const { security: config, ...said } = withConfigFile<
    Partial<Omit<ServiceOptions, 'security'>> & { readonly security?: SecurityConfig }
  >(options, CONFIG_KEYS, {
    pool,
    registrars: registrar,
    policy: givenPolicy,
    peIdentifier: id,
    registrationLifeS: life,
    sctpPort,
    addresses: address,
    profile: options.profile,
    udpPort,
  });
  const discovery = discoveryOf({ ...options, registrar: said.registrars as readonly string[] | undefined });
  // In a file it is a text.
  const chosen = typeof said.policy === 'string' ? policy(said.policy) : said.policy;
  const joining = { ...said, ...discovery, policy: chosen, config: { ...PATIENT, ...said.config } };
  const security = securityOf('element', options, config, options.config, io);
  return { joining: { ...joining, security: security?.options }, security };
}

async function runPe(name: ServiceName, words: readonly string[], options: PeOptions, io: Io): Promise<void> {
  checkForService(name, words, options);
  const [program = '', ...args] = words;
  const onStderr = (text: string): void => io.err(printable(text.trimEnd()));
  const made = serviceEntry(name).make({ ...options, command: [program, ...args], onStderr });
  const service = { ...made, maxSessions: options.maxSessions ?? made.maxSessions };
  const { json = false, logLevel } = options;
  using capture = openCapture(options.capture);
  const { joining, security } = joinOptionsOf(options, io);
  const { pool = service.pool, registrars } = joining;
  const where = registrars.length === 0 ? 'announcements' : registrars.join(', ');
  const impatient = setTimeout(() => io.err(`rserpool: no registrar has answered yet; asking ${where}`), PATIENCE_MS);
  let element: PoolElement;
  try {
    const onUntrusted = ({ error }: Untrusted): void => io.err(`rserpool: ${error.message}`);
    const { hook } = capture;
    element = await startService(service, { ...joining, onUntrusted, capture: hook, signal: io.interrupted });
  } catch (error) {
    if (error instanceof Interruption) return;
    throw error;
  } finally {
    clearTimeout(impatient);
  }
  await using _leaving = element;
  using _watch = security?.watch(element, json);
  await using _reporter = await reportStatus(element, options);
  const { peIdentifier, target, home } = element;
  if (json) io.out(jsonLine({ kind: 'joined', pool, peIdentifier, target, home, secured: security !== undefined }));
  else {
    const at = `${formatTarget(target)}, registered with ${home === undefined ? 'nobody' : formatTarget(home)}`;
    const how = security === undefined ? '' : ', by TLS';
    io.out(`${name} in ${pool} as ${identifierText(peIdentifier)} at ${at}${how}; Ctrl-C ends it`);
  }
  element.on('lookup-failed', (error) => io.err(`rserpool: ${error.message}`));
  element.on('event', (event) => {
    if (json) io.out(jsonLine(event));
    else if (logLevel === 'debug' || (logLevel === 'info' && event.kind !== 'data')) io.err(describeEvent(event));
  });
  // One user's session that broke is no reason to leave the others.
  element.on('handler-error', (error) => io.err(`rserpool: a session failed: ${String(error)}`));
  await untilInterrupted(io);
}
