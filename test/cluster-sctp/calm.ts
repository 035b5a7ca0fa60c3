import { Samples } from '../cluster/figures.ts';
import type { WorldOptions } from './options.ts';
import { watchRoles } from './role-watch.ts';
import { UserProgram } from './user-program.ts';
import { describe, type NodeEvent, SctpWorld } from './world.ts';

/** What is told while nobody dies only of somebody who is declared dead, or has nobody left to turn to. */
const ALARMS: ReadonlySet<NodeEvent['kind']> = new Set([
  // Registrars
  'element-lost',
  'element-reported',
  'element-moved',
  'expired',
  'deregistered',
  'peer-down',
  'takeover-started',
  'resynchronized',
  // Elements
  'registration-failed',
  'registration-rejected',
  'registration-expired',
  // Elements and users
  'home-changed',
  // Users
  'resolution-failed',
  'session-interrupted',
  'session-waiting',
  'failover',
] as const);
/** Those that come in masses. */
const UNTOLD: ReadonlySet<NodeEvent['kind']> = new Set(['data', 'resolved']);
/** From the beginning of the calm on: what the joining left behind comes to an end. */
const SETTLE_MS = 60_000;
const HOUR_MS = 3_600_000;

export interface CalmResult {
  readonly alarms: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly samples: Samples;
  readonly virtualSeconds: number;
  readonly steps: number;
}

export interface Watch {
  /** Every event. */
  readonly tell?: ((text: string) => void) | undefined;
  readonly alarm?: ((text: string) => void) | undefined;
  /** After every hour. */
  readonly hourPassed?: ((hours: number) => void) | undefined;
}

/** Nobody dies; users ask. Everything is counted that looks as if somebody had died. */
export async function runCalm(options: WorldOptions, hours: number, watch: Watch = {}): Promise<CalmResult> {
  const world = new SctpWorld(options);
  const samples = new Samples();
  const counts: Record<string, number> = {};
  const alarms: string[] = [];
  const alarm = (text: string): void => {
    alarms.push(text);
    watch.alarm?.(text);
  };
  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  await world.start();
  for (const user of world.users) void new UserProgram(world, user, (tookMs) => samples.add('request', tookMs)).run();
  await world.pass(SETTLE_MS);
  world.onEvent = (name, event) => {
    const isAlarm = ALARMS.has(event.kind) || (event.kind === 'session-closed' && event.failed);
    const text = `${(world.clock.now() / 1000).toFixed(3)} ${name} ${describe(event)}`;
    if (isAlarm) alarm(text);
    if (!UNTOLD.has(event.kind)) watch.tell?.(text);
    count(`event: ${event.kind}`);
  };
  world.network.tap(({ fate }) => count(`packets ${fate}`));
  const endOfWatch = watchRoles(count);
  try {
    const startedAt = world.clock.now();
    for (let done = 0; done < hours; done++) {
      await world.pass(HOUR_MS * Math.min(1, hours - done));
      watch.hourPassed?.(Math.min(done + 1, hours));
    }
    if (!world.agrees) alarm('in the end they do not agree who is there');
    return {
      alarms,
      counts,
      samples,
      virtualSeconds: (world.clock.now() - startedAt) / 1000,
      steps: world.clock.steps,
    };
  } finally {
    endOfWatch();
  }
}
