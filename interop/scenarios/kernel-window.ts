import { patience } from '../patience.ts';
import { pause } from '../peers.ts';
import { expectThat } from '../scenario.ts';
import { receiveTraffic, sameTraffic, sendTraffic, type Traffic } from '../traffic.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { type Meeting, meet } from '../uml/meeting.ts';

/** More than both buffers hold. */
const TRAFFIC: Traffic = { messages: 1000, messageBytes: 32_768, streams: 4 };
const NOT_READING_MS = 3000;

/** A receiver that does not read for some seconds: its window closes, is probed, and opens again. */
export const kernelWindow = kernelScenario('a receiver that does not read', async (lab, see) => {
  for (const [direction, run] of [
    ['we connect', kernelDoesNotRead],
    ['the kernel connects', weDoNotRead],
  ] as const) {
    await using meeting = await meet(lab, direction, { mode: 'digest' });
    see(await run(meeting));
    await meeting.ours.shutdown({ signal: patience() });
  }
});

async function kernelDoesNotRead({ ours, kernels }: Meeting): Promise<string> {
  await kernels.read(false);
  const sending = sendTraffic(ours, TRAFFIC);
  // If a check below throws, that is what is reported.
  sending.catch(() => undefined);
  await pause(NOT_READING_MS);
  const { waitingFor, peerRwndBytes, bufferedBytes } = ours.stats()!;
  expectThat(waitingFor === 'peer-window', `we wait for ${waitingFor}, the window is ${peerRwndBytes}`);
  await kernels.read(true);
  const [sent, received] = await Promise.all([sending, kernels.received(TRAFFIC.messages)]);
  expectThat(sameTraffic(sent.digest, received.digest), 'what was received is not what was sent');
  return `the kernel does not read: its window is ${peerRwndBytes} bytes, we wait with ${bufferedBytes}; then all ${received.bytes} bytes arrive`;
}

async function weDoNotRead({ ours, kernels }: Meeting): Promise<string> {
  const sending = kernels.sendTraffic(TRAFFIC);
  // If a check below throws, that is what is reported.
  sending.catch(() => undefined);
  await pause(NOT_READING_MS);
  const { localRwndBytes, unreadMessages } = ours.stats()!;
  expectThat(localRwndBytes < 1500, `our window is ${localRwndBytes} bytes`);
  const receiving = receiveTraffic(ours, TRAFFIC.messages);
  const [sent, received] = await Promise.all([sending, receiving]);
  expectThat(sameTraffic(sent.digest, received.digest), 'what was received is not what was sent');
  return `we do not read: our window is ${localRwndBytes} bytes, ${unreadMessages} messages wait; then all ${received.bytes} bytes arrive`;
}
