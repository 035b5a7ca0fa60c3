/** One of the two programs of a run in Node: `main.ts SIDE server|client CASE name=value...` */
import { fail, say } from './say.ts';
import { readSettings } from './settings.ts';
import type { OpenTransport } from './transport.ts';

/** Loaded when it is their turn: none weighs on another. */
const SIDES: Readonly<Record<string, () => Promise<OpenTransport>>> = {
  ours: async () => (await import('./ours.ts')).ours,
  werift: async () => (await import('./werift.ts')).werift,
  dgram: async () => (await import('./dgram.ts')).dgram,
  tcp: async () => (await import('./tcp.ts')).tcp,
};

const CASES = {
  stream: () => import('./stream.ts'),
  ping: () => import('./ping.ts'),
  associations: () => import('./associations.ts'),
};

async function main([side = '', role = '', name = '', ...words]: readonly string[]): Promise<void> {
  const settings = readSettings(words);
  const [open, { serve, drive }] = await Promise.all([SIDES[side]!(), CASES[name as keyof typeof CASES]()]);
  const transport = await open(settings);
  if (role === 'client') return drive(transport, settings);
  await serve(transport, settings);
  say({ ready: true });
}

process.on('uncaughtException', fail);
process.stdin.on('end', () => process.exit()).resume();
await main(process.argv.slice(2)).catch(fail);
