import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/**
 * UDP ports of an address that are free now. All are held until the last one is known, so they differ; afterwards
 * somebody else could take one, which systems make unlikely by handing them out at random.
 */
export async function freeUdpPorts(address: string, count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => createSocket('udp4'));
  try {
    for (const socket of sockets) {
      socket.bind({ address, port: 0, exclusive: true });
      await once(socket, 'listening');
    }
    return sockets.map((socket) => socket.address().port);
  } finally {
    await Promise.all(
      sockets.map(async (socket) => {
        const closed = once(socket, 'close');
        socket.close();
        await closed;
      }),
    );
  }
}
