import { once } from 'node:events';
import { connect as connectTo, createServer } from 'node:net';
import tls from 'node:tls';
import { framed } from './framed.ts';
import type { Settings } from './settings.ts';
import { tlsHere } from './tls-credentials.ts';
import type { Transport } from './transport.ts';

const LOOPBACK = '127.0.0.1';

/** Node's TCP: the kernel does what SCTP does here. Messages have their length before them, as TCP knows none. */
export function tcp({ port, peer }: Settings): Transport {
  const secure = tlsHere();
  return {
    async listen(accept) {
      const server = createServer({ noDelay: true }, (socket) => {
        if (secure === undefined) accept(framed(socket));
        else void secure.server.accept(socket).then((client) => accept(framed(client.socket)));
      });
      await once(server.listen(port, LOOPBACK), 'listening');
    },
    async connect() {
      const socket = connectTo({ host: LOOPBACK, port: peer, noDelay: true });
      await once(socket, 'connect');
      if (secure === undefined) return framed(socket);
      const secured = tls.connect({ ...secure.client, socket });
      await once(secured, 'secureConnect');
      return framed(secured);
    },
  };
}
