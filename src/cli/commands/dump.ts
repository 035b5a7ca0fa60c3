import type { Command } from 'commander';
import {
  describePolicy,
  describeTransport,
  formatTarget,
  Registrar,
  type RegistrarSnapshot,
} from '../../rserpool/index.ts';
import { openCapture } from '../capture-file.ts';
import { identifierText } from '../describe-event.ts';
import type { Io } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import {
  addLogLevel,
  addSocketOptions,
  type CommonOptions,
  examples,
  placesOf,
  type SocketOptions,
  seconds,
} from '../options.ts';
import { printable } from '../printable.ts';
import { addSecurityOptions, type SecurityOptions, securityOf } from '../security/security-options.ts';
import { tableOf } from '../table.ts';
import { within } from '../within.ts';

interface DumpOptions extends SocketOptions, CommonOptions, SecurityOptions {
  readonly timeout: number;
  readonly json?: boolean;
}

export function addDumpCommand(program: Command, io: Io): void {
  const command = program
    .command('dump')
    .description(
      'Print the whole handlespace of a registrar, ours or one of rsplib, and its peers. It joins as a registrar without elements, downloads the handlespace and leaves.',
    )
    .argument('<registrar>', 'its ENRP endpoint, as HOST[:SCTPPORT][;udp=PORT]')
    .option('--timeout <seconds>', 'how long to wait for the handlespace', seconds, 10);
  addSocketOptions(addSecurityOptions(command, 'registrar'))
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      examples(
        'rserpool dump 10.0.0.1',
        'rserpool dump "127.0.0.1:9901;udp=9899" --json',
        'rserpool dump 10.0.0.1 --security scope/registrar-2   # the key of another registrar',
      ),
    )
    .action((place: string, options: DumpOptions) => runDump(place, options, io));
  addLogLevel(command);
}

async function runDump(place: string, options: DumpOptions, io: Io): Promise<void> {
  const { address, udpPort, json = false } = options;
  const peers = placesOf('<registrar>', [place]);
  const security = securityOf('registrar', options, undefined, undefined, io);
  using capture = openCapture(options.capture);
  await using visitor = await Registrar.start({
    peers,
    addresses: address,
    udpPort,
    capture: capture.hook,
    asap: { tcp: false },
    security: security?.options,
    config: { serveWithoutMentor: false },
  });
  visitor.on('handshake-refused', ({ why }) => io.err(`rserpool: ${why}`));
  await within(
    1000 * options.timeout,
    io,
    () => `the registrar ${place} did not tell its handlespace`,
    (signal) => visitor.whenServing(signal),
  );
  const { pools, peers: registrars } = visitor.snapshot();
  if (json) io.out(jsonLine({ pools, registrars }));
  else io.out(`${registrarTable(registrars)}\n\n${elementTable(pools)}`);
}

function registrarTable(registrars: RegistrarSnapshot['peers']): string {
  const rows = registrars.map(({ registrarId, transport, state, elements, checksum }) => [
    identifierText(registrarId),
    transport === undefined ? '?' : formatTarget(transport),
    state,
    String(elements),
    `0x${checksum.toString(16).padStart(4, '0')}`,
  ]);
  return tableOf(['REGISTRAR', 'ENRP', 'STATE', 'ELEMENTS', 'CHECKSUM'], rows);
}

function elementTable(pools: RegistrarSnapshot['pools']): string {
  const rows = pools.flatMap(({ poolHandle, elements }) =>
    elements.map(({ identifier, homeRegistrarIdentifier, registrationLifeS, userTransport, policy }) => [
      printable(poolHandle.toString()),
      identifierText(identifier),
      identifierText(homeRegistrarIdentifier),
      registrationLifeS < 0 ? '-' : `${registrationLifeS} s`,
      describePolicy(policy),
      describeTransport(userTransport),
    ]),
  );
  return tableOf(['POOL', 'ELEMENT', 'HOME', 'LIFE', 'POLICY', 'USERS COME TO'], rows);
}
