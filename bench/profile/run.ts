/**
 * Where our CPU time goes: the cases of `npm run bench` on our side alone, under V8's profiler, by room of the source.
 * `npm run bench:profile -- [WORD...]` takes the cases whose names have one of the words; the profiles stay for closer
 * looks with Chrome's DevTools or `npx speedscope`.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tableOf } from '../../src/cli/table.ts';
import type { Case } from '../cases/case.ts';
import { CASES } from '../cases/cases.ts';
import { runOnce } from '../run-once.ts';
import { findOurs } from '../sides/ours.ts';
import { isMissing, type Side } from '../sides/side.ts';
import { workshop } from '../sides/workshop.ts';
import { type CpuProfile, timeByRoom } from './cpu-profile.ts';

const LENGTHS = { warmupMs: 2000, runMs: 4000, warmup: 1000, count: 4000, idle: 0 };
const INTERVAL_US = 500;

const words = process.argv.slice(2);
const chosen = CASES.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const ours = await findOurs();
if (isMissing(ours)) throw new Error(ours.install);
for (const each of chosen) {
  const settings = each.settings(ours, LENGTHS);
  if (settings !== undefined) console.log(`${each.name}\n${await profileOf(each, ours, settings)}\n`);
}

/** A table: a row for each room, with its share of what the profiler saw in either process. */
async function profileOf(benchCase: Case, side: Side, settings: Readonly<Record<string, number>>): Promise<string> {
  const folder = join(await workshop('profiles'), benchCase.name.replaceAll(/\W+/g, '-'));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const [command, ...rest] = side.program;
  const profiler = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${INTERVAL_US}`];
  const profiled = { ...side, program: [command!, ...profiler, ...rest] };
  await runOnce(benchCase, profiled, settings, LENGTHS);
  // The client starts after the server, and so does its profile.
  const files = (await readdir(folder)).sort();
  const profiles: CpuProfile[] = [];
  for (const file of files) profiles.push(JSON.parse(await readFile(join(folder, file), 'utf8')));
  const [server, client] = profiles
    .sort((a, b) => a.startTime - b.startTime)
    .map((each) => shares(timeByRoom(each, LENGTHS.runMs)));
  if (server === undefined || client === undefined)
    throw new Error(`${files.length} profiles instead of two in ${folder}`);
  const rooms = [...new Set([...client.keys(), ...server.keys()])];
  const total = (room: string): number => (client.get(room) ?? 0) + (server.get(room) ?? 0);
  const lines = rooms
    .sort((a, b) => total(b) - total(a))
    .map((room) => [room, percent(client.get(room)), percent(server.get(room))]);
  return `${tableOf(['', 'client', 'server'], lines)}\n${folder}`;
}

function shares(byRoom: ReadonlyMap<string, number>): Map<string, number> {
  const whole = [...byRoom.values()].reduce((sum, each) => sum + each, 0);
  return new Map([...byRoom].map(([room, time]) => [room, time / whole]));
}

function percent(share = 0): string {
  return `${(100 * share).toFixed(0)} %`;
}
