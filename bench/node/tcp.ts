import { once } from 'node:events';
import { connect as connectTo, createServer, type Socket } from 'node:net';
import type { Settings } from './settings.ts';
import type { Channel, Transport } from './transport.ts';

const LOOPBACK = '127.0.0.1';
const LENGTH_BYTES = 4;

/** Node's TCP: the kernel does what SCTP does here. Messages have their length before them, as TCP knows none. */
export function tcp({ port, peer }: Settings): Transport {
  return {
    async listen(accept) {
      const server = createServer({ noDelay: true }, (socket) => accept(channelOf(socket)));
      await once(server.listen(port, LOOPBACK), 'listening');
    },
    async connect() {
      const socket = connectTo({ host: LOOPBACK, port: peer, noDelay: true });
      await once(socket, 'connect');
      return channelOf(socket);
    },
  };
}

function channelOf(socket: Socket): Channel {
  return {
    send(message) {
      const length = Buffer.allocUnsafe(LENGTH_BYTES);
      length.writeUInt32BE(message.length);
      socket.cork();
      socket.write(length);
      const room = socket.write(message);
      socket.uncork();
      return room ? undefined : once(socket, 'drain');
    },
    receive(listener) {
      let rest: Buffer = Buffer.alloc(0);
      socket.on('data', (chunk) => {
        rest = deliver(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]), listener);
      });
    },
  };
}

/** Hands over all messages that are here wholly; returns what is left. */
function deliver(bytes: Buffer, listener: (message: Uint8Array) => void): Buffer {
  let at = 0;
  while (bytes.length - at >= LENGTH_BYTES) {
    const end = at + LENGTH_BYTES + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    listener(bytes.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return bytes.subarray(at);
}
