/** Associations set up one after the other and held: how soon, at what cost, and in how much memory. */
import { setTimeout as pass } from 'node:timers/promises';
import { accepted, connected, type Hold } from './held.ts';
import { cpuUs, residentBytes } from './meter.ts';
import { say } from './say.ts';
import type { Settings } from './settings.ts';
import type { Transport } from './transport.ts';

const SETTLE_MS = 300;

export async function serve(transport: Transport, settings: Settings): Promise<void> {
  void measure(settings, await accepted(transport));
}

export async function drive(transport: Transport, settings: Settings): Promise<void> {
  await measure(settings, connected(transport));
}

async function measure({ warmup, count }: Settings, hold: Hold): Promise<void> {
  await hold(warmup);
  await pass(SETTLE_MS);
  const before = { residentBytes: residentBytes(), at: performance.now(), cpuUs: cpuUs() };
  await hold(warmup + count);
  const report = { associations: count, ms: performance.now() - before.at, cpuUs: cpuUs() - before.cpuUs };
  await pass(SETTLE_MS);
  say({ ...report, memoryBytes: residentBytes() - before.residentBytes });
}
