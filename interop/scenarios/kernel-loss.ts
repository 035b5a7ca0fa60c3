import { patience } from '../patience.ts';
import { expectThat } from '../scenario.ts';
import type { Traffic } from '../traffic.ts';
import { rtoOption } from '../uml/kernel-options.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { describeStats, describeTransfer, sends, transfer } from '../uml/kernel-transfer.ts';
import { DIRECTIONS, meet } from '../uml/meeting.ts';
import { badWeather } from '../uml/weather.ts';

const TRAFFIC: Traffic = { messages: 800, messageBytes: 8000, streams: 8, unorderedEvery: 10 };
const WEATHER = { lossRate: 0.03, duplicateRate: 0.01, jitterMs: 8 };
const OURS = { rtoInitialMs: 200, rtoMinMs: 200, rtoMaxMs: 1000 };
const KERNELS = [rtoOption({ initialMs: 200, minMs: 200, maxMs: 1000 })];

/** Both networks lose, double and disorder packets in both directions. */
export const kernelLoss = kernelScenario('loss, duplication and reordering on both networks', async (lab, see) => {
  for (const [seed, direction] of DIRECTIONS.entries()) {
    await using meeting = await meet(lab, direction, { mode: 'digest', config: OURS, options: KERNELS });
    const before = await lab.kernelCounters();
    const { fate, report: weather } = badWeather(WEATHER, seed);
    lab.network.fate = fate;
    const report = await transfer(meeting, direction, TRAFFIC);
    const counters = await lab.kernelCounters();
    const kernels = (name: string): number => counters[name]! - before[name]!;
    see(`${sends(direction)}: ${describeTransfer(report)}`);
    see(
      `${weather.packets} packets, ${weather.lost} lost, ${weather.doubled} doubled, all up to ${WEATHER.jitterMs} ms late`,
    );
    const again = `${kernels('SctpFastRetransmits')} fast, ${kernels('SctpT3Retransmits')} after T3`;
    see(`${describeStats(meeting.ours)}; the kernel's sent again: ${again}`);
    expectThat(weather.lost > 0 && weather.doubled > 0, 'the weather was fine');
    await meeting.ours.shutdown({ signal: patience() });
    lab.repair();
  }
});
