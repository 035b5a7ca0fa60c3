import {
  type BindOptions,
  type Chunk,
  type ConnectOptions,
  decodePacket,
  type ListenOptions,
  type SctpAssociation,
  SctpEndpoint,
} from '../../../src/sctp/index.ts';
import { delay } from '../../harness/links/delay.ts';
import type { SimHost } from '../../harness/sim-substrate.ts';
import { SimWorld } from './sim-world.ts';

const SERVER = { addresses: ['10.0.0.2'], sctpPort: 5000 };

/** A server that listens, and associations from clients on hosts of their own, each as both sides see it. */
export class Scope {
  readonly world: SimWorld;
  readonly server: SctpEndpoint;
  readonly #hosts = new Map<string, SimHost>();
  readonly #incoming: AsyncIterator<SctpAssociation>;
  #clients = 0;

  private constructor(world: SimWorld, host: SimHost, server: SctpEndpoint, listen: ListenOptions) {
    this.world = world;
    this.server = server;
    this.#hosts.set('server', host);
    this.#incoming = server.listen(listen)[Symbol.asyncIterator]();
  }

  static async open(options: Partial<BindOptions> = {}, listen: ListenOptions = {}): Promise<Scope> {
    const world = new SimWorld([delay(10)]);
    const substrate = world.host('server', '10.0.0.2');
    return new Scope(world, substrate, await SctpEndpoint.bind({ ...SERVER, substrate, ...options }), listen);
  }

  /** An association from a new client, 10.0.1.1, 10.0.1.2 and so on. */
  async connect(options: ConnectOptions = {}): Promise<{ near: SctpAssociation; far: SctpAssociation }> {
    const address = `10.0.1.${++this.#clients}`;
    const substrate = this.world.host(address, address);
    this.#hosts.set(address, substrate);
    const client = await SctpEndpoint.bind({ addresses: [address], substrate });
    const near = await this.world.run(client.connect(SERVER, options));
    const far = await this.world.run(this.#incoming.next());
    return { near, far: far.value };
  }

  /** The chunks that leave an address from now on. */
  chunksSentBy(address: string): Chunk[] {
    const all: Chunk[] = [];
    this.onPacketFrom(address, (chunks) => all.push(...chunks));
    return all;
  }

  /** Calls `see` with the chunks of each packet that leaves an address from now on. */
  onPacketFrom(address: string, see: (chunks: readonly Chunk[]) => void): void {
    this.world.network.tap(({ fate, from, bytes }) => {
      if (fate === 'sent' && from.address === address) see(decodePacket(bytes.slice()).chunks);
    });
  }

  /** A host dies without a word. */
  kill(name: string): void {
    this.#hosts.get(name)!.kill();
  }
}
