import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Every UDP port may carry SCTP here; the checksum is CRC32c and is verified. */
const DECODE = ['-d', 'udp.port==1-65535,sctp', '-o', 'sctp.checksum:CRC 32c'];

/** What an independent decoder makes of a capture. */
export interface TsharkReport {
  readonly sctp: number;
  readonly asap: number;
  readonly enrp: number;
  readonly malformed: number;
  readonly badChecksums: number;
  readonly goodChecksums: number;
}

/** Frames of a capture that match a display filter. */
export async function countFrames(file: string, filter: string): Promise<number> {
  const { stdout } = await run('tshark', ['-r', file, ...DECODE, '-Y', filter, '-T', 'fields', '-e', 'frame.number'], {
    maxBuffer: 1 << 28,
  });
  return stdout.split('\n').filter((line) => line.trim() !== '').length;
}

export async function tsharkReport(file: string): Promise<TsharkReport> {
  const filters = {
    sctp: 'sctp',
    asap: 'asap',
    enrp: 'enrp',
    malformed: '_ws.malformed',
    badChecksums: 'sctp.checksum.status == 0',
    goodChecksums: 'sctp.checksum.status == 1',
  };
  const counts = await Promise.all(
    Object.entries(filters).map(async ([name, filter]) => [name, await countFrames(file, filter)]),
  );
  return Object.fromEntries(counts) as TsharkReport;
}

/** One line for people. */
export function describeReport(report: TsharkReport): string {
  return `tshark: ${report.sctp} SCTP frames, ${report.asap} ASAP, ${report.enrp} ENRP; malformed ${report.malformed}, checksums bad ${report.badChecksums}, good ${report.goodChecksums}`;
}
