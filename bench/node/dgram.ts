import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Settings } from './settings.ts';
import type { Channel, Transport } from './transport.ts';

const LOOPBACK = '127.0.0.1';
const HEADER_BYTES = 20 + 8;

/** So much is under way at most: the kernel's usual receive buffer holds it with all its own overhead. */
const WINDOW_BYTES = 128 * 1024;
const MAX_WINDOW = 64;
const MIN_WINDOW = 4;

const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

/**
 * Node's UDP sockets and next to nothing above them: what any protocol over them can reach at most. Messages are cut
 * into datagrams of the path MTU; a datagram of one byte acknowledges half a window, so that nothing is lost.
 */
export function dgram({ port, peer, mtu, bytes }: Settings): Transport {
  const open = async (): Promise<Channel> => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: SOCKET_BUFFER_BYTES });
    await once(socket.bind(port, LOOPBACK), 'listening');
    socket.connect(peer, LOOPBACK);
    await once(socket, 'connect');
    return new DatagramChannel(socket, mtu - HEADER_BYTES, bytes);
  };
  return {
    async listen(accept) {
      accept(await open());
    },
    connect: open,
  };
}

class DatagramChannel implements Channel {
  readonly #socket: Socket;
  readonly #pieceBytes: number;
  readonly #messageBytes: number;
  readonly #window: number;
  readonly #credit = Buffer.alloc(1);
  #listener: (message: Uint8Array) => void = () => undefined;
  #room: (() => void) | undefined;
  #underWay = 0;
  #uncredited = 0;
  #pieces: Buffer[] = [];
  #piecesBytes = 0;

  /** @param messageBytes of all messages but the last one, which is a datagram */
  constructor(socket: Socket, pieceBytes: number, messageBytes: number) {
    this.#socket = socket;
    this.#pieceBytes = pieceBytes;
    this.#messageBytes = messageBytes;
    const datagramBytes = Math.min(pieceBytes, messageBytes);
    this.#window = Math.max(MIN_WINDOW, Math.min(MAX_WINDOW, Math.floor(WINDOW_BYTES / datagramBytes)));
    socket.on('message', (datagram) => this.#receive(datagram));
  }

  send(message: Uint8Array): Promise<void> | undefined {
    for (let at = 0; at < message.length; at += this.#pieceBytes) {
      this.#socket.send(message.subarray(at, at + this.#pieceBytes));
      this.#underWay++;
    }
    if (this.#underWay < this.#window) return undefined;
    return new Promise((resolve) => {
      this.#room = resolve;
    });
  }

  receive(listener: (message: Uint8Array) => void): void {
    this.#listener = listener;
  }

  #receive(datagram: Buffer): void {
    if (datagram.length === this.#credit.length) this.#credited();
    else {
      if (++this.#uncredited >= this.#window / 2) {
        this.#uncredited = 0;
        this.#socket.send(this.#credit);
      }
      this.#piece(datagram);
    }
  }

  #credited(): void {
    this.#underWay -= Math.ceil(this.#window / 2);
    if (this.#underWay >= this.#window) return;
    this.#room?.();
    this.#room = undefined;
  }

  #piece(piece: Buffer): void {
    if (this.#pieces.length === 0 && piece.length < this.#pieceBytes) {
      this.#listener(piece);
      return;
    }
    this.#pieces.push(piece);
    this.#piecesBytes += piece.length;
    if (this.#piecesBytes < this.#messageBytes) return;
    const message = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#piecesBytes = 0;
    this.#listener(message);
  }
}
