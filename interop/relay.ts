import { createSocket, type Socket } from 'node:dgram';
import { SeededRandom } from '../test/harness/random.ts';
import { freeUdpPort, pause } from './peers.ts';

/** Which of the two a datagram came from. */
export type Side = 'ours' | 'theirs';

/** What happens to a datagram on the way: it is dropped, goes on at once, or after so many ms. */
export type Fate = 'drop' | 'pass' | number;

/**
 * A UDP way between our endpoint and a peer on loopback that can lose, delay and inject datagrams. Either side takes the
 * relay's port for the other's.
 */
export class Relay {
  /** The UDP port that both sides are told. */
  readonly port: number;
  /** What to do with a datagram; changed by scenarios while it runs. */
  fate: (from: Side, datagram: Uint8Array) => Fate = () => 'pass';
  /** UDP port of our endpoint; learnt from what it sends if it is not known. */
  ourPort = 0;
  readonly counts = { passed: 0, dropped: 0, delayed: 0 };
  readonly #theirPort: number;
  readonly #socket: Socket;

  private constructor(socket: Socket, theirPort: number) {
    this.#socket = socket;
    this.port = socket.address().port;
    this.#theirPort = theirPort;
    socket.on('message', (datagram, { port }) => this.#carry(port === theirPort ? 'theirs' : 'ours', port, datagram));
    socket.on('error', () => undefined);
  }

  /** @param theirPort UDP port of the peer */
  static async open(theirPort: number): Promise<Relay> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
    const port = await freeUdpPort();
    await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve));
    return new Relay(socket, theirPort);
  }

  /** Loses and delays at random, the same way for the same seed. */
  impair(options: { readonly loss: number; readonly reorder: number; readonly seed: number }): void {
    const random = new SeededRandom(options.seed);
    this.fate = () => {
      if (random.chance(options.loss)) return 'drop';
      return random.chance(options.reorder) ? 1 + random.below(10) : 'pass';
    };
  }

  /** Sends a datagram to one side as if it came from the other. */
  inject(to: Side, datagram: Uint8Array): void {
    this.#socket.send(datagram, to === 'ours' ? this.ourPort : this.#theirPort, '127.0.0.1');
  }

  describe(): string {
    const { passed, dropped, delayed } = this.counts;
    return `relay: ${passed} datagrams passed, ${delayed} of them late, ${dropped} dropped`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What still waits for its time is sent into a closed socket otherwise.
    this.fate = () => 'drop';
    await pause(20);
    this.#socket.close();
  }

  #carry(from: Side, port: number, datagram: Uint8Array): void {
    if (from === 'ours') this.ourPort = port;
    const fate = this.fate(from, datagram);
    if (fate === 'drop') {
      this.counts.dropped++;
      return;
    }
    this.counts.passed++;
    const to = from === 'ours' ? 'theirs' : 'ours';
    if (fate === 'pass') this.inject(to, datagram);
    else {
      this.counts.delayed++;
      setTimeout(() => this.inject(to, datagram), fate);
    }
  }
}
