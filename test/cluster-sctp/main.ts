import { runCalm } from './calm.ts';
import { DEATHS, runDeaths } from './deaths.ts';
import { type CommandOptions, commandOptions, USAGE } from './options.ts';

/** Exit code 1 if somebody was declared dead who lives. */
async function calm(options: CommandOptions): Promise<number> {
  const { hours, json, trace } = options;
  const beganAt = performance.now();
  const { alarms, counts, samples, virtualSeconds, steps } = await runCalm(options, hours, {
    tell: trace ? console.log : undefined,
    alarm: (text) => console.error(`FALSE ALARM: ${text}`),
    hourPassed: (passed) => console.error(`${passed} h passed, ${seconds(beganAt)} s`),
  });
  const requests = samples.figures();
  if (json) console.log(JSON.stringify({ options, alarms, counts, requests, virtualSeconds, steps }, undefined, 2));
  else {
    for (const [what, count] of Object.entries(counts).sort()) console.log(`${String(count).padStart(12)}  ${what}`);
    for (const [what, { count, median, p99, max }] of Object.entries(requests)) {
      console.log(`${what}: ${count}, median ${median} ms, p99 ${p99} ms, max ${max} ms`);
    }
    console.log(`${(virtualSeconds / 3600).toFixed(2)} h of virtual time, ${alarms.length} false alarms`);
  }
  return alarms.length === 0 ? 0 : 1;
}

/** Exit code 1 if a median misses its bar. */
async function deaths(options: CommandOptions, runs: number): Promise<number> {
  const beganAt = performance.now();
  const figures = (await runDeaths(options, runs, options.trace ? console.log : undefined)).figures();
  const rows = DEATHS.map(({ name, barMs }) => ({
    name,
    barMs,
    met: figures[name]!.median <= barMs,
    ...figures[name]!,
  }));
  if (options.json) console.log(JSON.stringify({ options, rows }, undefined, 2));
  else {
    for (const { name, barMs, met, median, p99, max } of rows) {
      console.log(`${met ? 'ok ' : 'NOT'}  ${name}: median ${median} ms, p99 ${p99} ms, max ${max} ms (bar ${barMs})`);
    }
  }
  console.error(`${runs} worlds of each, ${seconds(beganAt)} s`);
  return rows.every(({ met }) => met) ? 0 : 1;
}

function seconds(beganAt: number): string {
  return ((performance.now() - beganAt) / 1000).toFixed(0);
}

try {
  const options = commandOptions(process.argv.slice(2));
  process.exitCode = await (options.deaths === undefined ? calm(options) : deaths(options, options.deaths));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
