/** Associations set up one after the other and held: how soon, at what cost, and in how much memory. */
import { EventEmitter, once } from 'node:events';
import { setTimeout as pass } from 'node:timers/promises';
import { cpuUs } from './meter.ts';
import { say } from './say.ts';
import type { Settings } from './settings.ts';
import type { Channel, Transport } from './transport.ts';

const SETTLE_MS = 300;

const held: Channel[] = [];

export async function serve(transport: Transport, settings: Settings): Promise<void> {
  const arrivals = new EventEmitter();
  await transport.listen((channel) => {
    held.push(channel);
    arrivals.emit('arrival');
  });
  void measure(settings, async (count) => {
    while (held.length < count) await once(arrivals, 'arrival');
  });
}

export async function drive(transport: Transport, settings: Settings): Promise<void> {
  await measure(settings, async (count) => {
    while (held.length < count) held.push(await transport.connect());
  });
}

/** @param hold resolves when so many associations are held */
async function measure({ warmup, count }: Settings, hold: (count: number) => Promise<void>): Promise<void> {
  await hold(warmup);
  await pass(SETTLE_MS);
  const before = { residentBytes: residentBytes(), at: performance.now(), cpuUs: cpuUs() };
  await hold(warmup + count);
  const report = { associations: count, ms: performance.now() - before.at, cpuUs: cpuUs() - before.cpuUs };
  await pass(SETTLE_MS);
  say({ ...report, memoryBytes: residentBytes() - before.residentBytes });
}

/** Once what is garbage is gone: programs of this case run with `--expose-gc`. */
function residentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}
