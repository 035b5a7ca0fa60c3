import { nodeSubstrate, type SctpAssociation, SctpEndpoint, UdpEncapsulation } from '../../src/sctp/index.ts';
import type { Settings } from './settings.ts';
import type { Channel, Transport } from './transport.ts';

const LOOPBACK = '127.0.0.1';
const SCTP_PORT = 5001;
/** `maxPathMtuBytes` when nothing is set. */
const DEFAULT_LIMIT_BYTES = 32_768;

/** Our SCTP over UDP. Every connection is an endpoint of its own, as two endpoints have one association at most. */
export async function ours({ port, peer, mtu }: Settings): Promise<Transport> {
  const encapsulation = await UdpEncapsulation.open({
    addresses: [LOOPBACK],
    udpPort: port,
    substrate: nodeSubstrate,
  });
  // Loopback takes more: what is larger than that of Ethernet is found by probing, up to a limit of 32 KiB by default.
  const config = mtu === DEFAULT_LIMIT_BYTES ? {} : { maxPathMtuBytes: mtu };
  return {
    async listen(accept) {
      const endpoint = await SctpEndpoint.bind({ encapsulation, sctpPort: SCTP_PORT, config });
      void acceptAll(endpoint, accept);
    },
    async connect() {
      const endpoint = await SctpEndpoint.bind({ encapsulation, config });
      return channelOf(await endpoint.connect({ addresses: [LOOPBACK], sctpPort: SCTP_PORT, udpPort: peer }));
    },
  };
}

async function acceptAll(endpoint: SctpEndpoint, accept: (channel: Channel) => void): Promise<void> {
  for await (const association of endpoint.listen()) accept(channelOf(association));
}

function channelOf(association: SctpAssociation): Channel {
  return {
    send: (message) => (association.trySend(message) ? undefined : association.send(message)),
    receive: (listener) => association.on('message', ({ data }) => listener(data)),
  };
}
