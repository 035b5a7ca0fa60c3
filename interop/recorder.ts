import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CaptureEntry, pcapngHeader, pcapngPacket } from '../src/sctp/index.ts';
import { pcapngIpPacket } from '../src/sctp/trace/pcapng.ts';
import { expectThat } from './scenario.ts';
import { describeReport, tsharkReport } from './tshark.ts';

/** Keeps what was on the wire, for tshark to read. */
export class Recorder {
  readonly #folder = mkdtempSync(join(tmpdir(), 'rserpool-interop-'));
  readonly #file = join(this.#folder, 'capture.pcapng');
  readonly #descriptor = openSync(this.#file, 'w');

  readonly #sctpUdpPorts: string | undefined;

  /** @param sctpUdpPorts UDP ports that carry SCTP and nothing else; all of them unless given */
  constructor(sctpUdpPorts?: string) {
    this.#sctpUdpPorts = sctpUdpPorts;
    writeSync(this.#descriptor, pcapngHeader());
  }

  /** What an endpoint of ours sends and receives: its option `capture`. */
  readonly capture = (entry: CaptureEntry): void => {
    writeSync(this.#descriptor, pcapngPacket(entry));
  };

  /** IP packets as they are: one of a network's `traces`. */
  readonly trace = (packet: Uint8Array): void => {
    writeSync(this.#descriptor, pcapngIpPacket(1000 * (performance.timeOrigin + performance.now()), packet));
  };

  /** Ends the recording. Throws unless tshark finds every packet well-formed and its checksums right. */
  async check(see: (text: string) => void): Promise<void> {
    try {
      const report = await tsharkReport(this.#file, this.#sctpUdpPorts);
      see(describeReport(report));
      expectThat(report.sctp > 0 && report.goodChecksums === report.sctp, 'tshark does not verify every checksum');
      expectThat(report.malformed === 0 && report.badChecksums === 0, 'tshark finds malformed packets');
    } finally {
      this.discard();
    }
  }

  /** Forgets what was recorded, unless the environment names a file for it. */
  discard(): void {
    closeSync(this.#descriptor);
    const { INTEROP_CAPTURE } = process.env;
    if (INTEROP_CAPTURE !== undefined) copyFileSync(this.#file, INTEROP_CAPTURE);
    rmSync(this.#folder, { recursive: true });
  }
}
