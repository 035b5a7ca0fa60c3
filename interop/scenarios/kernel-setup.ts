import { EchoRun } from '../echo-run.ts';
import { patience } from '../patience.ts';
import { expectThat } from '../scenario.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { DIRECTIONS, meet } from '../uml/meeting.ts';

const ECHOED = { messages: 1000, longestBytes: 3000 };

/** Set-up in both directions: addresses, paths, streams; then small messages on all streams, echoed by the kernel. */
export const kernelSetup = kernelScenario('set-up, two addresses on each side; messages echoed', async (lab, see) => {
  for (const direction of DIRECTIONS) {
    await using meeting = await meet(lab, direction, { mode: 'echo' });
    const { ours, kernels } = meeting;
    const up = await kernels.event('association', { state: 'up' });
    see(
      `${direction}: ${ours.outboundStreams} streams out, ${ours.inboundStreams} in; to ${ours.remote.addresses.join(', ')}`,
    );
    expectThat(
      up.outbound === ours.inboundStreams && up.inbound === ours.outboundStreams,
      'other streams at the kernel',
    );
    expectThat(ours.paths.length === 2, `${ours.paths.length} paths`);
    expectThat(
      ours.paths.every(({ state }) => state === 'active'),
      'a path is not confirmed',
    );
    see('both paths confirmed');
    see(await new EchoRun(ECHOED).over(ours));
    await ours.shutdown({ signal: patience() });
  }
});
