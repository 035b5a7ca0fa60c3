import { createServer, type Server, type Socket } from 'node:net';
import { SlipReader, slipFrame } from './slip.ts';

/** What waits for a guest at most; then packets are lost, as in a switch. */
const MAX_WAITING_BYTES = 1 << 20;

/** The way to one network card of a guest: a unix socket that `card-relay.mjs` connects to, SLIP on it. */
export class Cable {
  readonly #server: Server;
  readonly #onPacket: (packet: Uint8Array) => void;
  #socket: Socket | undefined;
  #plugged!: () => void;
  /** The guest has switched the card on. */
  readonly plugged = new Promise<void>((resolve) => {
    this.#plugged = resolve;
  });
  /** Nothing gets through, in neither direction. */
  cut = false;
  /** Packets lost because the guest did not take them. */
  overruns = 0;

  private constructor(onPacket: (packet: Uint8Array) => void) {
    this.#onPacket = onPacket;
    this.#server = createServer((socket) => this.#connected(socket));
  }

  static async open(socketPath: string, onPacket: (packet: Uint8Array) => void): Promise<Cable> {
    const cable = new Cable(onPacket);
    await new Promise<void>((resolve, reject) => {
      cable.#server.once('error', reject);
      cable.#server.listen(socketPath, resolve);
    });
    cable.#server.unref();
    return cable;
  }

  send(packet: Uint8Array): void {
    if (this.cut || this.#socket === undefined) return;
    if (this.#socket.writableLength > MAX_WAITING_BYTES) this.overruns++;
    else this.#socket.write(slipFrame(packet));
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  #connected(socket: Socket): void {
    this.#socket = socket;
    const reader = new SlipReader((packet) => {
      if (!this.cut) this.#onPacket(packet);
    });
    socket.on('data', (bytes) => reader.read(bytes));
    socket.on('error', () => undefined);
    this.#plugged();
  }
}
