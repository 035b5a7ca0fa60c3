import type { PathChange, SctpAssociation } from '../../src/sctp/index.ts';
import { PATIENCE_MS, patience } from '../patience.ts';
import { pause } from '../peers.ts';
import { expectThat } from '../scenario.ts';
import type { Traffic } from '../traffic.ts';
import { pathOption, rtoOption } from '../uml/kernel-options.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { describeStats, describeTransfer, sends, transfer } from '../uml/kernel-transfer.ts';
import { KERNEL_ADDRESSES, type KernelLab, OUR_ADDRESSES } from '../uml/lab.ts';
import { DIRECTIONS, type Direction, type Meeting, meet } from '../uml/meeting.ts';
import { nextPathChange } from '../uml/path-change.ts';

/** Slow enough to last as long as the story. */
const TRAFFIC: Traffic = { messages: 800, messageBytes: 20_000, streams: 4, unorderedEvery: 10, pauseMs: 10 };
const CUT_AFTER_MS = 1000;
/** So many go by the other path before the first one is repaired. */
const MESSAGES_MEANWHILE = 20;
const OURS = { rtoInitialMs: 200, rtoMinMs: 200, rtoMaxMs: 1000, pathMaxRetrans: 2, heartbeatIntervalMs: 500 };
const KERNELS = [rtoOption({ initialMs: 200, minMs: 200, maxMs: 1000 }), pathOption(500, 2)];

/** The primary path is cut in the middle of a transfer and repaired while it goes on. */
export const kernelPathCut = kernelScenario('a path cut and repaired in mid-transfer', async (lab, see) => {
  for (const direction of DIRECTIONS) {
    await using meeting = await meet(lab, direction, { mode: 'digest', config: OURS, options: KERNELS });
    let finished = false;
    const transferring = transfer(meeting, direction, TRAFFIC).finally(() => {
      finished = true;
    });
    // If the story fails, that is what is reported.
    transferring.catch(() => undefined);
    await pause(CUT_AFTER_MS);
    const story = await cutAndRepair(lab, meeting, direction);
    expectThat(!finished, 'the transfer was over before the path came back');
    await meeting.kernels.event('path', { address: OUR_ADDRESSES[0], state: 'available' });
    const report = await transferring;
    see(`${sends(direction)}: ${describeTransfer(report)}; ${story}`);
    see(describeStats(meeting.ours));
    await meeting.ours.shutdown({ signal: patience() });
  }
});

async function cutAndRepair(lab: KernelLab, { ours, kernels }: Meeting, direction: Direction): Promise<string> {
  const received = async (): Promise<number> =>
    direction === 'we connect' ? (await kernels.received(0)).messages : ours.stats()!.messagesReceived;
  const [cable] = lab.guest.cables;
  cable!.cut = true;
  const began = performance.now();
  await pathChanged(ours, 'inactive');
  const inactiveMs = performance.now() - began;
  await kernels.event('path', { address: OUR_ADDRESSES[0], state: 'unreachable' });
  const before = await received();
  const end = performance.now() + PATIENCE_MS;
  while ((await received()) < before + MESSAGES_MEANWHILE) {
    expectThat(performance.now() < end, 'nothing goes by the other path');
    await pause(20);
  }
  cable!.cut = false;
  const repaired = performance.now();
  await pathChanged(ours, 'active');
  const activeMs = performance.now() - repaired;
  return `inactive ${inactiveMs.toFixed(0)} ms after the cut, ${MESSAGES_MEANWHILE} messages go by the other path, active ${activeMs.toFixed(0)} ms after the repair`;
}

async function pathChanged(ours: SctpAssociation, wanted: PathChange['change']): Promise<void> {
  const { address, change } = await nextPathChange(ours);
  expectThat(address === KERNEL_ADDRESSES[0] && change === wanted, `${address} is ${change}, not ${wanted}`);
}
