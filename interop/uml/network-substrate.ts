import { nodeSubstrate, SctpError, type SocketOptions, type Substrate } from '../../src/sctp/index.ts';
import type { IpNetwork, UdpPort } from './network.ts';

/** Node's clock, timers and randomness, and UDP sockets on networks of this process. */
export function networkSubstrate(network: IpNetwork): Substrate {
  return { ...nodeSubstrate, openSocket: async (options) => openSocket(network, options) };
}

function openSocket(network: IpNetwork, options: SocketOptions): Awaited<ReturnType<Substrate['openSocket']>> {
  const { address, onDatagram, onError } = options;
  const port = options.port === 0 ? freePort(network, address) : options.port;
  if (network.isTaken(address, port)) {
    throw new SctpError('ERR_SCTP_PORT_TAKEN', `UDP port ${port} on ${address} is taken`, { address, port });
  }
  const udp: UdpPort = network.openUdp(address, port, {
    onDatagram,
    onUnreachable: (to) => onError(Object.assign(new Error('send ECONNREFUSED'), { code: 'ECONNREFUSED' }), to),
  });
  // As every open socket does.
  const keepsProcessAlive = setInterval(() => undefined, 1 << 30);
  return {
    address,
    port,
    send: (bytes, to, toPort) => {
      const error = udp.send(bytes, to, toPort);
      if (error !== undefined) setImmediate(() => onError(error, to, bytes));
    },
    close: async () => {
      clearInterval(keepsProcessAlive);
      udp.close();
    },
  };
}

function freePort(network: IpNetwork, address: string): number {
  let port = 49_152;
  while (network.isTaken(address, port)) port++;
  return port;
}
