import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { Settings } from './settings.ts';
import type { Channel, Transport } from './transport.ts';

/** The part of werift that is used here. */
interface Werift {
  readonly SCTP: {
    client(transport: object, sctpPort: number): Sctp;
    server(transport: object, sctpPort: number): Sctp;
  };
  createUdpTransport(socket: Socket, peer: { readonly address: string; readonly port: number }): object;
}
interface Sctp {
  readonly stateChanged: { readonly connected: { asPromise(): Promise<unknown> } };
  readonly onReceive: { subscribe(listener: (stream: number, ppid: number, data: Buffer) => void): void };
  start(peerSctpPort: number): Promise<void>;
  send(stream: number, ppid: number, data: Uint8Array): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const SCTP_PORT = 5000;
const PPID_BINARY = 53;

/** Calls of `send` under way: more make it much slower, fewer do so a little. */
const MAX_UNDER_WAY = 16;

/** werift's SCTP over its own UDP transport. `BENCH_WERIFT` says where it is. */
export function werift({ port, peer }: Settings): Transport {
  const { SCTP, createUdpTransport } = createRequire(import.meta.url)(process.env.BENCH_WERIFT!) as Werift;
  const open = async (): Promise<object> => {
    const socket = createSocket('udp4');
    await once(socket.bind(port, LOOPBACK), 'listening');
    return createUdpTransport(socket, { address: LOOPBACK, port: peer });
  };
  return {
    async listen(accept) {
      const sctp = SCTP.server(await open(), SCTP_PORT);
      await sctp.start(SCTP_PORT);
      accept(channelOf(sctp));
    },
    async connect() {
      const sctp = SCTP.client(await open(), SCTP_PORT);
      const connected = sctp.stateChanged.connected.asPromise();
      await sctp.start(SCTP_PORT);
      await connected;
      return channelOf(sctp);
    },
  };
}

function channelOf(sctp: Sctp): Channel {
  let underWay = 0;
  let room: (() => void) | undefined;
  const sent = (): void => {
    underWay--;
    room?.();
    room = undefined;
  };
  return {
    send(message) {
      underWay++;
      void sctp.send(0, PPID_BINARY, message).then(sent);
      if (underWay < MAX_UNDER_WAY) return undefined;
      return new Promise<void>((resolve) => {
        room = resolve;
      });
    },
    receive: (listener) => sctp.onReceive.subscribe((_stream, _ppid, data) => listener(data)),
  };
}
