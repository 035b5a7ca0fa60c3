import { SctpError } from '../../src/sctp/index.ts';
import { expectThat } from '../scenario.ts';
import { GuestCallError } from '../uml/guest-calls.ts';
import { initOption, rtoOption } from '../uml/kernel-options.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { KERNEL_ADDRESSES, type KernelLab } from '../uml/lab.ts';

const UNUSED_UDP_PORT = 9900;

/** SCTP ports where nobody listens (ABORT) and UDP ports where nobody listens (ICMP), on either side. */
export const kernelRefusal = kernelScenario('closed SCTP ports and closed UDP ports', async (lab, see) => {
  see(await sctpPortOfKernel(lab));
  see(await sctpPortOfOurs(lab));
  see(await udpPortOfKernel(lab));
  see(await udpPortOfOurs(lab));
});

async function sctpPortOfKernel(lab: KernelLab): Promise<string> {
  await using endpoint = await lab.bind();
  const began = performance.now();
  const error = await failure(endpoint.connect({ addresses: KERNEL_ADDRESSES, sctpPort: lab.unusedPort() }));
  const code = error instanceof SctpError ? error.code : String(error);
  expectThat(code === 'ERR_SCTP_ABORTED_BY_PEER', `connect ended with ${code}`);
  return `the kernel's SCTP port: ${code} after ${elapsed(began)}`;
}

async function sctpPortOfOurs(lab: KernelLab): Promise<string> {
  await using endpoint = await lab.bind();
  const began = performance.now();
  const error = await failure(lab.connect(endpoint.sctpPort));
  const code = error instanceof GuestCallError ? error.code : String(error);
  expectThat(code === 'ECONNREFUSED', `the kernel's connect ended with ${code}`);
  return `our SCTP port: ${code} at the kernel after ${elapsed(began)}`;
}

/** RFC 6951 §5.5: ICMP alone proves nothing, so the INITs are all sent. */
async function udpPortOfKernel(lab: KernelLab): Promise<string> {
  const config = { rtoInitialMs: 100, rtoMinMs: 100, maxInitRetransmits: 3 };
  await using endpoint = await lab.bind({ config });
  const began = performance.now();
  const target = { addresses: KERNEL_ADDRESSES, sctpPort: lab.unusedPort(), udpPort: UNUSED_UDP_PORT };
  const error = await failure(endpoint.connect(target));
  const code = error instanceof SctpError ? error.code : String(error);
  expectThat(code === 'ERR_SCTP_UNREACHABLE', `connect ended with ${code}`);
  const { socketErrors } = endpoint.encapsulation.counters;
  expectThat(socketErrors > 0, 'no ICMP message was seen');
  return `the kernel's UDP port: ${code} after ${elapsed(began)}, ${socketErrors} ICMP messages`;
}

async function udpPortOfOurs(lab: KernelLab): Promise<string> {
  const began = performance.now();
  const options = [rtoOption({ initialMs: 300, minMs: 300, maxMs: 300 }), initOption(10, 2, 300)];
  const error = await failure(lab.connect(lab.unusedPort(), { options }));
  const code = error instanceof GuestCallError ? error.code : String(error);
  expectThat(code === 'ETIMEDOUT', `the kernel's connect ended with ${code}`);
  return `our UDP port: ${code} at the kernel after ${elapsed(began)}`;
}

async function failure(attempt: Promise<unknown>): Promise<unknown> {
  try {
    await attempt;
  } catch (error) {
    return error;
  }
  throw new Error('the association came up');
}

function elapsed(began: number): string {
  return `${(performance.now() - began).toFixed(0)} ms`;
}
