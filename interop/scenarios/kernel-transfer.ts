import type { Traffic } from '../traffic.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { describeTransfer, transfer } from '../uml/kernel-transfer.ts';
import { DIRECTIONS, meet } from '../uml/meeting.ts';

const TRAFFIC: Traffic = { messages: 4400, messageBytes: 32_768, streams: 16, unorderedEvery: 10 };
const LIMIT_MS = 120_000;

/** More than 100 MB from the one that connects to the other. */
export const kernelTransfer = kernelScenario('100 MB each way', async (lab, see) => {
  for (const direction of DIRECTIONS) {
    await using meeting = await meet(lab, direction, { mode: 'digest' });
    const report = await transfer(meeting, direction, TRAFFIC, LIMIT_MS);
    const { retransmissions, t3Expirations, duplicateTsnsReceived } = meeting.ours.stats()!;
    see(
      `${direction} and ${direction === 'we connect' ? 'send' : 'sends'}: ${describeTransfer(report)}; ours: ${retransmissions} retransmissions, ${t3Expirations} T3 expirations, ${duplicateTsnsReceived} duplicates`,
    );
    await meeting.ours.shutdown({ signal: AbortSignal.timeout(10_000) });
  }
});
