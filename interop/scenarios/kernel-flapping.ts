import { patience } from '../patience.ts';
import { pause } from '../peers.ts';
import { expectThat } from '../scenario.ts';
import type { Traffic } from '../traffic.ts';
import { pathOption, rtoOption } from '../uml/kernel-options.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { describeStats, describeTransfer, transfer } from '../uml/kernel-transfer.ts';
import type { KernelLab } from '../uml/lab.ts';
import { DIRECTIONS, meet } from '../uml/meeting.ts';
import { badWeather } from '../uml/weather.ts';

const TRAFFIC: Traffic = { messages: 800, messageBytes: 4000, streams: 8, unorderedEvery: 10, pauseMs: 10 };
const WEATHER = { lossRate: 0.01, duplicateRate: 0.01, jitterMs: 4 };
const OURS = {
  ...{ rtoInitialMs: 200, rtoMinMs: 200, rtoMaxMs: 1000, pathMaxRetrans: 1, heartbeatIntervalMs: 300 },
  associationMaxRetrans: 20,
};
const KERNELS = [rtoOption({ initialMs: 200, minMs: 200, maxMs: 1000 }), pathOption(300, 1)];
const CUT_MS = 1000;
const WHOLE_MS = 500;

/** Traffic in both directions at once, while the two paths fail in turn and lose packets all the time. */
export const kernelFlapping = kernelScenario('paths that come and go, traffic both ways at once', async (lab, see) => {
  await using meeting = await meet(lab, 'we connect', { mode: 'digest', config: OURS, options: KERNELS });
  const changes: string[] = [];
  meeting.ours.on('path-changed', ({ change }) => changes.push(change));
  lab.network.fate = badWeather(WEATHER, 1).fate;
  let finished = false;
  const transferring = Promise.all(DIRECTIONS.map((sender) => transfer(meeting, sender, TRAFFIC)));
  // If something else fails, that is what is reported.
  transferring
    .catch(() => undefined)
    .finally(() => {
      finished = true;
    });
  let cuts = 0;
  while (!finished) await cutFor(lab, cuts++ % 2, CUT_MS);
  const [toKernel, fromKernel] = await transferring;
  see(`to the kernel ${describeTransfer(toKernel!)}`);
  see(`from the kernel ${describeTransfer(fromKernel!)}`);
  const times = (change: string): number => changes.filter((each) => each === change).length;
  see(
    `${cuts} cuts: ${times('inactive')} times inactive, ${times('active')} times active again; ${describeStats(meeting.ours)}`,
  );
  expectThat(cuts >= 4 && times('inactive') > 0 && times('active') > 0, 'the paths were not seen to come and go');
  lab.repair();
  await meeting.ours.shutdown({ signal: patience() });
});

async function cutFor(lab: KernelLab, path: number, ms: number): Promise<void> {
  const cable = lab.guest.cables[path]!;
  cable.cut = true;
  await pause(ms);
  cable.cut = false;
  await pause(WHOLE_MS);
}
