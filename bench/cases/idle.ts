import { kibEach } from './associations.ts';
import type { Case, Report } from './case.ts';

const MTU = 1500;
/** Until the first heartbeats have gone: HB.interval and what RTO and jitter add at most. */
const QUIET_MS = 35_000;
/** Two periods of heartbeats. */
const RUN_MS = 62_000;

/** Many associations that nobody uses, with the heartbeats that RFC 9260 has by default. */
export const idle: Case = {
  name: 'idle associations',
  program: 'idle',
  columns: [
    { key: 'clientPercent', head: '% of a core, client', digits: 2 },
    { key: 'serverPercent', head: '% of a core, server', digits: 2 },
    { key: 'clientKiB', head: 'KiB each, client', digits: 1 },
    { key: 'serverKiB', head: 'KiB each, server', digits: 1 },
  ],
  better: 'less',
  mostRounds: 1,
  settings: (side, { warmup, idle: count }) =>
    side.heartbeats && count > 0 ? { mtu: MTU, warmup, count, warmupMs: QUIET_MS, runMs: RUN_MS } : undefined,
  figures: (client, server) => ({
    clientPercent: percentOfACore(client),
    serverPercent: percentOfACore(server),
    clientKiB: kibEach(client),
    serverKiB: kibEach(server),
  }),
};

function percentOfACore({ cpuUs, ms }: Report): number {
  return (100 * cpuUs!) / (1000 * ms!);
}
