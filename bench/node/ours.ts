import type { Duplex } from 'node:stream';
import {
  nodeSubstrate,
  type SctpAssociation,
  SctpEndpoint,
  SecureAssociation,
  UdpEncapsulation,
} from '../../src/sctp/index.ts';
import { framed } from './framed.ts';
import type { Settings } from './settings.ts';
import { type Tls, tlsHere } from './tls-credentials.ts';
import type { Channel, Transport } from './transport.ts';

const LOOPBACK = '127.0.0.1';
const SCTP_PORT = 5001;
/** `maxPathMtuBytes` when nothing is set. */
const DEFAULT_LIMIT_BYTES = 32_768;

/** Our SCTP over UDP, with TLS (RFC 3436) if that is asked for. Every connection is an endpoint of its own, as two endpoints have one association at most. */
export async function ours({ port, peer, mtu }: Settings): Promise<Transport> {
  const encapsulation = await UdpEncapsulation.open({
    addresses: [LOOPBACK],
    udpPort: port,
    substrate: nodeSubstrate,
  });
  // Loopback takes more: what is larger than that of Ethernet is found by probing, up to a limit of 32 KiB by default.
  const config = mtu === DEFAULT_LIMIT_BYTES ? {} : { maxPathMtuBytes: mtu };
  const secure = tlsHere();
  return {
    async listen(accept) {
      const endpoint = await SctpEndpoint.bind({ encapsulation, sctpPort: SCTP_PORT, config });
      void acceptAll(endpoint, secure, accept);
    },
    async connect() {
      const endpoint = await SctpEndpoint.bind({ encapsulation, config });
      const association = await endpoint.connect({ addresses: [LOOPBACK], sctpPort: SCTP_PORT, udpPort: peer });
      if (secure === undefined) return channelOf(association);
      return framed(await SecureAssociation.client(association, { tls: secure.client }).open(0));
    },
  };
}

async function acceptAll(
  endpoint: SctpEndpoint,
  secure: Tls | undefined,
  accept: (channel: Channel) => void,
): Promise<void> {
  for await (const association of endpoint.listen()) void served(association, secure).then(accept);
}

async function served(association: SctpAssociation, secure: Tls | undefined): Promise<Channel> {
  if (secure === undefined) return channelOf(association);
  const acceptor = { accept: async (transport: Duplex) => (await secure.server.accept(transport)).socket };
  return framed(await SecureAssociation.server(association, { acceptor }).open(0));
}

function channelOf(association: SctpAssociation): Channel {
  return {
    send: (message) => (association.trySend(message) ? undefined : association.send(message)),
    receive: (listener) => association.on('message', ({ data }) => listener(data)),
  };
}
