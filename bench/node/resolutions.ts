/** Handle resolutions: users ask a registrar, each for all pools at the same time, and again whenever they have an answer. */
import { Meter } from './meter.ts';
import type { Resolving } from './resolving.ts';
import { say } from './say.ts';
import type { Settings } from './settings.ts';

export async function serve(resolving: Resolving, settings: Settings): Promise<void> {
  const meter = new Meter(settings);
  await resolving.serve(
    settings,
    () => meter.count(),
    () => say(meter.report()),
  );
}

export async function drive(resolving: Resolving, settings: Settings): Promise<void> {
  const users = await Promise.all(Array.from({ length: settings.users }, () => resolving.open(settings)));
  const meter = new Meter(settings);
  const askOn = async (ask: (pool: number) => Promise<void>, pool: number): Promise<void> => {
    while (!meter.isOver) {
      await ask(pool);
      meter.count();
    }
  };
  const pools = Array.from({ length: settings.pools }, (_, pool) => pool);
  await Promise.all(users.flatMap((ask) => pools.map((pool) => askOn(ask, pool))));
  const report = meter.report();
  await resolving.end();
  say(report);
}
