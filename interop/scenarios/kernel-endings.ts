import { patience } from '../patience.ts';
import { expectThat } from '../scenario.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { DIRECTIONS, meet } from '../uml/meeting.ts';

/** Cause codes of RFC 9260 §3.3.10. */
const USER_INITIATED_ABORT = 12;

/** Graceful shutdown and abort, by us and by the kernel, of associations that either side has set up. */
export const kernelEndings = kernelScenario('shutdown and abort by either side', async (lab, see) => {
  for (const direction of DIRECTIONS) {
    const ends: string[] = [];
    for (const end of [ourShutdown, kernelShutdown, ourAbort, kernelAbort, kernelClose]) {
      await using meeting = await meet(lab, direction, { oneToMany: end === kernelAbort });
      ends.push(await end(meeting));
    }
    see(`${direction}: ${ends.join('; ')}`);
  }
});

type Met = Awaited<ReturnType<typeof meet>>;

async function ourShutdown({ ours, kernels }: Met): Promise<string> {
  await ours.send('the last message');
  await ours.shutdown({ signal: patience() });
  const { hex } = await kernels.event('message');
  expectThat(Buffer.from(hex as string, 'hex').toString() === 'the last message', 'the kernel has another message');
  await kernels.event('shutdown');
  await kernels.event('association', { state: 'shutdown-complete' });
  return 'our shutdown: its last message came first, the kernel reports SHUTDOWN and its completion';
}

async function kernelShutdown({ ours, kernels }: Met): Promise<string> {
  await kernels.send(Buffer.from('the last message'));
  await kernels.shutdown();
  const { data } = await ours.receive({ signal: patience() });
  expectThat(Buffer.from(data).toString() === 'the last message', 'we have another message');
  const reason = await ours.closed;
  expectThat(reason.kind === 'peer-shutdown', `closed by ${reason.kind}: ${reason.text}`);
  return `the kernel's shutdown: ${reason.kind}`;
}

async function ourAbort({ ours, kernels }: Met): Promise<string> {
  ours.abort('no more tea');
  const { cause, info } = await kernels.event('association', { state: 'lost' });
  const text = Buffer.from(info as string, 'hex').toString('latin1');
  expectThat(cause === USER_INITIATED_ABORT && text.includes('no more tea'), `the kernel saw cause ${cause}, ${text}`);
  return `our abort: lost with cause ${cause} and our reason`;
}

async function kernelAbort({ ours, kernels }: Met): Promise<string> {
  await kernels.abort('no more coffee');
  const { kind, text, causes } = await ours.closed;
  expectThat(kind === 'peer-aborted' && text.includes('no more coffee'), `closed by ${kind}: ${text}`);
  expectThat(causes.length === 1, `${causes.length} causes`);
  return `the kernel's abort: ${text}`;
}

async function kernelClose({ ours, kernels }: Met): Promise<string> {
  await kernels.abortByClose();
  const { kind, text } = await ours.closed;
  expectThat(kind === 'peer-aborted', `closed by ${kind}: ${text}`);
  return `the kernel's close without linger: ${text}`;
}
