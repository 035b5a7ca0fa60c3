import { type ConnectOptions, type SctpAssociation, SctpEndpoint, SctpError } from '../../sctp/index.ts';
import type { FirstMessage, TransportTarget } from '../role.ts';

export interface DialerOptions {
  /**
   * Whether a peer may be called again while there is an association with it: from another SCTP port, on the same sockets.
   * Only for who is never called there itself: peers take the port that they were called from for the place where an
   * element or a registrar is.
   */
  readonly severalPerPeer: boolean;
}

/**
 * Opens the associations that a role asks for. Two endpoints have one association at most (RFC 9260 §1.3): while there is
 * one, the next one gets an endpoint of its own if it may, else it waits until the former one has ended.
 */
export class Dialer {
  readonly #endpoint: SctpEndpoint;
  readonly #severalPerPeer: boolean;
  /** By a peer's place: the end of the association of the first endpoint that leads there, or may lead there. */
  readonly #taken = new Map<string, Promise<void>>();

  constructor(endpoint: SctpEndpoint, { severalPerPeer }: DialerOptions) {
    this.#endpoint = endpoint;
    this.#severalPerPeer = severalPerPeer;
  }

  /** @throws (rejects) as `SctpEndpoint.connect` */
  async connect(
    target: TransportTarget,
    signal: AbortSignal,
    first: readonly FirstMessage[] = [],
  ): Promise<SctpAssociation> {
    const options = { signal, messages: first.map(({ ppid, bytes }) => ({ ppid, data: bytes })) };
    const keys = target.addresses.map((address) => `${address} ${target.port} ${target.udpPort}`);
    for (let former = this.#former(keys); former !== undefined; former = this.#former(keys)) {
      if (this.#severalPerPeer) return this.#connectApart(target, options);
      await endOf(former, signal);
    }
    const release = this.#take(keys);
    try {
      const association = await connect(this.#endpoint, target, options);
      void association.closed.then(release);
      return association;
    } catch (error) {
      release();
      // By an address that the target does not have: the peer has told it, or has learnt ours.
      const isDuplicate = error instanceof SctpError && error.code === 'ERR_SCTP_DUPLICATE';
      if (isDuplicate && this.#severalPerPeer) return this.#connectApart(target, options);
      throw error;
    }
  }

  #former(keys: readonly string[]): Promise<void> | undefined {
    const key = keys.find((each) => this.#taken.has(each));
    return key === undefined ? undefined : this.#taken.get(key);
  }

  /** The function returned gives the keys back. */
  #take(keys: readonly string[]): () => void {
    let ended!: () => void;
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    for (const key of keys) this.#taken.set(key, end);
    return () => {
      for (const key of keys) this.#taken.delete(key);
      ended();
    };
  }

  async #connectApart(target: TransportTarget, options: ConnectOptions): Promise<SctpAssociation> {
    const { encapsulation, config } = this.#endpoint;
    const endpoint = await SctpEndpoint.bind({ encapsulation, config });
    try {
      const association = await connect(endpoint, target, options);
      void association.closed.then(() => endpoint.close());
      return association;
    } catch (error) {
      await endpoint.close();
      throw error;
    }
  }
}

/** Waits for the end of an association. @throws (rejects) the signal's reason */
function endOf(former: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    const aborted = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', aborted, { once: true });
    void former.then(() => {
      signal.removeEventListener('abort', aborted);
      resolve();
    });
  });
}

function connect(endpoint: SctpEndpoint, target: TransportTarget, options: ConnectOptions): Promise<SctpAssociation> {
  const { addresses, port: sctpPort, udpPort } = target;
  return endpoint.connect({ addresses, sctpPort, udpPort }, options);
}
