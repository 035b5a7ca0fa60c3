/**
 * The protocol alone: two endpoints in one process, no sockets, no waiting. CPU time for one message, both sides together;
 * a regression in protocol code is seen here without noise of the network. `npm run bench:core -- --json` prints an object.
 */
import { median } from '../median.ts';
import { type TransferCost, transfer } from './transfer.ts';

const ROUNDS = 5;
const CASES = [
  { name: '100 bytes', bytes: 100, count: 200_000, settings: {} },
  { name: '1 KiB', bytes: 1024, count: 100_000, settings: {} },
  { name: '16 KiB', bytes: 16_384, count: 10_000, settings: {} },
  { name: '64 KiB, path MTU 32 KiB', bytes: 65_536, count: 10_000, settings: { pathMtuBytes: 32_768 } },
] as const;

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const rows = CASES.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word))).map(
  ({ name, bytes, count, settings }) => {
    const costs = Array.from({ length: ROUNDS }, () => transfer(count, bytes, settings));
    const middle = (key: keyof TransferCost): number => median(costs.map((cost) => cost[key]));
    return {
      name,
      'CPU µs per message': Number(middle('cpuUsPerMessage').toFixed(2)),
      'packets per message': Number(middle('packetsPerMessage').toFixed(3)),
    };
  },
);
if (process.argv.includes('--json')) console.log(JSON.stringify({ node: process.version, rounds: ROUNDS, rows }));
else console.table(rows);
