import { patience } from '../patience.ts';
import type { Traffic } from '../traffic.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { describeStats, describeTransfer, sends, transfer } from '../uml/kernel-transfer.ts';
import { DIRECTIONS, meet } from '../uml/meeting.ts';

const TRAFFIC: Traffic = { messages: 4400, messageBytes: 32_768, streams: 16, unorderedEvery: 10 };

/** More than 100 MB from the one that connects to the other. */
export const kernelTransfer = kernelScenario('100 MB each way', async (lab, see) => {
  for (const direction of DIRECTIONS) {
    await using meeting = await meet(lab, direction, { mode: 'digest' });
    const report = await transfer(meeting, direction, TRAFFIC);
    see(`${sends(direction)}: ${describeTransfer(report)}; ${describeStats(meeting.ours)}`);
    see(`${lab.overruns} packets lost because the guest was too slow`);
    await meeting.ours.shutdown({ signal: patience() });
  }
});
