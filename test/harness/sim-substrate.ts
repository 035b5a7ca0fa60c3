import { canonicalIp } from '../../src/base/address.ts';
import type { Entropy, Instant } from '../../src/base/contract.ts';
import { SctpError } from '../../src/sctp/core/errors.ts';
import type { DatagramSocket, NetworkInterface, SocketOptions, Substrate } from '../../src/sctp/udp/substrate.ts';
import { inLargerBuffer, POISON } from './larger-buffer.ts';
import type { SimNetwork } from './network.ts';
import { SimBindError, type SimNode, type SimSocket } from './node.ts';
import type { SeededRandom } from './random.ts';

/** A host of the simulated network as a {@link Substrate}: whole programs run on it, on virtual time. */
export class SimHost implements Substrate {
  readonly node: SimNode;
  readonly entropy: Entropy;
  /** Interfaces that are not there at the moment: nothing can be opened on them. */
  readonly down = new Set<string>();
  readonly #network: SimNetwork;
  /** Cancels of timers that are running, so that a dead host does nothing any more. */
  readonly #timers = new Set<() => void>();

  constructor(network: SimNetwork, node: SimNode, random: SeededRandom) {
    this.#network = network;
    this.node = node;
    this.entropy = random.fork(`host ${node.name}`);
  }

  now(): Instant {
    return this.#network.clock.now();
  }

  setTimer(at: Instant, fire: () => void): () => void {
    const cancel = this.#network.clock.at(at, () => {
      this.#timers.delete(cancel);
      fire();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }

  /** The clock keeps the order of equal times: what arrives at this instant and is scheduled already comes first. */
  endOfBatch(run: () => void): void {
    this.setTimer(this.now(), run);
  }

  /** Promises have come to rest before the clock goes on. */
  endOfTurn(run: () => void): void {
    this.setTimer(this.now(), run);
  }

  async openSocket(options: SocketOptions): Promise<DatagramSocket> {
    const address = canonicalIp(options.address);
    if (address === undefined) {
      throw new SctpError('ERR_SCTP_BAD_ADDRESS', `${JSON.stringify(options.address)} is no IP address`, {
        address: options.address,
      });
    }
    if (this.down.has(`eth${this.node.addresses.indexOf(address)}`)) {
      throw new SctpError('ERR_SCTP_BAD_ADDRESS', `the interface of ${address} is down`, { address });
    }
    const socket = this.#open({ ...options, address });
    return {
      address: socket.address,
      port: socket.udpPort,
      send: (bytes, to, port) => socket.send(bytes, { address: to, udpPort: port }),
      renewMulticast: () => undefined,
      close: async () => socket.close(),
    };
  }

  /** Each address is an interface of its own: `eth0`, `eth1` … */
  interfaces(): readonly NetworkInterface[] {
    return this.node.addresses
      .map((address, i) => ({ name: `eth${i}`, addresses: [address] }))
      .filter(({ name }) => !this.down.has(name));
  }

  /** The host dies: sockets and timers are gone, nobody is told. Programs on it hang, as they do on a dead machine. */
  kill(): void {
    this.node.kill();
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #open(options: SocketOptions): SimSocket {
    const { address, port, onDatagram, onError, multicastGroups, shared } = options;
    try {
      return this.node.open({
        address,
        udpPort: port,
        multicastGroups,
        shared,
        onDatagram: (bytes, from) => {
          const received = inLargerBuffer(bytes);
          onDatagram(received, from.address, from.udpPort);
          received.fill(POISON);
        },
        onTooLong: (to, datagram) =>
          onError(Object.assign(new Error('send EMSGSIZE'), { code: 'EMSGSIZE' }), to, datagram),
      });
    } catch (error) {
      if (!(error instanceof SimBindError)) throw error;
      const code = error.code === 'EADDRINUSE' ? 'ERR_SCTP_PORT_TAKEN' : 'ERR_SCTP_BAD_ADDRESS';
      throw new SctpError(code, error.message, { address, port }, error);
    }
  }
}
