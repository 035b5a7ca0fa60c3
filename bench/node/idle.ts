/** Associations that nobody uses: what their heartbeats cost, and how much memory they take once all is quiet. */
import { setTimeout as pass } from 'node:timers/promises';
import { accepted, connected, type Hold } from './held.ts';
import { cpuUs, residentBytes } from './meter.ts';
import { say } from './say.ts';
import type { Settings } from './settings.ts';
import type { Transport } from './transport.ts';

export async function serve(transport: Transport, settings: Settings): Promise<void> {
  void measure(settings, await accepted(transport));
}

export async function drive(transport: Transport, settings: Settings): Promise<void> {
  await measure(settings, connected(transport));
}

async function measure({ warmup, count, warmupMs, runMs }: Settings, hold: Hold): Promise<void> {
  await hold(warmup);
  const beforeBytes = residentBytes();
  await hold(warmup + count);
  await pass(warmupMs);
  const before = { at: performance.now(), cpuUs: cpuUs() };
  await pass(runMs);
  const report = { associations: count, ms: performance.now() - before.at, cpuUs: cpuUs() - before.cpuUs };
  say({ ...report, memoryBytes: residentBytes() - beforeBytes });
}
