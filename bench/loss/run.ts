/**
 * Bulk transfers over a path with random losses, in virtual time, beside what RFC 9260 allows there; docs/performance.md
 * says what the model is. `npm run bench:loss -- [--minutes N] [--seed N] [--json] [LOSS%...]`
 */
import { parseArgs } from 'node:util';
import { type BulkPath, type BulkResult, bulkModel } from '../../test/harness/bulk-model/bulk-model.ts';
import { bulkTransfer, MESSAGE_BYTES } from '../../test/harness/bulk-model/bulk-transfer.ts';
import { mathis, pftk } from '../../test/harness/bulk-model/formulas.ts';
import { SeededRandom } from '../../test/harness/random.ts';

const ROUND_TRIP_MS = 50;
const LOSS_PERCENT = [0.1, 1, 3];
/** Part of what the model carries that is expected of us. */
const BAR = 0.9;
/** RTO.Max: no timer of the sender waits longer. */
const STALL_MS = 60_000;
const MODEL_RUNS = 3;
const RTO_MIN_MS = 1000;

const { values, positionals } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const durationMs = 60_000 * Number(values.minutes);
const seed = Number(values.seed);

const lossPercent = positionals.length === 0 ? LOSS_PERCENT : positionals.map(Number);
const rows = lossPercent.map((percent) => row({ roundTripMs: ROUND_TRIP_MS, lossRate: percent / 100 }));
if (values.json) console.log(JSON.stringify({ node: process.version, minutes: durationMs / 60_000, seed, rows }));
else console.table(rows);
if (rows.some((each) => each['× model'] < BAR || each['longest gap, ms'] > STALL_MS)) process.exitCode = 1;

function row(path: BulkPath) {
  const ours = bulkTransfer({ ...path, durationMs, seed });
  const random = new SeededRandom(seed);
  const models = Array.from({ length: MODEL_RUNS }, () =>
    bulkModel({ ...path, durationMs, random: () => random.float() }),
  );
  const model = (key: keyof BulkResult): number => models.reduce((sum, each) => sum + each[key], 0) / MODEL_RUNS;
  const perSecond = (packets: number): number => (1000 * packets) / durationMs;
  return {
    'loss, %': 100 * path.lossRate,
    'Mbit/s': mbits(perSecond(ours.delivered)),
    packets: ours.sent,
    repeated: ours.retransmissions,
    'fast recoveries': ours.fastRecoveries,
    'T3-rtx': ours.timeouts,
    'longest gap, ms': Math.round(ours.longestGapMs),
    'model, Mbit/s': mbits(perSecond(model('delivered'))),
    'its T3-rtx': Math.round(model('timeouts')),
    'its longest gap': Math.round(Math.max(...models.map(({ longestGapMs }) => longestGapMs))),
    '× model': round(ours.delivered / model('delivered'), 3),
    'Mathis, Mbit/s': mbits(mathis(path)),
    'PFTK, Mbit/s': mbits(pftk(path, RTO_MIN_MS)),
  };
}

function mbits(packetsPerSecond: number): number {
  return round((packetsPerSecond * MESSAGE_BYTES * 8) / 1e6, 3);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
