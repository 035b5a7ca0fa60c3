/**
 * The registrar's handlespace in one process, beside that of rsplib: registrations, re-registrations and resolutions in a
 * second of CPU time, and the memory of an element. `npm run bench:handlespace -- [--quick] [--rounds N] [--json FILE]
 * [WORD...]`; words choose policies by their names. docs/performance.md says what the rows mean.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { tableOf } from '../../src/cli/table.ts';
import { POLICY_TYPE } from '../../src/rserpool/wire/policy.ts';
import { median } from '../median.ts';
import { isMissing } from '../sides/side.ts';
import { output } from '../sides/workshop.ts';
import { findOurs, findRsplib, type HandlespaceSide } from './side.ts';
import type { Kind } from './workload.ts';

const OPERATIONS = ['register', 'reregister', 'resolve'] as const;

/** What a program prints: operations in a second of CPU time, and bytes of an element. */
type Figures = Readonly<Record<(typeof OPERATIONS)[number] | 'bytes', number>>;

interface Row {
  readonly kind: Kind;
  readonly elements: number;
  readonly rounds: Readonly<Record<HandlespaceSide['name'], Figures[]>>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, rounds: { type: 'string' }, json: { type: 'string' } },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
const ms = values.quick ? 10 : 150;
const sizes = values.quick ? [1000] : [1000, 100_000];
const kinds = (Object.keys(POLICY_TYPE) as Kind[]).filter(
  (kind) => positionals.length === 0 || positionals.some((word) => kind.includes(word)),
);

const sides: HandlespaceSide[] = [];
for (const side of [await findOurs(), await findRsplib()]) {
  if (isMissing(side)) console.log(`${side.name} is missing: ${side.install}`);
  else {
    console.log(`${side.name}: ${side.about}`);
    sides.push(side);
  }
}
const rows: Row[] = sizes.flatMap((elements) =>
  kinds.map((kind) => ({ kind, elements, rounds: { rserpool: [], rsplib: [] } })),
);
for (let round = 1; round <= rounds; round++) {
  console.error(`round ${round} of ${rounds}`);
  for (const row of rows) for (const side of sides) await runOnce(row, side);
}
for (const elements of sizes)
  console.log(`\n${elements} elements\n${table(rows.filter((row) => row.elements === elements))}`);
if (values.json !== undefined) {
  await writeFile(values.json, `${JSON.stringify({ at: new Date(), node: process.version, ms, rows }, null, 2)}\n`);
}

/** Sides take turns: whatever else the machine does meets them alike. */
async function runOnce(row: Row, side: HandlespaceSide): Promise<void> {
  const [command, ...words] = side.command(row.kind, row.elements, ms);
  const figures = JSON.parse(await output(command, words));
  if (figures.error !== undefined) throw new Error(`${side.name}, ${row.kind}: ${figures.error}`);
  row.rounds[side.name].push(figures);
}

function table(shown: readonly Row[]): string {
  const head = [
    '',
    'register/s',
    '× rsplib',
    're-register/s',
    '× rsplib',
    'resolve 3/s',
    '× rsplib',
    'bytes',
    'rsplib',
  ];
  const lines = shown.map((row) => [
    row.kind,
    ...OPERATIONS.flatMap((operation) => {
      const [ours, theirs] = [medianOf(row, 'rserpool', operation), medianOf(row, 'rsplib', operation)];
      return [thousands(ours), ours && theirs ? (ours / theirs).toFixed(2) : '–'];
    }),
    medianOf(row, 'rserpool', 'bytes')?.toFixed(0) ?? '–',
    medianOf(row, 'rsplib', 'bytes')?.toFixed(0) ?? '–',
  ]);
  return tableOf(head, lines);
}

function medianOf(row: Row, side: HandlespaceSide['name'], key: keyof Figures): number | undefined {
  const figures = row.rounds[side];
  return figures.length === 0 ? undefined : median(figures.map((each) => each[key]));
}

function thousands(value: number | undefined): string {
  return value === undefined ? '–' : `${Math.round(value / 1000).toLocaleString('en')} k`;
}
