import { type SctpAssociation, SctpEndpoint } from '../../sctp/index.ts';
import type { TransportTarget } from '../role.ts';

/**
 * Opens the associations that a role asks for. Two endpoints have one association at most (RFC 9260 §1.3), but several
 * sessions may lead to one element: while there is one, the next one gets an endpoint of its own, on the same sockets.
 */
export class Dialer {
  readonly #endpoint: SctpEndpoint;
  /** Peers that an association of the first endpoint leads to, or may lead to. */
  readonly #taken = new Set<string>();

  constructor(endpoint: SctpEndpoint) {
    this.#endpoint = endpoint;
  }

  /** @throws (rejects) as `SctpEndpoint.connect` */
  async connect(target: TransportTarget, signal: AbortSignal): Promise<SctpAssociation> {
    const keys = target.addresses.map((address) => `${address} ${target.port} ${target.udpPort}`);
    if (keys.some((key) => this.#taken.has(key))) return this.#connectApart(target, signal);
    for (const key of keys) this.#taken.add(key);
    const release = (): void => {
      for (const key of keys) this.#taken.delete(key);
    };
    try {
      const association = await connect(this.#endpoint, target, signal);
      void association.closed.then(release);
      return association;
    } catch (error) {
      release();
      throw error;
    }
  }

  async #connectApart(target: TransportTarget, signal: AbortSignal): Promise<SctpAssociation> {
    const { encapsulation, config } = this.#endpoint;
    const endpoint = await SctpEndpoint.bind({ encapsulation, config });
    try {
      const association = await connect(endpoint, target, signal);
      void association.closed.then(() => endpoint.close());
      return association;
    } catch (error) {
      await endpoint.close();
      throw error;
    }
  }
}

function connect(endpoint: SctpEndpoint, target: TransportTarget, signal: AbortSignal): Promise<SctpAssociation> {
  const { addresses, port: sctpPort, udpPort } = target;
  return endpoint.connect({ addresses, sctpPort, udpPort }, { signal });
}
