import { once } from 'node:events';
import { patience } from '../patience.ts';
import { pause } from '../peers.ts';
import { expectThat } from '../scenario.ts';
import { GuestCallError } from '../uml/guest-calls.ts';
import {
  addStreamsOption,
  allowResetsOption,
  type KernelOption,
  resetAssociationOption,
  resetStreamsOption,
} from '../uml/kernel-options.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { DIRECTIONS, type Meeting, meet } from '../uml/meeting.ts';

const OURS = { allowStreamResets: true, allowAssociationResets: true, allowStreamAdditions: true };
const KERNELS = [allowResetsOption()];
const STREAM = 3;
const MORE = 5;
const signal = (): AbortSignal => patience();

/** RE-CONFIG of RFC 6525: streams and the association begin anew, streams are added; either side asks. */
export const kernelReconfiguration = kernelScenario('stream reconfiguration', async (lab, see) => {
  for (const direction of DIRECTIONS) {
    const done: string[] = [];
    for (const ask of [weResetOurs, weResetTheirs, kernelResetsOurs, kernelResetsTheirs, weAdd, kernelAdds]) {
      await using meeting = await meet(lab, direction, { config: OURS, options: KERNELS });
      await speak(meeting, 0);
      done.push(await ask(meeting));
      await meeting.ours.shutdown({ signal: signal() });
    }
    for (const ask of [weResetAll, kernelResetsAll]) {
      await using meeting = await meet(lab, direction, { config: OURS, options: KERNELS });
      await speak(meeting, 0);
      done.push(await ask(meeting));
      await speak(meeting, 0);
      await meeting.ours.shutdown({ signal: signal() });
    }
    see(`${direction}: ${done.join('; ')}`);
  }
});

/** Two messages each way. Those to the kernel have these SSNs there. */
async function speak({ ours, kernels }: Meeting, firstSsn: number, stream = STREAM): Promise<void> {
  for (const ssn of [firstSsn, firstSsn + 1]) {
    await ours.send(`our ${ssn}`, { stream });
    const seen = await kernels.event('message');
    expectThat(seen.stream === stream && seen.ssn === ssn, `the kernel saw SSN ${seen.ssn} on stream ${seen.stream}`);
    await kernels.send(Buffer.from(`its ${ssn}`), { stream });
    const { data } = await ours.receive({ signal: signal() });
    expectThat(Buffer.from(data).toString() === `its ${ssn}`, 'another message came');
  }
}

/** The kernel does not ask (EAGAIN) before all that it has sent is acknowledged. */
async function kernelAsks({ kernels }: Meeting, option: KernelOption): Promise<void> {
  const limit = signal();
  for (;;) {
    try {
      return await kernels.setOption(option);
    } catch (error) {
      if (limit.aborted || !(error instanceof GuestCallError) || error.code !== 'EAGAIN') throw error;
      await pause(50);
    }
  }
}

async function weResetOurs(meeting: Meeting): Promise<string> {
  await meeting.ours.resetStreams({ outgoing: [STREAM], signal: signal() });
  await meeting.kernels.event('stream-reset', { incoming: true, denied: false, failed: false });
  await speak(meeting, 0);
  return 'we reset our stream: SSN 0 again';
}

async function weResetTheirs(meeting: Meeting): Promise<string> {
  await meeting.ours.resetStreams({ incoming: [STREAM], signal: signal() });
  await meeting.kernels.event('stream-reset', { outgoing: true, denied: false, failed: false });
  await speak(meeting, 2);
  return 'we ask the kernel to reset its stream: it does';
}

async function kernelResetsTheirs(meeting: Meeting): Promise<string> {
  const reset = once(meeting.ours, 'stream-reset', { signal: signal() });
  await kernelAsks(meeting, resetStreamsOption('outgoing', [STREAM]));
  const [{ direction, streams }] = await reset;
  expectThat(
    direction === 'incoming' && String(streams) === String(STREAM),
    `${direction} streams ${streams} were reset`,
  );
  await meeting.kernels.event('stream-reset', { outgoing: true, denied: false, failed: false });
  await speak(meeting, 2);
  return 'the kernel resets its stream: we are told';
}

async function kernelResetsOurs(meeting: Meeting): Promise<string> {
  const reset = once(meeting.ours, 'stream-reset', { signal: signal() });
  await kernelAsks(meeting, resetStreamsOption('incoming', [STREAM]));
  const [{ direction, streams }] = await reset;
  expectThat(
    direction === 'outgoing' && String(streams) === String(STREAM),
    `${direction} streams ${streams} were reset`,
  );
  await meeting.kernels.event('stream-reset', { incoming: true, denied: false, failed: false });
  await speak(meeting, 0);
  return 'the kernel asks us to reset our stream: SSN 0 again';
}

async function weAdd(meeting: Meeting): Promise<string> {
  const { ours, kernels } = meeting;
  const [out, inbound] = [ours.outboundStreams, ours.inboundStreams];
  await ours.addStreams({ outgoing: MORE, incoming: MORE, signal: signal() });
  await kernels.event('stream-change');
  expectThat(ours.outboundStreams === out + MORE, `${ours.outboundStreams} streams out`);
  expectThat(ours.inboundStreams === inbound + MORE, `${ours.inboundStreams} streams in`);
  await speak(meeting, 0, out + MORE - 1);
  return `we add ${MORE} streams each way: ${ours.outboundStreams} out, ${ours.inboundStreams} in, the last one is used`;
}

async function kernelAdds(meeting: Meeting): Promise<string> {
  const { ours } = meeting;
  const [out, inbound] = [ours.outboundStreams, ours.inboundStreams];
  await kernelAsks(meeting, addStreamsOption(MORE, MORE));
  const limit = signal();
  while (ours.outboundStreams < out + MORE || ours.inboundStreams < inbound + MORE) {
    await once(ours, 'streams-added', { signal: limit });
  }
  await speak(meeting, 0, out + MORE - 1);
  return `the kernel adds ${MORE} streams each way: ${ours.outboundStreams} out, ${ours.inboundStreams} in`;
}

async function weResetAll({ ours, kernels }: Meeting): Promise<string> {
  await ours.resetAssociation({ signal: signal() });
  await kernels.event('association-reset', { denied: false, failed: false });
  return 'we reset the association: all SSNs 0 again';
}

async function kernelResetsAll(meeting: Meeting): Promise<string> {
  const { ours, kernels } = meeting;
  const reset = once(ours, 'association-reset', { signal: signal() });
  await kernelAsks(meeting, resetAssociationOption());
  await reset;
  await kernels.event('association-reset', { denied: false, failed: false });
  return 'the kernel resets the association: all SSNs 0 again';
}
