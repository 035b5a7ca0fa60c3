import type { Command } from 'commander';
import { isIpv6 } from '../../base/address.ts';
import { formatTarget } from '../../rserpool/index.ts';
import { type SctpAddress, type SctpAssociation, SctpEndpoint } from '../../sctp/index.ts';
import { openCapture } from '../capture-file.ts';
import { describeFailure, usageError } from '../errors.ts';
import { Interruption, type Io, untilInterrupted } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import { linesOf } from '../lines.ts';
import {
  addLogLevel,
  addSocketOptions,
  type CommonOptions,
  examples,
  ownPortNumber,
  type SocketOptions,
  seconds,
  targetOf,
  wholeNumber,
} from '../options.ts';
import { printable } from '../printable.ts';
import { within } from '../within.ts';

interface SctpOptions extends SocketOptions, CommonOptions {
  readonly sctpPort?: number;
  readonly stream: number;
  readonly ppid: number;
  readonly json?: boolean;
}

interface ListenOptions extends SctpOptions {
  readonly keepOpen?: boolean;
}

interface ConnectOptions extends SctpOptions {
  readonly timeout: number;
  readonly linger: number;
}

/** What stands for the SCTP port of a peer that was given without one. */
const NO_PORT = 0;

export function addSctpCommand(program: Command, io: Io): void {
  const sctp = program
    .command('sctp')
    .description('Messages over SCTP in UDP from the terminal, as netcat does for TCP.');
  addMessageOptions(
    sctp
      .command('listen')
      .description('Wait for a peer; every line of standard input is a message to it, its messages are printed.')
      .option('-k, --keep-open', 'wait for further peers after the first one has gone; lines go to all of them'),
  )
    .addHelpText('after', examples('rserpool sctp listen --sctp-port 5000', 'rserpool sctp listen -k --sctp-port 5000'))
    .action((options: ListenOptions) => runListen(options, io));
  addMessageOptions(
    sctp
      .command('connect')
      .description('Connect to a peer; every line of standard input is a message to it, its messages are printed.')
      .argument('<place>', 'peer as HOST:SCTPPORT;udp=PORT, several addresses separated by commas')
      .option('--timeout <seconds>', 'how long to wait for the peer', seconds, 10)
      .option('--linger <seconds>', 'how long to wait for further messages after the end of the input', seconds, 1),
  )
    .addHelpText(
      'after',
      examples('rserpool sctp connect 127.0.0.1:5000', 'echo hello | rserpool sctp connect "127.0.0.1:5000;udp=9900"'),
    )
    .action((place: string, options: ConnectOptions) => runConnect(place, options, io));
}

function addMessageOptions(command: Command): Command {
  command
    .option('--sctp-port <port>', 'own SCTP port (default: any)', ownPortNumber)
    .option('--stream <number>', 'stream to send on', wholeNumber(0, 65_535), 0)
    .option('--ppid <number>', 'payload protocol identifier to send', wholeNumber(0, 0xffffffff), 0);
  addSocketOptions(command).option('--json', 'print each message as a JSON object with text, stream and ppid');
  return addLogLevel(command);
}

async function runListen(options: ListenOptions, io: Io): Promise<void> {
  const { address = ['127.0.0.1'], udpPort, sctpPort, keepOpen = false } = options;
  using capture = openCapture(options.capture);
  await using endpoint = await SctpEndpoint.bind({ addresses: address, udpPort, sctpPort, capture: capture.hook });
  if (options.logLevel !== 'error') io.err(`listening at ${placeText(endpoint)}`);
  const peers = new Set<SctpAssociation>();
  const listener = endpoint.listen({ signal: io.interrupted });
  // Not awaited: the terminal may stay open for ever.
  void sendLines(peers, options, io);
  try {
    for await (const association of listener) {
      peers.add(association);
      const printed = printMessages(association, options, io).finally(() => peers.delete(association));
      if (keepOpen) {
        printed.catch((error: unknown) => io.err(`a peer is gone: ${describeFailure(error, false)}`));
        continue;
      }
      listener.stop();
      await Promise.race([printed, rejectedWhenInterrupted(io)]);
    }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
  }
}

async function runConnect(place: string, options: ConnectOptions, io: Io): Promise<void> {
  const { address, udpPort = 0, sctpPort, timeout, linger, logLevel } = options;
  const target = await targetOf('<place>', place, NO_PORT);
  const { addresses, port: peerPort, udpPort: peerUdpPort } = target;
  if (target.protocol !== 'sctp') throw usageError('<place>', `${place} is not SCTP; it takes HOST:SCTPPORT;udp=PORT`);
  if (peerPort === NO_PORT) throw usageError('<place>', `${place} has no SCTP port; it takes HOST:SCTPPORT;udp=PORT`);
  using capture = openCapture(options.capture);
  const anyAddress = isIpv6(addresses[0]!) ? '::' : '0.0.0.0';
  const bound = { addresses: address ?? [anyAddress], udpPort, sctpPort, capture: capture.hook };
  await using endpoint = await SctpEndpoint.bind(bound);
  const association = await within(
    1000 * timeout,
    io,
    () => `${formatTarget(target)} did not answer`,
    (signal) => endpoint.connect({ addresses, sctpPort: peerPort, udpPort: peerUdpPort }, { signal }),
  );
  if (logLevel !== 'error') io.err(`connected to ${placeText(association.remote)}`);
  const printed = printMessages(association, options, io);
  const typed = sendLines([association], options, io).then(() => answered(association, 1000 * linger));
  try {
    await Promise.race([printed, typed, rejectedWhenInterrupted(io)]);
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
  }
  await association[Symbol.asyncDispose]();
}

/** Sends each line to all who are there, until the end of the input. */
async function sendLines(peers: Iterable<SctpAssociation>, options: SctpOptions, io: Io): Promise<void> {
  const { stream, ppid } = options;
  try {
    for await (const line of linesOf(io)) {
      // SCTP has no empty messages.
      if (line === '') continue;
      const sent = await Promise.allSettled([...peers].map((peer) => peer.send(line, { stream, ppid })));
      for (const each of sent)
        if (each.status === 'rejected') io.err(`not sent: ${describeFailure(each.reason, false)}`);
    }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
  }
}

/** Prints what comes until the association ends. @throws (rejects) SctpError if it did not end gracefully */
async function printMessages(association: SctpAssociation, { json = false }: SctpOptions, io: Io): Promise<void> {
  for await (const { data, stream, ppid } of association) {
    const text = new TextDecoder().decode(data);
    io.out(json ? jsonLine({ text, stream, ppid }) : printable(text));
  }
}

/** Resolves when nothing has come for so long, or the association has ended. */
async function answered(association: SctpAssociation, quietMs: number): Promise<void> {
  let received = -1;
  for (;;) {
    const now = association.stats()?.messagesReceived;
    if (now === undefined || now === received) return;
    received = now;
    await Promise.race([association.closed, new Promise((resolve) => setTimeout(resolve, quietMs))]);
  }
}

function rejectedWhenInterrupted(io: Io): Promise<never> {
  return untilInterrupted(io).then(() => {
    throw new Interruption();
  });
}

function placeText({ addresses, sctpPort, udpPort }: SctpAddress): string {
  return formatTarget({ protocol: 'sctp', addresses, port: sctpPort, udpPort });
}
