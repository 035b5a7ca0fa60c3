import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  type CaptureEntry,
  connect,
  createServer,
  decodePacket,
  nodeSubstrate,
  type SctpAssociation,
  SctpEndpoint,
  type Substrate,
  UdpEncapsulation,
} from '../../../src/sctp/index.ts';
import { collectUncaught } from '../udp/collect-uncaught.ts';

const LOOPBACK = { addresses: ['127.0.0.1'], udpPort: 0 } as const;

const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const code = (name: string) => expect.objectContaining({ code: name });

async function echo(association: SctpAssociation): Promise<void> {
  for await (const { data, stream, ppid } of association) await association.send(data, { stream, ppid });
}

function targetOf(endpoint: SctpEndpoint) {
  return { addresses: ['127.0.0.1'], sctpPort: endpoint.sctpPort, udpPort: endpoint.udpPort };
}

/** Node's substrate with a count of what is open. */
function countingSubstrate(): Substrate & { timers: number; sockets: number } {
  const counting = {
    ...nodeSubstrate,
    timers: 0,
    sockets: 0,
    setTimer(at: number, fire: () => void) {
      counting.timers++;
      let running = true;
      const over = () => {
        if (running) counting.timers--;
        running = false;
      };
      const cancel = nodeSubstrate.setTimer(at, () => {
        over();
        fire();
      });
      return () => {
        over();
        cancel();
      };
    },
    async openSocket(options: Parameters<Substrate['openSocket']>[0]) {
      const socket = await nodeSubstrate.openSocket(options);
      counting.sockets++;
      const close = async () => {
        counting.sockets--;
        await socket.close();
      };
      return { address: socket.address, port: socket.port, send: socket.send.bind(socket), close };
    },
  };
  return counting;
}

describe('SCTP over real sockets', () => {
  it('echoes over IPv4 and IPv6, messages of many fragments too', async () => {
    for (const address of ['127.0.0.1', '::1']) {
      await using server = await createServer({ addresses: [address], udpPort: 0 }, echo);
      await using client = await connect({ ...targetOf(server), addresses: [address] });
      const data = new Uint8Array(200_000).map((_, i) => i * 7);
      await client.send(data, { stream: 9, ppid: 46 });
      const reply = await client.receive();
      expect(reply).toMatchObject({ stream: 9, ppid: 46 });
      expect(Buffer.compare(reply.data, data)).toBe(0);
    }
  });

  it('[API-0015] a client bound to the wildcard reaches a server, and one bound to it can be reached', async () => {
    await using server = await createServer({ addresses: ['0.0.0.0'], udpPort: 0 }, echo);
    await using client = await connect(targetOf(server));
    expect(client.local.addresses).toEqual(['0.0.0.0']);
    expect(client.remote.addresses).toEqual(['127.0.0.1']);
    await client.send('hello');
    expect(text((await client.receive()).data)).toBe('hello');
  });

  it('the endpoint of `connect` closes with its association, whichever way that ends', async () => {
    const substrate = countingSubstrate();
    await using server = await createServer(LOOPBACK, () => {});
    const client = await connect(targetOf(server), { from: { substrate } });
    expect(substrate.sockets).toBe(1);
    client.abort();
    await client.closed;
    await expect.poll(() => [substrate.sockets, substrate.timers]).toEqual([0, 0]);
    const nobody = { addresses: ['127.0.0.1'], sctpPort: 9, udpPort: server.udpPort };
    const refused = connect(nobody, { from: { substrate } });
    await expect(refused).rejects.toThrow(code('ERR_SCTP_ABORTED_BY_PEER'));
    expect([substrate.sockets, substrate.timers]).toEqual([0, 0]);
  });

  it('[AT-77] a closed UDP port is no answer: the signal ends the wait, nothing is left', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port: udpPort } = socket.address();
    socket.close();
    const substrate = countingSubstrate();
    const target = { addresses: ['127.0.0.1'], sctpPort: 7, udpPort };
    const config = { maxInitRetransmits: 1, rtoInitialMs: 20, rtoMinMs: 20 };
    const unreachable = connect(target, { from: { ...LOOPBACK, substrate }, config });
    await expect(unreachable).rejects.toThrow(code('ERR_SCTP_UNREACHABLE'));
    const waiting = connect(target, { from: { ...LOOPBACK, substrate }, signal: AbortSignal.timeout(20) });
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
    expect([substrate.sockets, substrate.timers]).toEqual([0, 0]);
  });

  it('names a taken port and an address that is not of this host', async () => {
    await using endpoint = await SctpEndpoint.bind(LOOPBACK);
    const { udpPort } = endpoint;
    const taken = SctpEndpoint.bind({ addresses: ['127.0.0.1'], udpPort });
    await expect(taken).rejects.toThrow(code('ERR_SCTP_PORT_TAKEN'));
    const foreign = SctpEndpoint.bind({ addresses: ['192.0.2.1'], udpPort: 0 });
    await expect(foreign).rejects.toThrow(code('ERR_SCTP_BAD_ADDRESS'));
    await using other = await SctpEndpoint.bind(LOOPBACK);
    expect(other.udpPort).not.toBe(udpPort);
  });

  it('two SCTP ports on one UDP port talk to each other', async () => {
    await using shared = await UdpEncapsulation.open({ ...LOOPBACK, substrate: nodeSubstrate });
    await using server = await createServer({ encapsulation: shared, sctpPort: 3863 }, echo);
    await using client = await SctpEndpoint.bind({ encapsulation: shared });
    const association = await client.connect(targetOf(server));
    await association.send('hello');
    expect(text((await association.receive()).data)).toBe('hello');
  });

  it('[AT-86] handlers that throw go to the process; other associations and the next ones do not notice', async () => {
    let greeted = 0;
    await using server = await createServer(LOOPBACK, (association) => {
      association.on('message', ({ data }) => {
        if (text(data) === 'bad') throw new Error('of the listener');
        association.trySend(data);
      });
      if (++greeted === 1) throw new Error('of the handler');
    });
    const uncaught = await collectUncaught(async () => {
      await using first = await connect(targetOf(server));
      await using second = await connect(targetOf(server));
      for (const association of [first, second]) {
        for (const message of ['bad', 'good']) await association.send(message);
        expect(text((await association.receive()).data)).toBe('good');
      }
    });
    expect(uncaught.map(String).sort()).toEqual([
      'Error: of the handler',
      'Error: of the listener',
      'Error: of the listener',
    ]);
  });

  it('a handler whose promise rejects goes to the process', async () => {
    await using server = await createServer(LOOPBACK, async () => {
      throw new Error('of the handler');
    });
    const uncaught = await collectUncaught(async () => {
      await using association = await connect(targetOf(server));
      await association.shutdown();
    });
    expect(uncaught).toEqual([new Error('of the handler')]);
  });

  it('captures both directions as whole packets', async () => {
    const captured: CaptureEntry[] = [];
    const capture = (entry: CaptureEntry) => captured.push({ ...entry, payload: entry.payload.slice() });
    await using server = await createServer(LOOPBACK, echo);
    const before = Date.now();
    await using client = await connect(targetOf(server), { from: { capture } });
    const kinds = captured.map(({ direction, payload }) => [direction, decodePacket(payload).chunks[0]?.kind]);
    expect(kinds.slice(0, 4)).toEqual([
      ['sent', 'init'],
      ['received', 'init-ack'],
      ['sent', 'cookie-echo'],
      ['received', 'cookie-ack'],
    ]);
    for (const { timeUs } of captured) expect(Math.abs(timeUs / 1000 - before)).toBeLessThan(60_000);
    expect(captured[0]).toMatchObject({ fromUdpPort: client.local.udpPort, toUdpPort: server.udpPort });
  });

  it('leaves no socket and no timer behind when endpoints are disposed of', async () => {
    const substrate = countingSubstrate();
    {
      await using server = await createServer({ ...LOOPBACK, substrate }, echo);
      await using client = await SctpEndpoint.bind({ ...LOOPBACK, substrate });
      const association = await client.connect(targetOf(server));
      await association.send('hello');
      await association.receive();
      expect(substrate.sockets).toBe(2);
      expect(substrate.timers).toBeGreaterThan(0);
    }
    expect([substrate.sockets, substrate.timers]).toEqual([0, 0]);
  });

  it('[AT-85] the echo example runs, and its process ends by itself', async () => {
    const example = fileURLToPath(new URL('../../../examples/sctp-echo.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', example]);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const [exitCode] = await once(child, 'close');
    expect([output, exitCode]).toEqual(['stream 0: one\nstream 1: two\nstream 2: three\n', 0]);
  });
});
