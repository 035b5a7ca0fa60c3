import { patience } from '../patience.ts';
import { expectThat } from '../scenario.ts';
import type { Traffic } from '../traffic.ts';
import { interleavingOptions, rtoOption } from '../uml/kernel-options.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { describeStats, describeTransfer, sends, transfer } from '../uml/kernel-transfer.ts';
import { DIRECTIONS, meet } from '../uml/meeting.ts';
import { badWeather } from '../uml/weather.ts';

const OURS = {
  interleaving: true,
  scheduler: 'round-robin',
  rtoInitialMs: 200,
  rtoMinMs: 200,
  rtoMaxMs: 1000,
} as const;
const KERNELS = [...interleavingOptions(), rtoOption({ initialMs: 200, minMs: 200, maxMs: 1000 })];
/**
 * One chunk each: Linux 6.1 counts fragments from 0 after the first one, which is number 0 itself (RFC 8260 §2.1), so that
 * neither side can put the other's long messages together.
 */
const TRAFFIC: Traffic = { messages: 3000, messageBytes: 1400, streams: 16, unorderedEvery: 10 };
const WEATHER = { lossRate: 0.02, duplicateRate: 0.01, jitterMs: 5 };
const CHUNK_TYPE_AT = 20 + 8 + 12;
const [DATA, I_DATA] = [0, 64];

/** I-DATA of RFC 8260 on both sides. */
export const kernelInterleaving = kernelScenario('I-DATA', async (lab, see) => {
  for (const [seed, direction] of DIRECTIONS.entries()) {
    await using meeting = await meet(lab, direction, { mode: 'digest', config: OURS, options: KERNELS });
    const seen = { data: 0, iData: 0 };
    const { fate } = badWeather(WEATHER, seed);
    lab.network.fate = (packet, network) => {
      if (packet[CHUNK_TYPE_AT] === DATA) seen.data++;
      if (packet[CHUNK_TYPE_AT] === I_DATA) seen.iData++;
      return fate(packet, network);
    };
    const report = await transfer(meeting, direction, TRAFFIC);
    see(`${sends(direction)}, with loss: ${describeTransfer(report)}; ${describeStats(meeting.ours)}`);
    see(`${seen.iData} packets begin with I-DATA, ${seen.data} with DATA`);
    expectThat(seen.iData >= TRAFFIC.messages / 2 && seen.data === 0, 'I-DATA was not used');
    await meeting.ours.shutdown({ signal: patience() });
    lab.repair();
  }
});
