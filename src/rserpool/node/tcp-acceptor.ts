import type { IpAddress } from '../../base/address.ts';
import { Tally } from '../../base/tally.ts';
import { RSerPoolError } from '../errors.ts';
import type { TransportTarget } from '../role.ts';
import type { TcpConfig } from './tcp-config.ts';
import type { TcpListener, TcpNetwork, TcpSocket } from './tcp-network.ts';

export interface TcpAcceptorOptions {
  readonly network: TcpNetwork;
  /** One listener for each of them, all on the same port. */
  readonly addresses: readonly IpAddress[];
  readonly port: number;
  /** Whether any other port will do if that one is taken. */
  readonly orAnyPort: boolean;
  readonly config: TcpConfig;
  /** A connection within the limits; `gone` is to be called when it has ended. */
  readonly onSocket: (socket: TcpSocket, gone: () => void) => void;
}

/** Takes the connections of users that reach a registrar by TCP. RFC 5352 §2.1. */
export class TcpAcceptor {
  readonly #options: TcpAcceptorOptions;
  readonly #listeners: TcpListener[] = [];
  readonly #connectionsFrom = new Tally<IpAddress>();
  #connections = 0;

  private constructor(options: TcpAcceptorOptions) {
    this.#options = options;
  }

  /** @throws (rejects) RSerPoolError `ERR_RSERPOOL_PORT_TAKEN` if the port cannot be had on every address */
  static async open(options: TcpAcceptorOptions): Promise<TcpAcceptor> {
    const acceptor = new TcpAcceptor(options);
    try {
      await acceptor.#listen(options.port);
    } catch (error) {
      if (!options.orAnyPort) throw error;
      await acceptor.#listen(0);
    }
    return acceptor;
  }

  /** Where users come: one place for each address, since a TCP transport has one (RFC 5354 §3.5). */
  get targets(): readonly TransportTarget[] {
    return this.#listeners.map(({ port }, i) => ({ protocol: 'tcp', addresses: [this.#options.addresses[i]!], port }));
  }

  /** Takes no further connections. Never rejects. */
  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  async #listen(wanted: number): Promise<void> {
    const { network, addresses } = this.#options;
    let port = wanted;
    for (const address of addresses) {
      try {
        const listener = await network.listen({ address, port, onConnection: (socket) => this.#accept(socket) });
        this.#listeners.push(listener);
        // The same for all addresses.
        port = listener.port;
      } catch (error) {
        await this.close();
        this.#listeners.length = 0;
        const code = String((error as { readonly code?: unknown }).code);
        const text = `TCP port ${port} on ${address} cannot be bound (${code}); choose another one, or false for no TCP`;
        throw new RSerPoolError('ERR_RSERPOOL_PORT_TAKEN', text, { address, port, code }, error);
      }
    }
  }

  #accept(socket: TcpSocket): void {
    const { config, onSocket } = this.#options;
    const { address } = socket.remote;
    const fromThere = this.#connectionsFrom.of(address);
    if (this.#connections >= config.maxConnections || fromThere >= config.maxConnectionsPerAddress) {
      socket.destroy();
      return;
    }
    this.#connections++;
    this.#connectionsFrom.add(address);
    onSocket(socket, () => this.#gone(address));
  }

  #gone(address: IpAddress): void {
    this.#connections--;
    this.#connectionsFrom.remove(address);
  }
}
