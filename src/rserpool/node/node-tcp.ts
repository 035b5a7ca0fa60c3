import { createServer, connect as netConnect, type Server, type Socket } from 'node:net';
import { canonicalIp } from '../../base/address.ts';
import type { TcpEnd, TcpHandlers, TcpListener, TcpListenOptions, TcpNetwork, TcpSocket } from './tcp-network.ts';

/** When the system begins to ask a silent peer whether it is still there, ms. */
const KEEP_ALIVE_MS = 30_000;
const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS } as const;

/** TCP of Node.js. */
export const nodeTcp: TcpNetwork = { listen, connect };

function listen({ address, port, onConnection }: TcpListenOptions): Promise<TcpListener> {
  const server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: true }, (socket) => {
    // A connection can be gone before it is taken.
    if (socket.remoteAddress === undefined) socket.destroy();
    else onConnection(new NodeTcpSocket(socket));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, ipv6Only: true, exclusive: true }, () => {
      server.off('error', reject);
      // Too many open files, say: the next connection may be taken again.
      server.on('error', () => undefined);
      resolve({ port: portOf(server), close: () => closed(server) });
    });
  });
}

function connect(address: string, port: number, signal: AbortSignal): Promise<TcpSocket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = netConnect({ host: address, port, ...SOCKET_OPTIONS });
    const settle = (): void => {
      signal.removeEventListener('abort', aborted);
      socket.off('error', failed);
    };
    const failed = (error: Error): void => {
      settle();
      reject(error);
    };
    const aborted = (): void => {
      socket.on('error', () => undefined);
      socket.destroy();
      failed(signal.reason as Error);
    };
    socket.once('error', failed);
    signal.addEventListener('abort', aborted, { once: true });
    socket.once('connect', () => {
      settle();
      resolve(new NodeTcpSocket(socket));
    });
  });
}

class NodeTcpSocket implements TcpSocket {
  readonly local: TcpEnd;
  readonly remote: TcpEnd;
  readonly #socket: Socket;
  #failure: string | undefined;
  #onDrain: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.local = endOf(socket.localAddress, socket.localPort);
    this.remote = endOf(socket.remoteAddress, socket.remotePort);
    // From the first moment on: an error without a listener would end the process.
    socket.on('error', (error) => {
      this.#failure ??= error.message;
    });
    socket.pause();
  }

  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  start({ onData, onDrain, onClose }: TcpHandlers): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => onData(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
    this.#onDrain = onDrain;
    socket.on('close', () => onClose(this.#failure));
    socket.resume();
  }

  write(bytes: Uint8Array): void {
    // The event `drain` comes only when more than the stream's own mark had piled up.
    this.#socket.write(bytes, () => {
      if (this.#socket.writableLength === 0) this.#onDrain();
    });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

function endOf(address = '', port = 0): TcpEnd {
  return { address: canonicalIp(address) ?? address, port };
}

function portOf(server: Server): number {
  const bound = server.address();
  return bound === null || typeof bound === 'string' ? 0 : bound.port;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
