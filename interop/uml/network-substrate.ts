import type { IpAddress } from '../../src/base/address.ts';
import { nodeSubstrate, SctpError, type SocketOptions, type Substrate } from '../../src/sctp/index.ts';
import type { IpNetwork } from './network.ts';

/**
 * Node's clock, timers and randomness, and UDP sockets on networks of this process.
 *
 * @param host the addresses of one of our hosts, one in each network: what a socket for all addresses listens on
 */
export function networkSubstrate(network: IpNetwork, host: readonly IpAddress[]): Substrate {
  const interfaces = host.map((address, i) => ({ name: `eth${i}`, addresses: [address] }));
  return {
    ...nodeSubstrate,
    openSocket: async (options) => openSocket(network, host, options),
    interfaces: () => interfaces,
  };
}

function openSocket(
  network: IpNetwork,
  host: readonly IpAddress[],
  options: SocketOptions,
): Awaited<ReturnType<Substrate['openSocket']>> {
  const { address, onDatagram, onError, multicastGroups = [], shared = false } = options;
  const addresses = address === '0.0.0.0' ? host : [address];
  const port = options.port === 0 ? freePort(network, addresses) : options.port;
  if (!shared && addresses.some((each) => network.isTaken(each, port))) {
    throw new SctpError('ERR_SCTP_PORT_TAKEN', `UDP port ${port} on ${address} is taken`, { address, port });
  }
  const ports = addresses.map((each) =>
    network.openUdp(each, port, {
      onDatagram,
      onUnreachable: (to) => onError(Object.assign(new Error('send ECONNREFUSED'), { code: 'ECONNREFUSED' }), to),
    }),
  );
  const memberships = multicastGroups.map((group) => network.join({ group, port, addresses, onDatagram }));
  // As every open socket does.
  const keepsProcessAlive = setInterval(() => undefined, 1 << 30);
  return {
    address,
    port,
    send: (bytes, to, toPort) => {
      const error = ports[0]!.send(bytes, to, toPort);
      if (error !== undefined) setImmediate(() => onError(error, to, bytes));
    },
    renewMulticast: () => undefined,
    close: async () => {
      clearInterval(keepsProcessAlive);
      for (const leave of memberships) leave();
      for (const each of ports) each.close();
    },
  };
}

function freePort(network: IpNetwork, addresses: readonly IpAddress[]): number {
  let port = 49_152;
  while (addresses.some((address) => network.isTaken(address, port))) port++;
  return port;
}
