import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { withPort } from '../../base/address.ts';
import { fromHex } from '../../base/bytes.ts';
import { WireError } from '../../base/errors.ts';
import { PPID } from '../../rserpool/index.ts';
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
import { datagramText, messageText } from '../message-text.ts';
import { examples } from '../options.ts';

export function addDecodeCommand(program: Command, io: Io): void {
  program
    .command('decode')
    .description(
      'Print the packets of a capture file (pcap or pcapng), one line each: SCTP with the messages of ASAP, ENRP and the services, announcements, status reports.',
    )
    .argument('<file>', 'capture file, or with --hex a text; - is standard input')
    .option('--json', 'print one JSON object for each packet')
    .addOption(
      new Option('--hex <what>', 'the file has one message or packet in hexadecimal digits on each line').choices([
        'asap',
        'enrp',
        'sctp',
      ]),
    )
    .addHelpText(
      'after',
      examples(
        'rserpool decode demo.pcapng',
        'rserpool decode --json trace.pcap',
        'echo "0500000c 00090008 45636868" | rserpool decode --hex asap -',
      ),
    )
    .action((file: string, { json = false, hex }: DecodeOptions) => {
      if (hex === undefined) runDecode(file, json, io);
      else decodeHex(file, hex, json, io);
    });
}

interface DecodeOptions {
  readonly json?: boolean;
  readonly hex?: 'asap' | 'enrp' | 'sctp';
}

/** Blanks and what stands behind a # do not count. */
function decodeHex(file: string, what: 'asap' | 'enrp' | 'sctp', json: boolean, io: Io): void {
  const lines = new TextDecoder().decode(readFile(file)).split('\n');
  for (const [index, line] of lines.entries()) {
    const digits = line.replace(/#.*/, '').replaceAll(/\s+/g, '');
    if (digits === '') continue;
    if (!/^([0-9a-f]{2})+$/i.test(digits)) {
      throw new CliError('ERR_CLI_FILE', `${file}:${index + 1}: not an even number of hexadecimal digits`);
    }
    const bytes = fromHex(digits);
    const text =
      what === 'sctp' ? [describePacket(bytes), ...messagesIn(bytes)] : [messageText(PPID[what], bytes) ?? ''];
    io.out(json ? jsonLine({ line: index + 1, content: text }) : text.join(' => '));
  }
}

function runDecode(file: string, json: boolean, io: Io): void {
  let others = 0;
  try {
    for (const datagram of readCapture(readFile(file))) {
      const content = contentOf(datagram);
      if (content === undefined) others++;
      else io.out(json ? jsonOf(datagram, content) : lineOf(datagram, content));
    }
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new CliError('ERR_CLI_FILE', `${file}: ${error.message}`, error);
  }
  if (others > 0) io.err(`other UDP datagrams: ${others}`);
}

function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw new CliError('ERR_CLI_FILE', (error as Error).message, error);
  }
}

/** Encapsulated SCTP may be on any UDP port; the checksum tells it from other datagrams. */
function isSctp({ encapsulation, fromUdpPort, toUdpPort, payload }: CapturedDatagram): boolean {
  if (encapsulation === 'none' || fromUdpPort === SCTP_TUNNELING_PORT || toUdpPort === SCTP_TUNNELING_PORT) return true;
  return payload.length >= 16 && verifyChecksum(payload);
}

interface Content {
  readonly packet: string;
  readonly messages: readonly string[];
}

/** `undefined`: nothing that is known here. */
function contentOf(datagram: CapturedDatagram): Content | undefined {
  const { toUdpPort, payload } = datagram;
  if (isSctp(datagram)) return { packet: describePacket(payload), messages: messagesIn(payload) };
  const message = datagramText(toUdpPort, payload);
  return message === undefined ? undefined : { packet: 'UDP', messages: [message] };
}

function lineOf({ timeUs, from, fromUdpPort, to, toUdpPort }: CapturedDatagram, { packet, messages }: Content): string {
  const parts = [timeText(timeUs), placeText(from, fromUdpPort), '>', placeText(to, toUdpPort), packet];
  for (const message of messages) parts.push('=>', message);
  return parts.join(' ');
}

function jsonOf({ payload: _, ...where }: CapturedDatagram, content: Content): string {
  return jsonLine({ ...where, ...content });
}

/** The messages that stand whole in one DATA or I-DATA chunk. */
function messagesIn(packet: Uint8Array): readonly string[] {
  const messages: string[] = [];
  try {
    for (const chunk of decodePacket(packet).chunks) {
      if ((chunk.kind !== 'data' && chunk.kind !== 'i-data') || !chunk.beginning || !chunk.ending) continue;
      const message = messageText(chunk.ppid, chunk.userData);
      if (message !== undefined) messages.push(message);
    }
  } catch (error) {
    // No SCTP header: `describePacket` has said so.
    if (!(error instanceof WireError)) throw error;
  }
  return messages;
}

function timeText(timeUs: number): string {
  const milliseconds = new Date(Math.floor(timeUs / 1000)).toISOString();
  return `${milliseconds.slice(0, -1)}${String(Math.floor(timeUs) % 1000).padStart(3, '0')}Z`;
}

function placeText(address: string, udpPort: number): string {
  return udpPort === 0 ? address : withPort([address], udpPort);
}
