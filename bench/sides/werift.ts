import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeProgram } from './node-program.ts';
import type { FindSide } from './side.ts';
import { output, workshop } from './workshop.ts';

/** The last one for Node 20. */
const VERSION = '0.24.4';

/** Installed here and not as a development dependency: 42 packages of 28 MB, for one row of a table. */
export const findWerift: FindSide = async () => {
  const name = 'werift';
  const folder = await workshop(`${name}-${VERSION}`);
  // Its SCTP alone; the package's entry point is all of WebRTC.
  const sctp = join(folder, 'node_modules/werift/lib/sctp/src/index.js');
  try {
    await access(sctp).catch(() => install(folder));
  } catch {
    return { name, install: `npm could not install werift@${VERSION}: is the registry reachable?` };
  }
  return {
    name,
    about: `werift ${VERSION}, its SCTP over UDP; fragments of 1200 bytes always`,
    program: await nodeProgram(name),
    environment: { BENCH_WERIFT: sctp },
    ceiling: false,
    associations: false,
    warmups: 10,
    heartbeats: false,
    largestMtu: 1500,
  };
};

async function install(folder: string): Promise<void> {
  const quietly = ['--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
  await output('npm', ['install', ...quietly, `werift@${VERSION}`]);
}
