import { nodeSubstrate, type Substrate } from '../../src/sctp/index.ts';
import { SeededRandom } from '../../test/harness/random.ts';
import type { Loss } from './orders.ts';

/** The sockets of Node, but that each datagram that comes or goes is lost with the same probability. */
export function lossySubstrate({ probability, seed }: Loss): Substrate {
  const random = new SeededRandom(seed);
  return {
    ...nodeSubstrate,
    async openSocket(options) {
      const socket = await nodeSubstrate.openSocket({
        ...options,
        onDatagram(...datagram) {
          if (!random.chance(probability)) options.onDatagram(...datagram);
        },
      });
      return {
        address: socket.address,
        port: socket.port,
        send(...datagram) {
          if (!random.chance(probability)) socket.send(...datagram);
        },
        close: () => socket.close(),
      };
    },
  };
}
