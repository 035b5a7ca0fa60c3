import { tsn } from '../../src/base/serial.ts';
import { nodeSubstrate } from '../../src/sctp/udp/node-substrate.ts';
import type { DatagramSocket } from '../../src/sctp/udp/substrate.ts';
import { writeChecksum } from '../../src/sctp/wire/crc32c.ts';
import { decodePacket, encodePacket } from '../../src/sctp/wire/packet.ts';
import type { Parameter } from '../../src/sctp/wire/parameter.ts';
import type { Chunk, CommonHeader, InitAckChunk } from '../../src/sctp/wire/types.ts';
import { cookieOf } from './scripted-peer.ts';

/** A packet that came from the endpoint under test. */
export interface UdpPacket {
  readonly header: CommonHeader;
  readonly chunks: readonly Chunk[];
  readonly bytes: Uint8Array;
  readonly fromUdpPort: number;
  /** The socket of the peer that it came to. */
  readonly socket: DatagramSocket;
}

/**
 * A peer over real UDP sockets that says what the test wants it to say, byte by byte. Silence is shown by what is heard
 * next: loopback keeps the order.
 */
export class UdpPeer {
  readonly initialTsn = tsn(1000);
  readonly tag = 0x0a0b_0c0d;
  readonly sctpPort: number;
  readonly #endpoint: { readonly sctpPort: number; readonly udpPort: number };
  readonly #sockets: DatagramSocket[] = [];
  readonly #heard: UdpPacket[] = [];
  readonly #waiting: ((packet: UdpPacket) => void)[] = [];
  theirTag = 0;
  theirTsn = tsn(0);

  /** @param endpoint under test, at 127.0.0.1 */
  constructor(endpoint: { readonly sctpPort: number; readonly udpPort: number }, sctpPort = 6000) {
    this.#endpoint = endpoint;
    this.sctpPort = sctpPort;
  }

  async open(address = '127.0.0.1'): Promise<DatagramSocket> {
    const socket: DatagramSocket = await nodeSubstrate.openSocket({
      address,
      port: 0,
      onDatagram: (bytes, _from, fromUdpPort) => {
        const packet = { ...decodePacket(bytes.slice()), bytes: bytes.slice(), fromUdpPort, socket };
        const waiting = this.#waiting.shift();
        if (waiting === undefined) this.#heard.push(packet);
        else waiting(packet);
      },
      onError: () => {},
    });
    this.#sockets.push(socket);
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => socket.close()));
  }

  packet(chunks: readonly Chunk[], tag = this.theirTag): Uint8Array {
    const { sctpPort: destinationPort } = this.#endpoint;
    return encodePacket({ sourcePort: this.sctpPort, destinationPort, verificationTag: tag }, chunks);
  }

  /** A packet with chunks that no codec would write. */
  rawPacket(...chunks: readonly Uint8Array[]): Uint8Array {
    const packet = Buffer.concat([this.packet([]), ...chunks]);
    writeChecksum(packet);
    return packet;
  }

  sendBytes(bytes: Uint8Array, socket = this.#sockets[0]!): void {
    socket.send(bytes.slice(), '127.0.0.1', this.#endpoint.udpPort);
  }

  send(...chunks: readonly Chunk[]): void {
    this.sendBytes(this.packet(chunks));
  }

  /** The next packet of the endpoint. */
  next(): Promise<UdpPacket> {
    return new Promise((resolve) => {
      const packet = this.#heard.shift();
      if (packet === undefined) this.#waiting.push(resolve);
      else resolve(packet);
    });
  }

  /** The next packet that has such a chunk; SACKs and the like before it are passed over. */
  async nextWith(kind: Chunk['kind']): Promise<UdpPacket> {
    for (;;) {
      const packet = await this.next();
      if (packet.chunks.some((chunk) => chunk.kind === kind)) return packet;
    }
  }

  sendInit(parameters: readonly Parameter[] = [], socket = this.#sockets[0]!): void {
    const init: Chunk = {
      kind: 'init',
      initiateTag: this.tag,
      advertisedRwndBytes: 100_000,
      outboundStreams: 10,
      maxInboundStreams: 10,
      initialTsn: this.initialTsn,
      parameters,
    };
    this.sendBytes(this.packet([init], 0), socket);
  }

  /** Sets up an association. */
  async establish(parameters: readonly Parameter[] = []): Promise<void> {
    this.sendInit(parameters);
    const { chunks } = await this.nextWith('init-ack');
    const ack = chunks[0] as InitAckChunk;
    this.theirTag = ack.initiateTag;
    this.theirTsn = ack.initialTsn;
    this.send({ kind: 'cookie-echo', cookie: cookieOf(ack) });
    await this.nextWith('cookie-ack');
  }
}
