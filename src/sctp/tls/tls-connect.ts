import type { Duplex } from 'node:stream';
import tls from 'node:tls';

/** What `tls.connect` takes, without what says where to. */
export type TlsConnectOptions = Omit<tls.ConnectionOptions, 'socket' | 'host' | 'port' | 'path'>;

/**
 * The client's side of TLS on any transport that Node sees as a `Duplex`: the counterpart of `TlsAcceptor`.
 *
 * @param onSession told each session that the server hands out
 * @throws (rejects) what was wrong with the server, or the transport's error
 */
export function tlsConnect(
  transport: Duplex,
  options: TlsConnectOptions,
  onSession?: (session: Buffer) => void,
): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ ...options, socket: transport });
    // Its own error, and that of the transport: one of them is told. It may end before anybody listens: `close` tells that.
    socket.on('error', () => undefined);
    const failed = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const onClose = (): void => failed(new Error('closed within the handshake'));
    if (onSession !== undefined) socket.on('session', onSession);
    socket.once('error', failed);
    transport.once('error', failed);
    socket.once('close', onClose);
    socket.once('secureConnect', () => {
      socket.off('error', failed);
      transport.off('error', failed);
      socket.off('close', onClose);
      resolve(socket);
    });
  });
}
