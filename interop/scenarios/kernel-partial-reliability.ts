import { PATIENCE_MS, patience } from '../patience.ts';
import { pause } from '../peers.ts';
import { expectThat } from '../scenario.ts';
import { FIRST_PPID, type Traffic } from '../traffic.ts';
import { rtoOption } from '../uml/kernel-options.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import type { KernelLab } from '../uml/lab.ts';
import { DIRECTIONS, type Direction, type Meeting, meet } from '../uml/meeting.ts';
import { badWeather } from '../uml/weather.ts';

const OURS = { rtoInitialMs: 300, rtoMinMs: 300, rtoMaxMs: 1000 };
const KERNELS = [rtoOption({ initialMs: 300, minMs: 300, maxMs: 1000 })];
/** One chunk each, so that a message is given up or not. */
const TRAFFIC: Traffic = { messages: 600, messageBytes: 1000, streams: 4, pauseMs: 5 };
const WEATHER = { lossRate: 0.15, duplicateRate: 0, jitterMs: 5 };
const LIFETIME_MS = 200;
/** An ordered message without limits, the last one on its stream: whatever was given up before does not hold it up. */
const LAST_PPID = FIRST_PPID + TRAFFIC.messages;

/** What became of the messages. */
interface Outcome {
  /** In the order of their arrival. */
  readonly arrived: readonly number[];
  /** How many the sender says it has given up. */
  readonly abandoned: number;
  /** Which ones, if it says that too. */
  readonly reported?: ReadonlySet<number>;
}

type Policy = 'lifetime' | 'retransmissions';

/** PR-SCTP: messages given up under heavy loss are reported, the others arrive in order. RFC 3758, RFC 7496. */
export const kernelPartialReliability = kernelScenario('partial reliability', async (lab, see) => {
  for (const direction of DIRECTIONS) {
    for (const policy of ['lifetime', 'retransmissions'] as const) {
      see(`${direction} and send${direction === 'we connect' ? '' : 's'}, ${await encounter(lab, direction, policy)}`);
    }
  }
});

async function encounter(lab: KernelLab, direction: Direction, policy: Policy): Promise<string> {
  await using meeting = await meet(lab, direction, { mode: 'list', config: OURS, options: KERNELS });
  const { fate, report: weather } = badWeather(WEATHER, 1);
  lab.network.fate = fate;
  const send = direction === 'we connect' ? weSend : kernelSends;
  const outcome = await send(lab, meeting, policy);
  check(outcome);
  await meeting.ours.shutdown({ signal: patience() });
  lab.repair();
  const { arrived, abandoned } = outcome;
  return `${policy}: ${weather.lost} of ${weather.packets} packets lost, ${arrived.length} of ${TRAFFIC.messages + TRAFFIC.streams} messages arrived, in order; the sender counts ${abandoned} as given up`;
}

async function weSend(lab: KernelLab, { ours, kernels }: Meeting, policy: Policy): Promise<Outcome> {
  const reported = new Set<number>();
  ours.on('send-failed', ({ ppid }) => reported.add(ppid));
  const limit = policy === 'lifetime' ? { lifetimeMs: LIFETIME_MS } : { maxRetransmissions: 0 };
  for (let i = 0; i < TRAFFIC.messages; i++) {
    const data = new Uint8Array(TRAFFIC.messageBytes).fill(i);
    await ours.send(data, { stream: i % TRAFFIC.streams, ppid: FIRST_PPID + i, ...limit });
    await pause(TRAFFIC.pauseMs!);
  }
  lab.repair();
  for (let stream = 0; stream < TRAFFIC.streams; stream++)
    await ours.send('last', { stream, ppid: LAST_PPID + stream });
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const { ppids } = await kernels.received(0);
    const last = ppids.filter((ppid) => ppid >= LAST_PPID).length;
    if (last === TRAFFIC.streams) return { arrived: ppids, abandoned: reported.size, reported };
    expectThat(performance.now() < end, `${last} of ${TRAFFIC.streams} last messages arrived`);
    await pause(100);
  }
}

async function kernelSends(lab: KernelLab, { ours, kernels }: Meeting, policy: Policy): Promise<Outcome> {
  const arrived: number[] = [];
  ours.on('message', ({ ppid }) => arrived.push(ppid));
  const ttl = { policy: 0x10, value: LIFETIME_MS } as const;
  const rtx = { policy: 0x20, value: 0 } as const;
  await kernels.sendTraffic(TRAFFIC, policy === 'lifetime' ? ttl : rtx);
  lab.repair();
  for (let stream = 0; stream < TRAFFIC.streams; stream++) {
    await kernels.send(Buffer.from('last'), { stream, ppid: LAST_PPID + stream });
  }
  const end = performance.now() + PATIENCE_MS;
  while (arrived.filter((ppid) => ppid >= LAST_PPID).length < TRAFFIC.streams) {
    expectThat(performance.now() < end, 'the last messages did not arrive');
    await pause(100);
  }
  return { arrived, abandoned: await kernels.abandoned() };
}

function check({ arrived, abandoned, reported }: Outcome): void {
  const seen = new Set(arrived);
  expectThat(seen.size === arrived.length, 'a message came twice');
  expectThat(abandoned > 0, 'no message was given up');
  const missing = Array.from({ length: TRAFFIC.messages }, (_, i) => FIRST_PPID + i).filter((ppid) => !seen.has(ppid));
  expectThat(missing.length <= abandoned, `${missing.length} messages did not arrive, ${abandoned} were given up`);
  const silent = missing.filter((ppid) => reported?.has(ppid) === false);
  expectThat(silent.length === 0, `${silent.length} messages neither arrived nor were reported`);
  const last = new Map<number, number>();
  for (const ppid of arrived) {
    const stream = (ppid - FIRST_PPID) % TRAFFIC.streams;
    expectThat((last.get(stream) ?? 0) < ppid, `message ${ppid - FIRST_PPID} came late on stream ${stream}`);
    last.set(stream, ppid);
  }
}
