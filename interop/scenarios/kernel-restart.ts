import { once } from 'node:events';
import { patience } from '../patience.ts';
import { expectThat } from '../scenario.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { KERNEL_ADDRESSES, type KernelLab } from '../uml/lab.ts';
import { DIRECTIONS, meet } from '../uml/meeting.ts';

const HASTY = { rtoInitialMs: 200, rtoMinMs: 200, rtoMaxMs: 400, associationMaxRetrans: 4, pathMaxRetrans: 2 };

/** A peer that stands still, one that is switched off and comes back, and we come back ourselves. */
export const kernelRestart = kernelScenario('peer lost, peer restarted, we restarted', async (lab, see) => {
  for (const direction of DIRECTIONS) see(`${direction}: ${await frozen(lab, direction)}`);
  see(await theKernelRestarts(lab));
  see(await weRestart(lab));
});

async function frozen(lab: KernelLab, direction: (typeof DIRECTIONS)[number]): Promise<string> {
  await using meeting = await meet(lab, direction, { config: HASTY });
  const { ours } = meeting;
  lab.guest.freeze();
  const began = performance.now();
  try {
    await ours.send('to nobody');
    const reason = await ours.closed;
    expectThat(reason.kind === 'lost', `closed by ${reason.kind}: ${reason.text}`);
    return `guest frozen: lost after ${(performance.now() - began).toFixed(0)} ms`;
  } finally {
    lab.guest.thaw();
  }
}

/** RFC 9260 §5.2.2: an INIT from the same addresses and ports with nothing of the old association in it. */
async function theKernelRestarts(lab: KernelLab): Promise<string> {
  await using endpoint = await lab.bind();
  const incoming = endpoint.listen();
  const localPort = lab.unusedPort();
  await lab.connect(endpoint.sctpPort, { localPort });
  const { value: ours } = await incoming.next();
  expectThat(ours !== undefined, 'no association');
  const acknowledged = once(ours!, 'dry', { signal: patience() });
  await ours!.send('before');
  // What is sent again reaches a guest that knows nothing of us yet: it would abort the association.
  await acknowledged;
  await lab.guest.kill();
  const began = performance.now();
  await lab.boot();
  const bootedMs = performance.now() - began;
  const restarted = once(ours!, 'restart', { signal: patience() });
  const kernels = await lab.connect(endpoint.sctpPort, { localPort });
  await restarted;
  await ours!.send('after');
  const { hex } = await kernels.event('message');
  expectThat(Buffer.from(hex as string, 'hex').toString() === 'after', 'the kernel has another message');
  await kernels.send(Buffer.from('likewise'));
  const { data } = await ours!.receive({ signal: patience() });
  expectThat(Buffer.from(data).toString() === 'likewise', 'we have another message');
  expectThat(endpoint.associations.length === 1, `${endpoint.associations.length} associations`);
  await endpoint.close({ timeoutMs: 0 });
  return `guest switched off, booted again in ${(bootedMs / 1000).toFixed(1)} s, connects from the same port: restart reported, messages both ways`;
}

async function weRestart(lab: KernelLab): Promise<string> {
  const port = lab.unusedPort();
  const listener = await lab.listen(port);
  const target = { addresses: KERNEL_ADDRESSES, sctpPort: port };
  const before = await lab.bind();
  const { sctpPort } = before;
  const first = await before.connect(target);
  await first.send('before');
  const kernels = await lab.accepted(listener);
  await kernels.event('message');
  for (const cable of lab.guest.cables) cable.cut = true;
  await before.close({ timeoutMs: 0 });
  lab.repair();
  await using after = await lab.bind({ sctpPort });
  const again = await after.connect(target, { signal: patience() });
  await kernels.event('association', { state: 'restart' });
  await again.send('after');
  const { hex } = await kernels.event('message');
  expectThat(Buffer.from(hex as string, 'hex').toString() === 'after', 'the kernel has another message');
  await again.shutdown({ signal: patience() });
  return 'we vanish and connect from the same port: the kernel reports a restart on the same socket, then our message';
}
