import { AsyncLocalStorage } from 'node:async_hooks';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

/** A handshake under way. */
interface Attempt {
  readonly resolve: (socket: tls.TLSSocket) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The server's side of TLS on any transport that Node sees as a `Duplex`: Node's own `tls.Server`, which verifies
 * certificates of clients as it always does, without a port of its own. One for all connections: it keeps what sessions
 * are resumed by, so that one of another stream, or of another association, can be (RFC 3436 §5).
 */
export class TlsAcceptor {
  readonly #server: tls.Server;
  /** Which attempt an event of the server belongs to: Node names only the socket, which nobody has seen before. */
  readonly #attempts = new AsyncLocalStorage<Attempt>();

  /**
   * @param options as for `tls.createServer`
   * @throws what `tls.createServer` throws for keys, certificates or suites that are none
   */
  constructor(options: tls.TlsOptions) {
    this.#server = tls.createServer(options);
    this.#server.on('secureConnection', (socket) => this.#attempts.getStore()?.resolve(socket));
    this.#server.on('tlsClientError', (error) => this.#attempts.getStore()?.reject(error));
  }

  /** New keys and certificates, for handshakes from now on. @throws as the constructor */
  setCredentials(options: tls.SecureContextOptions): void {
    this.#server.setSecureContext(options);
  }

  /** Lets the peer of a transport begin a handshake. @throws (rejects) what was wrong with it, or the transport's error */
  accept(transport: Duplex): Promise<tls.TLSSocket> {
    return new Promise((resolve, reject) => {
      const closed = (): void => reject(new Error('closed within the handshake'));
      const accepted = (socket: tls.TLSSocket): void => {
        // It may end before anybody listens: `close` tells that.
        socket.on('error', () => undefined);
        transport.off('error', reject);
        transport.off('close', closed);
        resolve(socket);
      };
      transport.on('error', reject);
      transport.on('close', closed);
      this.#attempts.run({ resolve: accepted, reject }, () => this.#server.emit('connection', transport));
    });
  }
}
