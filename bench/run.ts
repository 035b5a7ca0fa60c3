/**
 * Messages over loopback: our SCTP beside TCP, in rounds that alternate, so that both meet the same machine. Prints
 * medians and ratios. `npm run bench -- --json` prints one JSON object.
 */
import { type Side, sctp, tcp } from './sides.ts';

const ROUNDS = 5;
const CASES = [
  { bytes: 100, count: 100_000 },
  { bytes: 1024, count: 40_000 },
  { bytes: 16_384, count: 4000 },
] as const;
const SIDES: readonly Side[] = [sctp, tcp];

interface Row {
  readonly bytes: number;
  readonly side: string;
  readonly messagesPerSecond: number;
  readonly mbitPerSecond: number;
  /** Of the first side's rate. */
  readonly ratio: number;
}

const rows: Row[] = [];
for (const { bytes, count } of CASES) {
  const times = new Map<Side, number[]>(SIDES.map((side) => [side, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of SIDES) times.get(side)!.push(await side.carry(count, bytes));
  }
  const rateOf = (side: Side): number => (1000 * count) / median(times.get(side)!);
  for (const side of SIDES) {
    const rate = rateOf(side);
    rows.push({
      bytes,
      side: side.name,
      messagesPerSecond: Math.round(rate),
      mbitPerSecond: Math.round((rate * bytes * 8) / 1e6),
      ratio: Number((rate / rateOf(SIDES[0]!)).toFixed(2)),
    });
  }
}
if (process.argv.includes('--json')) console.log(JSON.stringify({ node: process.version, rounds: ROUNDS, rows }));
else console.table(rows);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
