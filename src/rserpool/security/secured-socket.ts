import type { TLSSocket } from 'node:tls';
import type { TcpEnd, TcpHandlers, TcpSocket } from '../node/tcp-network.ts';
import type { TcpStream } from './tcp-stream.ts';

/** A TCP connection within TLS, as a channel uses it: nothing else changes for the channel. RFC 5352 §9.2. */
export class SecuredSocket implements TcpSocket {
  readonly local: TcpEnd;
  readonly remote: TcpEnd;
  readonly #tls: TLSSocket;
  readonly #transport: TcpStream;
  #onDrain: () => void = () => undefined;
  #failure: string | undefined;
  /** The peer's close_notify has come. */
  #ended = false;

  /**
   * @param tls its handshake is complete
   * @param transport what it runs on
   * @param ends those of the connection
   */
  constructor(tls: TLSSocket, transport: TcpStream, { local, remote }: Pick<TcpSocket, 'local' | 'remote'>) {
    this.#tls = tls;
    this.#transport = transport;
    this.local = local;
    this.remote = remote;
    tls.on('error', (error) => {
      this.#failure ??= error.message;
      // TLS is over, and would keep the connection.
      transport.destroy();
    });
  }

  get waitingBytes(): number {
    return this.#tls.writableLength;
  }

  start({ onData, onDrain, onClose }: TcpHandlers): void {
    this.#onDrain = onDrain;
    this.#tls.on('data', onData);
    this.#tls.on('end', () => {
      this.#ended = true;
    });
    // The end of the connection that follows is no failure: TLS has ended before.
    const closed = (): void => onClose(this.#ended ? undefined : (this.#failure ?? CLOSED));
    if (this.#transport.closed) setImmediate(closed);
    else this.#transport.on('close', closed);
  }

  write(bytes: Uint8Array): void {
    this.#tls.write(bytes, () => {
      if (this.#tls.writableLength === 0) this.#onDrain();
    });
  }

  pause(): void {
    this.#tls.pause();
    this.#transport.hold(true);
  }

  resume(): void {
    this.#tls.resume();
    this.#transport.hold(false);
  }

  end(): void {
    this.#tls.end();
  }

  destroy(): void {
    this.#tls.destroy();
    this.#transport.destroy();
  }
}

const CLOSED = 'closed';
