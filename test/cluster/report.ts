import type { Figures } from './figures.ts';
import type { RunResult } from './run.ts';

/** The bars that a sample is held against, ms. */
const BARS: Readonly<Record<string, number>> = {
  'element: takeover': 2000,
  'element: gone from all handlespaces': 2000,
  'user: element died': 1000,
};

/** One world, for people. */
export function describe({ samples, counts, calm, messages, perEvent, virtualSeconds, steps }: RunResult): string {
  const lines: string[] = [];
  lines.push('how long, ms'.padEnd(62) + ['count', 'median', 'p99', 'max'].map((name) => name.padStart(11)).join(''));
  for (const [name, figures] of Object.entries(samples.figures())) lines.push(sampleLine(name, figures));
  lines.push('', 'messages that one host sends per second while nothing happens');
  for (const [role, rates] of Object.entries(calm)) {
    lines.push(`  ${role}: ${listed(rates)}; together ${sum(rates).toFixed(2)}`);
  }
  lines.push('', `messages of all: ${listed(messages)}`);
  lines.push('', `messages of all for one event: ${listed(perEvent)}`);
  lines.push('', `what happened: ${listed(counts)}`);
  lines.push('', `${virtualSeconds.toFixed(0)} s of virtual time, ${steps} steps`);
  return lines.join('\n');
}

function sampleLine(name: string, { count, median, p99, max }: Figures): string {
  const bar = BARS[name.replace(/, network whole$/, '')];
  const note = bar === undefined ? '' : `   bar ${bar}`;
  return `${name.padEnd(62)}${[count, median, p99, max].map((value) => String(value).padStart(11)).join('')}${note}`;
}

function listed(values: Readonly<Record<string, number>>): string {
  const names = Object.keys(values).sort();
  return names.length === 0 ? 'none' : names.map((name) => `${name} ${values[name]}`).join(', ');
}

function sum(values: Readonly<Record<string, number>>): number {
  return Object.values(values).reduce((total, value) => total + value, 0);
}
