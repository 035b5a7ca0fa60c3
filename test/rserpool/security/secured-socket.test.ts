import { describe, expect, it } from 'vitest';
import type { TcpSocket } from '../../../src/rserpool/node/tcp-network.ts';
import { SecuredSocket } from '../../../src/rserpool/security/secured-socket.ts';
import { TcpStream } from '../../../src/rserpool/security/tcp-stream.ts';
import { clientOptions } from '../../../src/rserpool/security/tls-client.ts';
import { TlsServer } from '../../../src/rserpool/security/tls-server.ts';
import { tlsConnect } from '../../../src/sctp/index.ts';
import { SimTcp, type SimTcpSocket } from '../../harness/sim-tcp.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';

const psk = { identity: 'u', key: Buffer.alloc(32, 1) };
const MEGABYTE = 1 << 20;

class Side {
  readonly socket: SecuredSocket;
  readonly received: Buffer[] = [];
  drained = 0;
  /** `gracefully`, or what was wrong. */
  closed: string | undefined;

  constructor(socket: SecuredSocket) {
    this.socket = socket;
    socket.start({
      onData: (bytes) => this.received.push(Buffer.from(bytes)),
      onDrain: () => this.drained++,
      onClose: (failure) => {
        this.closed = failure ?? 'gracefully';
      },
    });
  }

  get text(): string {
    return Buffer.concat(this.received).toString();
  }
}

/** Both ends of a connection with TLS, and what it runs on at the client's. */
async function connection(segments?: (bytes: Uint8Array) => readonly Uint8Array[]) {
  const world = new SimWorld();
  const tcp = new SimTcp({ clock: world.clock, ...(segments && { segments }) });
  const server = new TlsServer({ keys: { find: (identity) => (identity === psk.identity ? psk.key : undefined) } });
  let accepted!: Promise<Side>;
  await tcp.host('10.0.0.1').listen({
    address: '10.0.0.1',
    port: 3864,
    onConnection: (socket) => {
      const transport = new TcpStream(socket);
      accepted = server
        .accept(transport)
        .then(({ socket: tls }) => new Side(new SecuredSocket(tls, transport, socket)));
    },
  });
  const { signal } = new AbortController();
  const connecting = tcp.host('10.0.0.2').connect('10.0.0.1', 3864, signal);
  const secure = async (raw: TcpSocket): Promise<[Side, TcpSocket]> => {
    const transport = new TcpStream(raw);
    const tls = await tlsConnect(transport, clientOptions({ psk }, []));
    return [new Side(new SecuredSocket(tls, transport, raw)), raw];
  };
  const [client, raw] = await world.run(connecting.then(secure));
  return { world, client, raw: raw as SimTcpSocket, server: await world.run(accepted) };
}

describe('a TCP connection within TLS', () => {
  it('tells both ends of the connection, and carries bytes both ways', async () => {
    const { world, client, server } = await connection();
    expect([client.socket.remote, server.socket.remote.address]).toEqual([
      { address: '10.0.0.1', port: 3864 },
      '10.0.0.2',
    ]);
    client.socket.write(Buffer.from('question'));
    server.socket.write(Buffer.from('answer'));
    await world.pass(100);
    expect([server.text, client.text]).toEqual(['question', 'answer']);
  });

  it('ends by close_notify on both sides, behind what was written', async () => {
    const { world, client, server } = await connection();
    client.socket.write(Buffer.from('last words'));
    client.socket.end();
    await world.pass(1000);
    expect([server.text, server.closed]).toEqual(['last words', 'gracefully']);
    expect(client.closed).toBeDefined();
  });

  it.each([
    ['is closed', 'the connection ended before TLS did: data may be missing', (raw: SimTcpSocket) => raw.end()],
    ['is reset', 'reset by peer', (raw: SimTcpSocket) => raw.destroy()],
  ])('tells that data may be missing if the connection %s before', async (_, failure, cut) => {
    const { world, client, raw, server } = await connection();
    client.socket.write(Buffer.from('first'));
    await world.pass(100);
    cut(raw);
    await world.pass(1000);
    expect([server.text, server.closed]).toEqual(['first', failure]);
  });

  it('gives what has come before the end also to who has paused', async () => {
    const { world, client, raw, server } = await connection();
    server.socket.pause();
    client.socket.write(Buffer.from('first'));
    client.socket.end();
    await world.pass(1000);
    raw.end();
    await world.pass(1000);
    expect([server.text, server.closed]).toEqual(['', undefined]);
    server.socket.resume();
    await world.pass(1000);
    expect([server.text, server.closed]).toEqual(['first', 'gracefully']);
  });

  it('holds up who writes as long as nobody reads, and loses nothing', async () => {
    const { world, client, server } = await connection((bytes) => {
      const segments: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += 1400) segments.push(bytes.subarray(at, at + 1400));
      return segments;
    });
    server.socket.pause();
    for (let i = 0; i < 4; i++) client.socket.write(Buffer.alloc(MEGABYTE, i));
    await world.pass(5000);
    expect(client.socket.waitingBytes).toBeGreaterThan(2 * MEGABYTE);
    expect([client.drained, server.received]).toEqual([0, []]);
    server.socket.resume();
    await world.pass(5000);
    expect([client.socket.waitingBytes, client.drained > 0]).toEqual([0, true]);
    const all = Buffer.concat(server.received);
    expect([all.length, all[MEGABYTE], all.at(-1)]).toEqual([4 * MEGABYTE, 1, 3]);
  });

  it('ends when a record was changed on the way, and gives nothing of it', async () => {
    let harm = false;
    const { world, client, server } = await connection((bytes) => {
      const copy = Buffer.from(bytes);
      if (harm) copy[copy.length - 1]! ^= 1;
      return [copy];
    });
    harm = true;
    client.socket.write(Buffer.from('question'));
    await world.pass(1000);
    expect(server.received).toEqual([]);
    expect(server.closed).toMatch(/bad record mac|decryption failed/);
  });
});
