import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Channel } from './transport.ts';

const LENGTH_BYTES = 4;

/** Messages with their length before them, where the transport knows bytes only. */
export function framed(socket: Duplex): Channel {
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
