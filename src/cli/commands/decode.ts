import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { WireError } from '../../base/errors.ts';
import { explainAsap, explainEnrp, PPID } from '../../rserpool/index.ts';
import {
  type CapturedDatagram,
  decodePacket,
  describePacket,
  readCapture,
  SCTP_TUNNELING_PORT,
  verifyChecksum,
} from '../../sctp/index.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import { examples } from '../options.ts';

export function addDecodeCommand(program: Command, io: Io): void {
  program
    .command('decode')
    .description(
      'Print the SCTP packets of a capture file (pcap or pcapng), one line each, with ASAP and ENRP messages.',
    )
    .argument('<file>', 'capture file')
    .option('--json', 'print one JSON object for each packet')
    .addHelpText('after', examples('rserpool decode demo.pcapng', 'rserpool decode --json trace.pcap'))
    .action((file: string, options: { readonly json?: boolean }) => runDecode(file, options.json ?? false, io));
}

function runDecode(file: string, json: boolean, io: Io): void {
  let others = 0;
  try {
    for (const datagram of readCapture(readFile(file))) {
      if (!isSctp(datagram)) others++;
      else io.out(json ? jsonOf(datagram) : lineOf(datagram));
    }
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new CliError('ERR_CLI_FILE', `${file}: ${error.message}`, error);
  }
  if (others > 0) io.err(`UDP datagrams that are not SCTP: ${others}`);
}

function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CliError('ERR_CLI_FILE', (error as Error).message, error);
  }
}

/** Encapsulated SCTP may be on any UDP port; the checksum tells it from other datagrams. */
function isSctp({ encapsulation, fromUdpPort, toUdpPort, payload }: CapturedDatagram): boolean {
  if (encapsulation === 'none' || fromUdpPort === SCTP_TUNNELING_PORT || toUdpPort === SCTP_TUNNELING_PORT) return true;
  return payload.length >= 16 && verifyChecksum(payload);
}

function lineOf(datagram: CapturedDatagram): string {
  const { timeUs, from, fromUdpPort, to, toUdpPort, payload } = datagram;
  const parts = [
    timeText(timeUs),
    placeText(from, fromUdpPort),
    '>',
    placeText(to, toUdpPort),
    describePacket(payload),
  ];
  for (const message of poolMessagesIn(payload)) parts.push('=>', message);
  return parts.join(' ');
}

function jsonOf({ payload, ...where }: CapturedDatagram): string {
  return jsonLine({ ...where, packet: describePacket(payload), messages: poolMessagesIn(payload) });
}

/** The ASAP and ENRP messages that stand whole in one DATA or I-DATA chunk. */
function poolMessagesIn(packet: Uint8Array): string[] {
  const messages: string[] = [];
  try {
    for (const chunk of decodePacket(packet).chunks) {
      if ((chunk.kind !== 'data' && chunk.kind !== 'i-data') || !chunk.beginning || !chunk.ending) continue;
      if (chunk.ppid === PPID.asap) messages.push(described(() => explainAsap(chunk.userData)));
      else if (chunk.ppid === PPID.enrp) messages.push(described(() => explainEnrp(chunk.userData)));
    }
  } catch (error) {
    // No SCTP header: `describePacket` has said so.
    if (!(error instanceof WireError)) throw error;
  }
  return messages;
}

function described(describe: () => string): string {
  try {
    return describe();
  } catch (error) {
    if (error instanceof WireError) return `MALFORMED (${error.message})`;
    throw error;
  }
}

function timeText(timeUs: number): string {
  const milliseconds = new Date(Math.floor(timeUs / 1000)).toISOString();
  return `${milliseconds.slice(0, -1)}${String(Math.floor(timeUs) % 1000).padStart(3, '0')}Z`;
}

function placeText(address: string, udpPort: number): string {
  if (udpPort === 0) return address;
  return address.includes(':') ? `[${address}]:${udpPort}` : `${address}:${udpPort}`;
}
