import { Duplex } from 'node:stream';
import type { TcpSocket } from '../node/tcp-network.ts';

/**
 * A TCP connection as TLS uses it. TLS tells its end by close_notify: a connection that ends without it may have been cut
 * by somebody else, and is an error.
 */
export class TcpStream extends Duplex {
  readonly #socket: TcpSocket;
  /** Who waits until the peer has room for more. */
  #written: ((error?: Error | null) => void) | undefined;
  /** The connection has ended in good order. */
  #over = false;
  #held = false;

  /** To be called in the turn in which the socket was handed over. */
  constructor(socket: TcpSocket) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    // Whoever reads and writes the TLS connection learns of it there.
    this.on('error', () => undefined);
    socket.start({
      // What is given may be used again after the call.
      onData: (bytes) => {
        if (!this.push(Buffer.from(bytes))) socket.pause();
      },
      onDrain: () => this.#drained(),
      onClose: (failure) => this.#closed(failure),
    });
  }

  /** While what TLS has read is not taken, the end has to wait: it would take it away. */
  hold(isHeld: boolean): void {
    this.#held = isHeld;
    this.#cutWhenRead();
  }

  override _read(): void {
    this.#socket.resume();
    this.#cutWhenRead();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#socket.write(chunk);
    if (this.#socket.waitingBytes === 0) callback();
    else this.#written = callback;
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], callback: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'binary', callback);
  }

  /** Behind close_notify. */
  override _final(callback: (error?: Error | null) => void): void {
    this.#socket.end();
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#socket.destroy();
    callback(error);
  }

  #drained(): void {
    const written = this.#written;
    this.#written = undefined;
    written?.();
  }

  #closed(failure: string | undefined): void {
    if (failure !== undefined) {
      this.destroy(new Error(failure));
      return;
    }
    this.#over = true;
    this.#cutWhenRead();
  }

  #cutWhenRead(): void {
    if (!this.#over || this.#held || this.readableLength > 0) return;
    // What TLS makes of the last bytes, its end say, is told before.
    setImmediate(() => this.destroy(new Error('the connection ended before TLS did: data may be missing')));
  }
}
