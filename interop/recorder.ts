import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CaptureEntry, pcapngHeader, pcapngPacket } from '../src/sctp/index.ts';
import { expectThat } from './scenario.ts';
import { describeReport, tsharkReport } from './tshark.ts';

/** Keeps what an endpoint sends and receives, for tshark to read. */
export class Recorder {
  readonly #parts: Uint8Array[] = [pcapngHeader()];

  readonly capture = (entry: CaptureEntry): void => {
    this.#parts.push(pcapngPacket({ ...entry, payload: entry.payload.slice() }));
  };

  /** Throws unless tshark finds every packet well-formed and its checksum right. */
  async check(see: (text: string) => void): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'rserpool-interop-'));
    try {
      const file = join(folder, 'capture.pcapng');
      writeFileSync(file, Buffer.concat(this.#parts));
      const report = await tsharkReport(file);
      see(describeReport(report));
      expectThat(report.sctp > 0 && report.goodChecksums === report.sctp, 'tshark does not verify every checksum');
      expectThat(report.malformed === 0 && report.badChecksums === 0, 'tshark finds malformed packets');
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}
