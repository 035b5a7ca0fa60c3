import { once } from 'node:events';
import type { EndpointConfig, SctpAssociation, SctpEndpoint } from '../../src/sctp/index.ts';
import { patience } from '../patience.ts';
import type { KernelSocket } from './kernel-socket.ts';
import { KERNEL_ADDRESSES, type KernelLab, type KernelSocketOptions } from './lab.ts';

export const DIRECTIONS = ['we connect', 'the kernel connects'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface MeetingOptions extends KernelSocketOptions {
  /** Settings of our endpoint. */
  readonly config?: Partial<EndpointConfig>;
}

/** An association between us and the kernel, both ends of it. Disposing of it aborts it. */
export interface Meeting extends AsyncDisposable {
  readonly endpoint: SctpEndpoint;
  readonly ours: SctpAssociation;
  readonly kernels: KernelSocket;
}

/**
 * Sets an association up. Whoever connects knows one address of the other and is told of the second; both paths are
 * confirmed in the end.
 */
export async function meet(lab: KernelLab, direction: Direction, options: MeetingOptions = {}): Promise<Meeting> {
  const endpoint = await lab.bind({ config: options.config });
  const signal = patience();
  try {
    const pair = direction === 'we connect' ? await weConnect() : await kernelConnects();
    await allConfirmed(pair.ours);
    return { endpoint, ...pair, [Symbol.asyncDispose]: () => endpoint.close({ timeoutMs: 0 }) };
  } catch (error) {
    await endpoint.close({ timeoutMs: 0 });
    throw error;
  }

  async function weConnect() {
    const sctpPort = lab.unusedPort();
    const listener = await lab.listen(sctpPort, options);
    const ours = await endpoint.connect({ addresses: KERNEL_ADDRESSES.slice(0, 1), sctpPort }, { signal });
    return { ours, kernels: options.oneToMany === true ? listener : await lab.accepted(listener) };
  }

  async function kernelConnects() {
    const listener = endpoint.listen({ signal });
    const [kernels, { value: ours }] = await Promise.all([lab.connect(endpoint.sctpPort, options), listener.next()]);
    listener.stop();
    return { ours: ours!, kernels };
  }
}

async function allConfirmed(association: SctpAssociation): Promise<void> {
  const signal = patience();
  while (association.paths.some(({ state }) => state !== 'active')) await once(association, 'path-changed', { signal });
}
