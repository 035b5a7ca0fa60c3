/** One of the two programs of a run in Node: `main.ts SIDE server|client CASE name=value...` */

import type { Resolving } from './resolving.ts';
import { fail, say } from './say.ts';
import { readSettings, type Settings } from './settings.ts';
import type { OpenTransport } from './transport.ts';

/** Loaded when it is their turn: none weighs on another. */
const SIDES: Readonly<Record<string, () => Promise<OpenTransport>>> = {
  ours: async () => (await import('./ours.ts')).ours,
  werift: async () => (await import('./werift.ts')).werift,
  dgram: async () => (await import('./dgram.ts')).dgram,
  tcp: async () => (await import('./tcp.ts')).tcp,
};

/** How these sides resolve pool handles. */
const RESOLVING: Readonly<Record<string, () => Promise<{ readonly resolving: Resolving }>>> = {
  ours: () => import('./ours-resolving.ts'),
  dgram: () => import('./dgram-resolving.ts'),
};

const CASES = {
  stream: () => import('./stream.ts'),
  ping: () => import('./ping.ts'),
  associations: () => import('./associations.ts'),
  idle: () => import('./idle.ts'),
};

async function main([side = '', role = '', name = '', ...words]: readonly string[]): Promise<void> {
  const settings = readSettings(words);
  if (name === 'resolutions') {
    const [{ resolving }, programs] = await Promise.all([RESOLVING[side]!(), import('./resolutions.ts')]);
    await play(role, programs, resolving, settings);
  } else {
    const [open, programs] = await Promise.all([SIDES[side]!(), CASES[name as keyof typeof CASES]()]);
    await play(role, programs, await open(settings), settings);
  }
}

interface Programs<Means> {
  serve(means: Means, settings: Settings): Promise<void>;
  drive(means: Means, settings: Settings): Promise<void>;
}

async function play<Means>(
  role: string,
  { serve, drive }: Programs<Means>,
  means: Means,
  settings: Settings,
): Promise<void> {
  if (role === 'client') return drive(means, settings);
  await serve(means, settings);
  say({ ready: true });
}

process.on('uncaughtException', fail);
process.stdin.on('end', () => process.exit()).resume();
await main(process.argv.slice(2)).catch(fail);
