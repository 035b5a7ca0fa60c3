import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import type { Resolving } from './resolving.ts';

const LOOPBACK = '127.0.0.1';
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

/** As long as packets with a request, and with an answer of three elements. */
const REQUEST = Buffer.alloc(64);
const ANSWER = Buffer.alloc(220);
const END = Buffer.alloc(1);

let aSocket: Socket | undefined;

/** Datagrams of these lengths and nothing else: what any registrar in Node could reach without bundling. */
export const resolving: Resolving = {
  async serve({ port }, answered, ended) {
    const socket = await bound(port);
    socket.on('message', (message, { port: from }) => {
      if (message.length === END.length) ended();
      else {
        socket.send(ANSWER, from, LOOPBACK);
        answered();
      }
    });
  },

  async open({ peer }) {
    const socket = await bound(0);
    const connected = once(socket, 'connect');
    socket.connect(peer, LOOPBACK);
    await connected;
    aSocket = socket;
    const waiting: (() => void)[] = [];
    socket.on('message', () => waiting.shift()?.());
    return () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        socket.send(REQUEST);
      });
  },

  async end() {
    aSocket!.send(END);
  },
};

/** An address in digits needs no look-up. */
async function bound(port: number): Promise<Socket> {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: SOCKET_BUFFER_BYTES,
    lookup: (address, _options, callback) => {
      if (!isIPv4(address)) throw new Error(`${address} is not in digits`);
      callback(null, address, 4);
    },
  });
  const listening = once(socket, 'listening');
  socket.bind(port, LOOPBACK);
  await listening;
  return socket;
}
