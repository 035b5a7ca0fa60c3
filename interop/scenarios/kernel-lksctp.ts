import { patience } from '../patience.ts';
import { expectThat } from '../scenario.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { KERNEL_ADDRESSES, type KernelLab } from '../uml/lab.ts';

const [PRIMARY, SECOND] = KERNEL_ADDRESSES;
/** What `sctp_test -c 4` sends, and `-x 3` three times. */
const LENGTHS = [1, 1000, 2000, 3000, 5000, 10_000, 15_000, 20_000, 25_000, 32_768];
const ROUNDS = 3;

/** A program of others on the kernel's sockets: sctp_test of lksctp-tools. */
export const kernelLksctp = kernelScenario(
  'sctp_test of lksctp-tools, client and server',
  async (lab, see) => {
    see(await itSends(lab));
    see(await itReceives(lab));
  },
  ['sctp_test', 'timeout', 'stdbuf', 'pkill'],
);

async function itSends(lab: KernelLab): Promise<string> {
  await using endpoint = await lab.bind();
  const listener = endpoint.listen({ signal: patience() });
  const [{ value: ours }] = await Promise.all([
    listener.next(),
    lab.guest.run(
      `timeout 20 sctp_test -H ${PRIMARY} -B ${SECOND} -P ${lab.unusedPort()} -h ${endpoint.addresses[0]} ` +
        `-p ${endpoint.sctpPort} -s -c 4 -x ${ROUNDS}`,
    ),
  ]);
  listener.stop();
  const lengths: number[] = [];
  for await (const { data } of ours!) lengths.push(data.length);
  const wanted = Array.from({ length: ROUNDS }, () => LENGTHS).flat();
  expectThat(String(lengths) === String(wanted), `messages of ${lengths} bytes came`);
  const { kind } = await ours!.closed;
  expectThat(kind === 'peer-shutdown', `closed by ${kind}`);
  return `its client: ${lengths.length} messages of 1 to 32768 bytes from ${ours!.remote.addresses.join(', ')}, then ${kind}`;
}

async function itReceives(lab: KernelLab): Promise<string> {
  const port = lab.unusedPort();
  const server = lab.guest.run(`timeout 30 stdbuf -oL sctp_test -H ${PRIMARY} -B ${SECOND} -P ${port} -l; true`);
  // If a check below throws, that is what is reported.
  server.catch(() => undefined);
  await lab.guest.run(`until grep -qw ${port} /proc/net/sctp/eps; do sleep 0.05; done`);
  await using endpoint = await lab.bind();
  const ours = await endpoint.connect({ addresses: [PRIMARY!], sctpPort: port });
  expectThat(ours.remote.addresses.length === 2, `its addresses: ${ours.remote.addresses}`);
  await ours.send('hello', { stream: 3 });
  await ours.send(new Uint8Array(5000), { stream: 4, unordered: true });
  await ours.shutdown({ signal: patience() });
  // It serves on until somebody ends it.
  await lab.guest.run('sleep 1; pkill -x sctp_test; true');
  const output = await server;
  for (const text of ['COMMUNICATION_UP', 'hello', 'Data 5000 bytes', 'stream=4 ', 'SHUTDOWN_COMPLETE']) {
    expectThat(output.includes(text), `sctp_test did not print ${text}: ${output}`);
  }
  return 'its server: both messages and the completed shutdown';
}
