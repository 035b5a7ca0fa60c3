import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expectThat, type Scenario } from '../scenario.ts';
import { describeReport, tsharkReport } from '../tshark.ts';

const run = promisify(execFile);

/** The demo, and what tshark reads in its capture. */
export const demoCapture: Scenario = {
  name: 'the demo, read by tshark',
  needs: ['tshark'],
  async run(see) {
    const folder = mkdtempSync(join(tmpdir(), 'rserpool-interop-'));
    try {
      const file = join(folder, 'demo.pcapng');
      const { stdout } = await run('npm', ['run', '--silent', 'demo', '--', '--json', '--capture', file], {
        maxBuffer: 1 << 26,
      });
      see(`demo: ${stdout.trim().split('\n').at(-1)}`);
      const report = await tsharkReport(file);
      see(describeReport(report));
      expectThat(report.asap > 0 && report.enrp > 0, 'tshark finds no ASAP or no ENRP');
      expectThat(report.goodChecksums === report.sctp, 'tshark does not verify every checksum');
      expectThat(report.malformed === 0 && report.badChecksums === 0, 'tshark finds malformed packets');
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
