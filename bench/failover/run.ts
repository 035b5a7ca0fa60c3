/**
 * How fast failures are found and mended: real processes on loopback, default timers, three runs a row.
 * `npm run bench:failover -- --json` prints one JSON object; words choose rows by their names.
 */
import { setTimeout as pass } from 'node:timers/promises';
import { median } from '../median.ts';
import { Crew, Part } from './crew.ts';
import { monotonicMs } from './monotonic.ts';
import type { Loss } from './orders.ts';

const RUNS = 3;

interface Row {
  readonly name: string;
  /** What it may be; without one it is only told. */
  readonly bar?: number;
  readonly unit: string;
  readonly measure: (run: number) => Promise<number>;
}

const ROWS: readonly Row[] = [
  {
    name: 'registrar dies, 3 registrars: elements managed again',
    bar: 2000,
    unit: 'ms',
    measure: () => registrarDies(3),
  },
  {
    name: 'registrar dies, 2 registrars: elements managed again',
    bar: 2000,
    unit: 'ms',
    measure: () => registrarDies(2),
  },
  {
    name: 'element vanishes: out of the pool',
    bar: 2000,
    unit: 'ms',
    measure: () => elementLost((element) => element.kill()),
  },
  {
    // Its sockets take whatever comes, and nothing answers.
    name: 'element is frozen: out of the pool',
    bar: 2000,
    unit: 'ms',
    measure: () => elementLost((element) => element.freeze()),
  },
  { name: 'element is frozen for 5 s and goes on: back in the pool', unit: 'ms', measure: elementThawed },
  {
    name: 'element vanishes with a request in flight: another one has it',
    bar: 1000,
    unit: 'ms',
    measure: () => requestInFlight(),
  },
  {
    name: 'element vanishes with a request in flight, 2 % of the datagrams of the user are lost: another one has it',
    bar: 1000,
    unit: 'ms',
    measure: (run) => requestInFlight({ probability: 0.02, seed: run }),
  },
  {
    name: 'element ends the session: cookie at the next one',
    bar: 5,
    unit: 'ms',
    measure: () => cleanEnd({ sessionsBefore: 100, rounds: 13 }),
  },
  {
    name: 'element ends the session, the first one of all these programs: cookie at the next one',
    unit: 'ms',
    measure: () => cleanEnd({ sessionsBefore: 0, rounds: 1 }),
  },
  { name: 'registrar alone: start to first answer', bar: 500, unit: 'ms', measure: coldStart },
  { name: 'broken servers: failovers of a session', bar: 5, unit: 'in a second', measure: brokenServers },
];

/** Until the last element is registered with another registrar. */
async function registrarDies(registrars: number): Promise<number> {
  const crew = await Crew.start(registrars, 3);
  try {
    await pass(3000);
    const home = crew.elements[0]!.told('up ');
    const index = crew.addresses.findIndex((address) => address.endsWith(`udp=${home}`));
    const managed = crew.elements.filter((element) => element.told('up ') === home);
    const killedAt = crew.registrars[index]!.kill();
    const times = await Promise.all(
      managed.map(async (element) => element.sees('registered', await element.sees('home ', killedAt))),
    );
    return Math.max(...times) - killedAt;
  } finally {
    crew.end();
  }
}

/** Until the registrar has taken the element out of the pool. @param strike ends it, and tells when that was */
async function elementLost(strike: (element: Part) => number): Promise<number> {
  const crew = await Crew.start(1, 2);
  try {
    await pass(2000);
    const struckAt = strike(crew.elements[0]!);
    return (await crew.registrars[0]!.sees('lost 1', struckAt)) - struckAt;
  } finally {
    crew.end();
  }
}

/** It finds what came meanwhile, and that it is in no pool any more. */
async function elementThawed(): Promise<number> {
  const crew = await Crew.start(1, 2);
  try {
    await pass(2000);
    const [element] = crew.elements;
    const lost = crew.registrars[0]!.sees('lost 1', element!.freeze());
    await pass(5000);
    await lost;
    const thawedAt = element!.thaw();
    return (await crew.registrars[0]!.sees('registered 1', thawedAt)) - thawedAt;
  } finally {
    crew.end();
  }
}

/** The element has taken the request, and dies before it answers. */
async function requestInFlight(loss?: Loss): Promise<number> {
  const crew = await Crew.start(1, 2);
  const user = await crew.user({ ...(loss && { loss }) });
  try {
    await pass(1000);
    const [dies, serves] = user.told('up ') === '1' ? crew.elements : crew.elements.toReversed();
    user.tell({ part: 'request' });
    await dies!.sees('request');
    const killedAt = dies!.kill();
    await user.sees('failover', killedAt);
    user.tell({ part: 'request' });
    return (await serves!.sees('request', killedAt)) - killedAt;
  } finally {
    crew.end(user);
  }
}

/** One after the other; the median. Programs that have had many sessions before do it faster than the first time. */
async function cleanEnd({ sessionsBefore, rounds }: { sessionsBefore: number; rounds: number }): Promise<number> {
  const crew = await Crew.start(1, 3);
  const user = await crew.user({ sessionsBefore });
  let current = crew.elements[Number(user.told('up ')) - 1]!;
  const tookMs: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      // Longer than an element has to serve until it has worked.
      await pass(1500);
      const from = monotonicMs();
      current.tell({ part: 'close' });
      const endsAt = await current.sees('closes', from);
      const { next, at } = await Promise.race(
        crew.elements.map(async (each) => ({ next: each, at: await each.sees('cookie', endsAt) })),
      );
      tookMs.push(at - endsAt);
      current = next;
    }
    return median(tookMs);
  } finally {
    crew.end(user);
  }
}

async function coldStart(): Promise<number> {
  const order = { part: 'registrar', id: 1, sctpPort: 3863, udpPort: 0, peers: [], askItself: true } as const;
  const registrar = await Part.start(order);
  const answer = Number(registrar.told('answered after '));
  registrar.kill();
  return answer;
}

/** The most that come within any second of ten. */
async function brokenServers(): Promise<number> {
  const crew = await Crew.start(1, 3, 'broken');
  const user = await crew.user();
  try {
    await pass(10_000);
    const times = user.sights.filter(({ what }) => what.startsWith('failover')).map(({ at }) => at);
    return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length));
  } finally {
    crew.end(user);
  }
}

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const rows = ROWS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const results = [];
for (const { name, bar, unit, measure } of rows) {
  const values: number[] = [];
  for (let run = 0; run < RUNS; run++) values.push(Number((await measure(run)).toFixed(1)));
  const middle = median(values);
  results.push({ name, unit, bar, median: middle, values, met: bar === undefined || middle <= bar });
}
if (process.argv.includes('--json')) console.log(JSON.stringify({ runs: RUNS, results }));
else {
  for (const { name, unit, bar, median, values, met } of results) {
    const against = bar === undefined ? 'no bar' : `bar ${bar}`;
    console.log(`${met ? 'ok ' : 'NOT'}  ${name}: ${median} ${unit} (${against}; ${values.join(', ')})`);
  }
}
process.exitCode = results.every(({ met }) => met) ? 0 : 1;
