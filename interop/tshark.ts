import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** All checksums are verified, SCTP's is CRC32c. */
const CHECKS = [
  ...['-o', 'sctp.checksum:CRC 32c', '-o', 'udp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'],
  // usrsctp's rtcweb speaks an early draft of WebRTC data channels, which is user data here.
  ...['--disable-protocol', 'rtcdc'],
];
const FIELDS = [
  'frame.protocols',
  '_ws.malformed',
  'sctp.checksum.status',
  'udp.checksum.status',
  'ip.checksum.status',
];

/** What an independent decoder makes of a capture. */
export interface TsharkReport {
  readonly sctp: number;
  readonly asap: number;
  readonly enrp: number;
  readonly malformed: number;
  /** Frames with a wrong checksum of SCTP, UDP or IP. */
  readonly badChecksums: number;
  /** Frames whose SCTP checksum is right. */
  readonly goodChecksums: number;
}

/**
 * Reads the whole capture once.
 *
 * @param sctpUdpPorts UDP ports that carry SCTP and nothing else, as tshark writes them
 */
export async function tsharkReport(file: string, sctpUdpPorts = '1-65535'): Promise<TsharkReport> {
  const args = [
    '-r',
    file,
    '-d',
    `udp.port==${sctpUdpPorts},sctp`,
    ...CHECKS,
    '-T',
    'fields',
    ...FIELDS.flatMap((field) => ['-e', field]),
  ];
  const tshark = spawn('tshark', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const report = { sctp: 0, asap: 0, enrp: 0, malformed: 0, badChecksums: 0, goodChecksums: 0 };
  for await (const line of createInterface(tshark.stdout)) {
    const [protocols = '', malformed = '', ...checksums] = line.split('\t');
    // Several of a kind, with commas between them, where ICMP quotes a packet.
    const [sctp = [], ...lower] = checksums.map((each) => each.split(','));
    const has = (name: string): boolean => protocols.split(':').includes(name);
    if (has('sctp')) report.sctp++;
    if (has('asap')) report.asap++;
    if (has('enrp')) report.enrp++;
    if (malformed !== '' || has('_ws.malformed')) report.malformed++;
    if ([sctp, ...lower].some((each) => each.includes(CHECKSUM_BAD))) report.badChecksums++;
    if (sctp.includes(CHECKSUM_GOOD)) report.goodChecksums++;
  }
  if (tshark.exitCode === null) await once(tshark, 'exit');
  if (tshark.exitCode !== 0) throw new Error(`tshark ends with ${tshark.exitCode} reading ${file}`);
  return report;
}

const CHECKSUM_BAD = '0';
const CHECKSUM_GOOD = '1';

/** One line for people. */
export function describeReport(report: TsharkReport): string {
  return `tshark: ${report.sctp} SCTP frames, ${report.asap} ASAP, ${report.enrp} ENRP; malformed ${report.malformed}, checksums bad ${report.badChecksums}, good ${report.goodChecksums}`;
}
