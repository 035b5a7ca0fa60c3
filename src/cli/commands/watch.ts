import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { describeElement, type PoolElementParameter, type PoolUser, RSerPoolError } from '../../rserpool/index.ts';
import { openCapture } from '../capture-file.ts';
import { addRegistrarsOption } from '../discovery-options.ts';
import type { Io } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import { addLogLevel, type CommonOptions, examples, seconds } from '../options.ts';
import { changesOf } from '../pool-changes.ts';
import { addUserOptions, openUser, type UserOptions, userOpeningOf } from '../user-options.ts';

interface WatchOptions extends UserOptions, CommonOptions {
  readonly interval: number;
  readonly json?: boolean;
}

export function addWatchCommand(program: Command, io: Io): void {
  const command = program
    .command('watch')
    .description('Print the elements of pools, and every change of them, until Ctrl-C.')
    .argument('<pool...>', 'pool handles');
  addRegistrarsOption(command).option(
    '--interval <seconds>',
    'how often to ask a registrar that does not send changes by itself',
    seconds,
    2,
  );
  addUserOptions(command)
    .option('--json', 'print one JSON object for each change')
    .addHelpText('after', examples('rserpool watch EchoPool --registrar 127.0.0.1', 'rserpool watch A B --json'))
    .action((pools: string[], options: WatchOptions) => runWatch(pools, options, io));
  addLogLevel(command);
}

async function runWatch(pools: readonly string[], options: WatchOptions, io: Io): Promise<void> {
  const { json = false, interval, logLevel } = options;
  const opening = userOpeningOf(options, io);
  using capture = openCapture(options.capture);
  // Half of the interval: what is older is asked for anew, unless the registrar has promised changes.
  const config = { subscribe: true, staleCacheMs: 500 * interval };
  await using user = await openUser(opening, io, capture.hook, config);
  using _watch = opening.security?.watch(user, json);
  const known = new Map<string, readonly PoolElementParameter[]>();
  const show = (pool: string, elements: readonly PoolElementParameter[]): void => {
    const before = known.get(pool);
    known.set(pool, elements);
    for (const { change, element } of changesOf(before ?? [], elements)) {
      if (json) io.out(jsonLine({ at: new Date().toISOString(), pool, change, element }));
      else io.out(`${SIGNS[change]} ${pool}  ${describeElement(element)}`);
    }
    if (elements.length > 0 || before?.length === 0) return;
    if (json) io.out(jsonLine({ at: new Date().toISOString(), pool, change: 'empty' }));
    else io.out(`  ${pool}  has no elements`);
  };
  user.on('resolved', ({ poolHandle, elements }) => {
    const pool = pools.find((each) => each === poolHandle.toString());
    if (pool !== undefined) show(pool, elements);
  });
  user.on('resolution-failed', ({ poolHandle, failure }) => {
    const pool = pools.find((each) => each === poolHandle.toString());
    if (pool !== undefined && failure === 'unknown-pool') show(pool, []);
    else if (logLevel !== 'error') io.err(`${poolHandle}: ${failure}`);
  });
  while (!io.interrupted.aborted) {
    await Promise.all(pools.map((pool) => ask(user, pool, io)));
    await sleep(1000 * interval, undefined, { signal: io.interrupted }).catch(() => undefined);
  }
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

/** What comes of it, and what fails, is told by events. */
async function ask(user: PoolUser, pool: string, io: Io): Promise<void> {
  try {
    await user.resolve(pool, { signal: io.interrupted });
  } catch (error) {
    if (io.interrupted.aborted || error instanceof RSerPoolError) return;
    throw error;
  }
}
