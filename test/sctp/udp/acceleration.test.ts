import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SctpEndpoint } from '../../../src/sctp/api/endpoint.ts';
import { type AccelerationStatus, accelerate, switchOn } from '../../../src/sctp/udp/acceleration.ts';
import { nodeSubstrate } from '../../../src/sctp/udp/node-substrate.ts';
import type { DatagramSocket, SocketOptions } from '../../../src/sctp/udp/substrate.ts';

const HERE = '127.0.0.1';
const open: { close(): unknown }[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function openSocket(options: Partial<SocketOptions> = {}) {
  const lengths: number[] = [];
  const socket: DatagramSocket = await nodeSubstrate.openSocket({
    address: HERE,
    port: 0,
    acceleration: 'auto',
    onDatagram: (bytes) => void lengths.push(bytes.length),
    onError: () => {},
    ...options,
  });
  open.push(socket);
  return { socket, lengths };
}

/** Packets one behind the other, as a flush has them. */
function row(...lengths: readonly number[]): Uint8Array[] {
  const memory = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  return lengths.map((length, i) => {
    at += length;
    return memory.subarray(at - length, at).fill(i + 1);
  });
}

async function statusHere(): Promise<AccelerationStatus> {
  const { socket } = await openSocket();
  await socket.close();
  return socket.acceleration!;
}

const { sending, receiving, reason } = await statusHere();
const whereItWorks = describe.skipIf(!sending || !receiving);

describe('acceleration', () => {
  it('is on, or says why it is not', () => {
    if (sending && receiving) expect(reason).toBeUndefined();
    else expect(reason).toMatch(/\w/);
    if (process.platform !== 'linux') expect([sending, receiving]).toEqual([false, false]);
  });

  it('is off unless a socket asks for it, and wherever the environment says so', async () => {
    expect((await openSocket({ acceleration: undefined })).socket.acceleration).toEqual({
      sending: false,
      receiving: false,
      reason: 'it was not asked for',
    });
    vi.stubEnv('RSERPOOL_ACCELERATION', 'off');
    expect((await openSocket()).socket.acceleration?.reason).toBe('RSERPOOL_ACCELERATION is off');
  });

  it('is off as far as the system refuses, and says what it refused', () => {
    // An old kernel, or one that filters calls of the system.
    const refusing =
      (...options: readonly number[]) =>
      (_fd: number, _level: number, option: number) =>
        options.includes(option) ? 'ENOPROTOOPT' : undefined;
    expect(switchOn(refusing(103, 104), 3).status).toEqual({
      sending: false,
      receiving: false,
      reason: 'the system refuses UDP_SEGMENT: ENOPROTOOPT; the system refuses UDP_GRO: ENOPROTOOPT',
    });
    expect(switchOn(refusing(104), 3).status).toEqual({
      sending: true,
      receiving: false,
      reason: 'the system refuses UDP_GRO: ENOPROTOOPT',
    });
    expect(switchOn(refusing(), 3).status).toEqual({ sending: true, receiving: true, reason: undefined });
  });

  it('is off if a socket does not show its file descriptor', async () => {
    const { status } = await accelerate({} as Socket);
    expect([status.sending, status.receiving]).toEqual([false, false]);
    expect(status.reason).toMatch(sending ? /does not show the file descriptor/ : /\w/);
  });

  it('is a choice of the endpoint, and an association shows it', async () => {
    for (const acceleration of ['auto', 'off'] as const) {
      const server = await SctpEndpoint.bind({ addresses: [HERE], udpPort: 0, acceleration });
      const client = await SctpEndpoint.bind({ addresses: [HERE], udpPort: 0, acceleration });
      open.push(server, client);
      const { value: accepted } = await Promise.all([
        server.listen()[Symbol.asyncIterator]().next(),
        client.connect({ addresses: [HERE], sctpPort: server.sctpPort, udpPort: server.udpPort }),
      ]).then(([first]) => first);
      const off = { sending: false, receiving: false, reason: 'it is switched off' };
      const expected = acceleration === 'auto' ? { sending, receiving, reason } : off;
      expect(accepted!.stats()?.acceleration).toEqual(expected);
      expect(client.encapsulation.acceleration).toEqual(expected);
    }
  });
});

whereItWorks('acceleration, on a system that has it', () => {
  it('cuts a burst into the datagrams that were sent, for a receiver that knows nothing of it', async () => {
    const { socket } = await openSocket();
    const receiver = createSocket('udp4').bind(0, HERE);
    open.push(receiver);
    await once(receiver, 'listening');
    const seen: string[] = [];
    receiver.on('message', (bytes) => seen.push(`${bytes[0]}:${bytes.length}`));
    for (const bytes of row(1452, 1452, 1452, 30, 28, 28, 9000)) socket.send(bytes, HERE, receiver.address().port);
    socket.flush!();
    await vi.waitFor(() => expect(seen).toHaveLength(7));
    expect(seen).toEqual(['1:1452', '2:1452', '3:1452', '4:30', '5:28', '6:28', '7:9000']);
  });

  it('hands a burst over in one piece', async () => {
    const [a, b] = [await openSocket(), await openSocket()];
    for (const bytes of row(1452, 1452, 1452, 30)) a.socket.send(bytes, HERE, b.socket.port);
    a.socket.flush!();
    await vi.waitFor(() => expect(b.lengths).toEqual([3 * 1452 + 30]));
  });

  it('works over IPv6', async (context) => {
    const sockets = await Promise.all([openSocket({ address: '::1' }), openSocket({ address: '::1' })]).catch(() => []);
    const [a, b] = sockets;
    if (a === undefined || b === undefined) return context.skip('no IPv6 on this host');
    for (const bytes of row(1432, 1432)) a.socket.send(bytes, '::1', b.socket.port);
    a.socket.flush!();
    await vi.waitFor(() => expect(b.lengths).toEqual([2 * 1432]));
  });

  it('counts and captures packets, not pieces, and delivers every message', async () => {
    const captured: number[] = [];
    const capture = ({ direction, payload }: { direction: string; payload: Uint8Array }) => {
      if (direction === 'received') captured.push(payload.length);
    };
    const config = { maxPathMtuBytes: 1500 };
    const server = await SctpEndpoint.bind({ addresses: [HERE], udpPort: 0, config, capture });
    const client = await SctpEndpoint.bind({ addresses: [HERE], udpPort: 0, config });
    open.push(server, client);
    const accepting = server.listen()[Symbol.asyncIterator]().next();
    const association = await client.connect({ addresses: [HERE], sctpPort: server.sctpPort, udpPort: server.udpPort });
    const accepted = (await accepting).value!;
    const message = new Uint8Array(100_000).map((_, i) => i % 251);
    const got: Uint8Array[] = [];
    accepted.on('message', ({ data }) => void got.push(data));
    for (let i = 0; i < 20; i++) await association.send(message);
    await association.shutdown();
    await accepted.closed;
    expect(got).toHaveLength(20);
    for (const data of got) expect(Buffer.compare(data, message)).toBe(0);
    expect(Math.max(...captured)).toBeLessThanOrEqual(1472);
    expect(server.encapsulation.counters.datagramsReceived).toBe(captured.length);
    expect(server.counters).toMatchObject({ packetsReceived: captured.length, checksumErrors: 0, malformed: 0 });
    expect(captured.length).toBeGreaterThan((20 * 100_000) / 1472);
  });
});
