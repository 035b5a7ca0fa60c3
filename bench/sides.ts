import { createServer, connect as tcpConnect } from 'node:net';
import { SctpEndpoint } from '../src/sctp/index.ts';

/** One way of carrying messages from one end to the other, both in this process, over loopback. */
export interface Side {
  readonly name: string;
  /** Carries `count` messages of `bytes` each and returns the milliseconds until the last one has arrived. */
  carry(count: number, bytes: number): Promise<number>;
}

/** Our SCTP over UDP: one association, ordered, one stream. */
export const sctp: Side = {
  name: 'rserpool/sctp',
  async carry(count, bytes) {
    await using a = await SctpEndpoint.bind({ addresses: ['127.0.0.1'], udpPort: 0 });
    await using b = await SctpEndpoint.bind({ addresses: ['127.0.0.1'], udpPort: 0 });
    const incoming = b.listen()[Symbol.asyncIterator]();
    const sender = await a.connect({ addresses: ['127.0.0.1'], sctpPort: b.sctpPort, udpPort: b.udpPort });
    const receiver = (await incoming.next()).value!;
    const message = new Uint8Array(bytes);
    const start = performance.now();
    const arrived = new Promise<void>((resolve) => {
      let left = count;
      receiver.on('message', () => {
        if (--left === 0) resolve();
      });
    });
    for (let i = 0; i < count; i++) if (!sender.trySend(message)) await sender.send(message);
    await arrived;
    return performance.now() - start;
  },
};

/** Node's TCP without any framing: what the machine can do for a stream of bytes. */
export const tcp: Side = {
  name: 'TCP (no framing)',
  async carry(count, bytes) {
    const total = count * bytes;
    let received = 0;
    let done = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      done = resolve;
    });
    const server = createServer((socket) => {
      socket.on('data', (chunk) => {
        received += chunk.length;
        if (received >= total) done();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const socket = tcpConnect(port, '127.0.0.1');
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    const message = Buffer.alloc(bytes);
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      if (!socket.write(message)) await new Promise<void>((resolve) => socket.once('drain', resolve));
    }
    await arrived;
    const elapsedMs = performance.now() - start;
    socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    return elapsedMs;
  },
};
