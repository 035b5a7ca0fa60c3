import { Samples } from '../cluster/figures.ts';
import type { WorldOptions } from './options.ts';
import { type ElementNode, POOL, SctpWorld, type Serve } from './world.ts';

/** Everything stands for so long, and up to as much longer, before somebody dies. */
const CALM_MS = 5000;
/** An element takes so long for a request: within this time it dies. */
const SERVE_MS = 200;

/** A kind of death: a world of its own, and how long it took until it was mended, ms. */
interface Death {
  readonly name: string;
  readonly barMs: number;
  readonly measure: (options: WorldOptions) => Promise<number>;
}

export const DEATHS: readonly Death[] = [
  {
    name: 'registrar dies, 3 registrars: elements managed again',
    barMs: 2000,
    measure: (options) => registrarDies({ ...options, registrars: 3 }),
  },
  {
    name: 'registrar dies, 2 registrars: elements managed again',
    barMs: 2000,
    measure: (options) => registrarDies({ ...options, registrars: 2 }),
  },
  { name: 'element vanishes: out of all handlespaces', barMs: 2000, measure: elementVanishes },
  { name: 'element vanishes with a request in flight: another one has it', barMs: 1000, measure: requestInFlight },
];

/** So many worlds of every kind of death. */
export async function runDeaths(
  options: WorldOptions,
  runs: number,
  tell: (text: string) => void = () => {},
): Promise<Samples> {
  const samples = new Samples();
  for (const { name, measure } of DEATHS) {
    for (let seed = options.seed; seed < options.seed + runs; seed++) {
      const tookMs = await measure({ ...options, seed });
      samples.add(name, tookMs);
      tell(`seed ${seed}: ${name}: ${tookMs.toFixed(1)} ms`);
    }
  }
  return samples;
}

/** Until all elements that it had are registered with another one. */
async function registrarDies(options: WorldOptions): Promise<number> {
  const world = await calmWorld({ ...options, users: 0 });
  const [element] = world.elements;
  const home = element!.program.home!.addresses[0];
  const registrar = world.registrars.find(({ address }) => address === home)!;
  const orphans = world.elements.filter(({ program }) => program.home?.addresses[0] === home);
  return mended(
    world,
    () => world.kill(registrar),
    () => orphans.every((each) => world.isManaged(each)),
  );
}

async function elementVanishes(options: WorldOptions): Promise<number> {
  const world = await calmWorld({ ...options, users: 0 });
  const element = world.elements[0]!;
  return mended(
    world,
    () => world.kill(element),
    () => !world.isKnown(element),
  );
}

/** Dead at any moment between the request and the reply; until another element has the request. */
async function requestInFlight(options: WorldOptions): Promise<number> {
  let dead: ElementNode | undefined;
  let isServed = false;
  const world = await calmWorld({ ...options, users: 1 }, async (address, session, data) => {
    if (dead !== undefined && address !== dead.address) isServed = true;
    await world.pause(SERVE_MS);
    await session.send(data);
  });
  const session = await world.run(world.users[0]!.program.connect(POOL));
  const request = (): void => void session.send('request');
  session.on('failover', request);
  await world.pass(CALM_MS);
  const address = session.element!.target.addresses[0];
  request();
  await world.pass(SERVE_MS * world.random.float());
  return mended(
    world,
    () => {
      dead = world.elements.find((each) => each.address === address);
      world.kill(dead!);
    },
    () => isServed,
  );
}

async function calmWorld(options: WorldOptions, serve?: Serve): Promise<SctpWorld> {
  const world = new SctpWorld(options);
  await world.start(serve);
  await world.pass(CALM_MS * (1 + world.random.float()));
  return world;
}

async function mended(world: SctpWorld, strike: () => void, isMended: () => boolean): Promise<number> {
  const from = world.clock.now();
  strike();
  await world.until(isMended);
  return world.clock.now() - from;
}
