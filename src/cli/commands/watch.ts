import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { describeElement, type PoolElementParameter, PoolUser, RSerPoolError } from '../../rserpool/index.ts';
import { openCapture } from '../capture-file.ts';
import { addRegistrarsOption, discoveryOf, type RegistrarsOption } from '../discovery-options.ts';
import type { Io } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import {
  addLogLevel,
  addSocketOptions,
  type CommonOptions,
  examples,
  type SocketOptions,
  seconds,
} from '../options.ts';
import { changesOf } from '../pool-changes.ts';

interface WatchOptions extends SocketOptions, CommonOptions, RegistrarsOption {
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
  addSocketOptions(command)
    .option('--json', 'print one JSON object for each change')
    .addHelpText('after', examples('rserpool watch EchoPool --registrar 127.0.0.1', 'rserpool watch A B --json'))
    .action((pools: string[], options: WatchOptions) => runWatch(pools, options, io));
  addLogLevel(command);
}

async function runWatch(pools: readonly string[], options: WatchOptions, io: Io): Promise<void> {
  const { address, udpPort, json = false, interval, logLevel } = options;
  const { registrars, announcements } = discoveryOf(options);
  using capture = openCapture(options.capture);
  await using user = await PoolUser.open({
    registrars,
    announcements,
    addresses: address,
    udpPort,
    capture: capture.hook,
    // Half of the interval: what is older is asked for anew, unless the registrar has promised changes.
    config: { subscribe: true, staleCacheMs: 500 * interval },
  });
  user.on('lookup-failed', (error) => io.err(`rserpool: ${error.message}`));
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
