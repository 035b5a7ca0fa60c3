import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/base/bytes.ts';
import { nodeSubstrate } from '../../../src/sctp/udp/node-substrate.ts';
import type { DatagramSocket, SocketOptions } from '../../../src/sctp/udp/substrate.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((infos) => infos?.some(({ address }) => address === '::1'));
const substrateUrl = new URL('../../../src/sctp/udp/node-substrate.ts', import.meta.url).href;

interface Received {
  readonly bytes: Uint8Array;
  readonly address: string;
  readonly port: number;
}

const openSockets: DatagramSocket[] = [];

afterEach(async () => {
  await Promise.all(openSockets.splice(0).map((socket) => socket.close()));
});

/** A socket whose datagrams and errors can be awaited one by one. */
async function open(options: Partial<SocketOptions> = {}) {
  const datagrams = queue<Received>();
  const errors = queue<{ readonly code: string | undefined; readonly to: string | undefined }>();
  const socket = await nodeSubstrate.openSocket({
    address: '127.0.0.1',
    port: 0,
    onDatagram: (bytes, address, port) => datagrams.put({ bytes, address, port }),
    onError: (error, to) => errors.put({ code: error.code ?? error.message, to }),
    ...options,
  });
  openSockets.push(socket);
  return { socket, nextDatagram: datagrams.next, nextError: errors.next };
}

function queue<T>() {
  const items: T[] = [];
  const waiting: ((item: T) => void)[] = [];
  return {
    put: (item: T): void => {
      const resolve = waiting.shift();
      if (resolve === undefined) items.push(item);
      else resolve(item);
    },
    next: (): Promise<T> =>
      new Promise((resolve) => {
        const item = items.shift();
        if (item === undefined) waiting.push(resolve);
        else resolve(item);
      }),
  };
}

describe('node substrate: sockets', () => {
  it('carries datagrams both ways and tells the bound address and a free port', async () => {
    const [a, b] = [await open(), await open()];
    expect([a.socket.address, b.socket.address]).toEqual(['127.0.0.1', '127.0.0.1']);
    expect(a.socket.port).toBeGreaterThan(0);
    a.socket.send(new Uint8Array([1, 2, 3]), '127.0.0.1', b.socket.port);
    const { bytes, address, port } = await b.nextDatagram();
    expect([toHex(bytes), address, port]).toEqual(['010203', '127.0.0.1', a.socket.port]);
    b.socket.send(new Uint8Array([4]), address, port);
    expect(toHex((await a.nextDatagram()).bytes)).toBe('04');
  });

  it('hands out plain arrays, whose slice is a copy', async () => {
    const [a, b] = [await open(), await open()];
    a.socket.send(new Uint8Array([1, 2, 3]), '127.0.0.1', b.socket.port);
    const { bytes } = await b.nextDatagram();
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    const copy = bytes.slice();
    bytes[0] = 9;
    expect(copy[0]).toBe(1);
  });

  it('keeps a burst that comes while the program is busy, in order', async () => {
    const [a, b] = [await open(), await open()];
    // As many as the smallest usual receive buffer takes; nothing is read before the loop is done.
    const sent = Array.from({ length: 60 }, (_, i) => i);
    for (const i of sent) a.socket.send(new Uint8Array(1200).fill(i), '127.0.0.1', b.socket.port);
    const received: number[] = [];
    for (const _ of sent) received.push((await b.nextDatagram()).bytes[1199]!);
    expect(received).toEqual(sent);
  });

  it('ends a batch after the datagrams that are already here', async () => {
    const sender = await open();
    const seen: string[] = [];
    let batchEnded = (): void => {};
    const ended = new Promise<void>((resolve) => {
      batchEnded = resolve;
    });
    const receiver = await open({
      onDatagram: (bytes) => {
        if (seen.length === 0) nodeSubstrate.endOfBatch(() => batchEnded());
        seen.push(`${bytes[0]}`);
      },
    });
    for (const i of [1, 2, 3]) sender.socket.send(new Uint8Array([i]), '127.0.0.1', receiver.socket.port);
    await ended;
    expect(seen).toEqual(['1', '2', '3']);
  });

  it('ends a turn after all that promises bring about in it', async () => {
    const order: string[] = [];
    const turn = (): void => {
      nodeSubstrate.endOfTurn(() => order.push('end of the turn'));
      setImmediate(() => order.push('next turn'));
      void (async () => {
        for (let i = 0; i < 20; i++) await undefined;
        order.push('promises');
      })();
    };
    for (const begin of [turn, () => setImmediate(turn)]) {
      order.length = 0;
      begin();
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(order).toEqual(['promises', 'end of the turn', 'next turn']);
    }
  });

  it('says which address and port are taken, and what to do', async () => {
    const { port } = (await open()).socket;
    await expect(open({ port })).rejects.toMatchObject({
      code: 'ERR_SCTP_PORT_TAKEN',
      message: `UDP port ${port} on 127.0.0.1 is taken by another program; stop it, choose another port, or port 0 for a free one`,
      details: { address: '127.0.0.1', port },
    });
    await expect(open({ address: '0.0.0.0', port })).rejects.toMatchObject({ code: 'ERR_SCTP_PORT_TAKEN' });
  });

  it.runIf(process.platform === 'linux')('leaves nothing open behind a bind that failed', async () => {
    const { port } = (await open()).socket;
    const before = (await readdir('/proc/self/fd')).length;
    for (let i = 0; i < 30; i++) await expect(open({ port })).rejects.toMatchObject({ code: 'ERR_SCTP_PORT_TAKEN' });
    // Closing takes a turn of the event loop; others in this process open a file now and then.
    await new Promise((resolve) => setImmediate(resolve));
    expect((await readdir('/proc/self/fd')).length).toBeLessThan(before + 15);
  });

  it('refuses what is no address, or none of this host', async () => {
    // 192.0.2.0/24 and 2001:db8::/32 are for documentation; .77 is nobody's.
    for (const address of ['192.0.2.77', 'localhost', '127.0.0.1.5', '']) {
      await expect(open({ address })).rejects.toMatchObject({ code: 'ERR_SCTP_BAD_ADDRESS' });
    }
    for (const port of [-1, 65_536, 1.5]) {
      await expect(open({ port })).rejects.toMatchObject({ code: 'ERR_SCTP_BAD_ARGUMENT' });
    }
  });

  it('reports a datagram that is too long, with its destination', async () => {
    const [a, b] = [await open(), await open()];
    a.socket.send(new Uint8Array(10), '127.0.0.1', b.socket.port);
    a.socket.send(new Uint8Array(65_508), '127.0.0.1', b.socket.port);
    expect(await a.nextError()).toEqual({ code: 'EMSGSIZE', to: '127.0.0.1' });
  });

  it('reports what cannot be sent at all and goes on working', async () => {
    const [a, b] = [await open(), await open()];
    a.socket.send(new Uint8Array(1), '127.0.0.1', 0);
    expect(await a.nextError()).toEqual({ code: 'ERR_SOCKET_BAD_PORT', to: '127.0.0.1' });
    a.socket.send(new Uint8Array(1), 'fe80::1', 9);
    expect((await a.nextError()).to).toBe('fe80::1');
    a.socket.send(new Uint8Array([7]), '127.0.0.1', b.socket.port);
    expect(toHex((await b.nextDatagram()).bytes)).toBe('07');
  });

  it('lets no exception out of a socket callback', async () => {
    let calls = 0;
    const b = await open({
      onDatagram: () => {
        calls++;
        throw new Error('a bug above');
      },
    });
    const a = await open();
    for (let i = 0; i < 2; i++) {
      a.socket.send(new Uint8Array(1), '127.0.0.1', b.socket.port);
      expect(await b.nextError()).toEqual({ code: 'a bug above', to: undefined });
    }
    expect(calls).toBe(2);
  });

  it('ignores sends after close, and closing twice', async () => {
    const [a, b] = [await open(), await open()];
    const { port } = a.socket;
    await a.socket.close();
    await a.socket.close();
    a.socket.send(new Uint8Array([1]), '127.0.0.1', b.socket.port);
    // The port is free again, and the first thing that b sees is from the new socket.
    const again = await open({ port });
    again.socket.send(new Uint8Array([2]), '127.0.0.1', b.socket.port);
    expect(toHex((await b.nextDatagram()).bytes)).toBe('02');
  });

  it.runIf(hasIpv6)('opens IPv6 sockets that leave IPv4 alone', async () => {
    const any4 = await open({ address: '0.0.0.0' });
    const any6 = await open({ address: '::', port: any4.socket.port });
    expect([any4.socket.address, any6.socket.address]).toEqual(['0.0.0.0', '::']);
    const a = await open({ address: '::1' });
    a.socket.send(new Uint8Array([6]), '::1', any6.socket.port);
    expect(await any6.nextDatagram()).toMatchObject({ address: '::1', port: a.socket.port });
    const b = await open();
    b.socket.send(new Uint8Array([4]), '127.0.0.1', any4.socket.port);
    expect(await any4.nextDatagram()).toMatchObject({ address: '127.0.0.1', port: b.socket.port });
  });

  it('joins a multicast group and shares its port', async () => {
    const group = { address: '0.0.0.0', multicastGroups: ['239.255.77.77'], shared: true };
    const one = await open(group);
    const two = await open({ ...group, port: one.socket.port });
    const sender = await open();
    sender.socket.send(new Uint8Array([5]), group.multicastGroups[0]!, one.socket.port);
    const outcome = await Promise.race([
      Promise.all([one.nextDatagram(), two.nextDatagram()]),
      // Hosts without any interface for multicast say so; joining must not have failed there.
      sender.nextError(),
    ]);
    if (Array.isArray(outcome)) expect(outcome.map(({ bytes }) => toHex(bytes))).toEqual(['05', '05']);
    else expect(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'ENODEV']).toContain(outcome.code);
  });
});

describe('node substrate: time and randomness', () => {
  it('fires timers when their time has come and never before', async () => {
    // Hundreds of phases against the milliseconds of the system's timers: some of those would be early.
    const early: number[] = [];
    await Promise.all(
      Array.from({ length: 400 }, (_, i) => {
        const at = nodeSubstrate.now() + i * 0.137;
        return new Promise<void>((resolve) => {
          nodeSubstrate.setTimer(at, () => {
            if (nodeSubstrate.now() < at) early.push(i);
            resolve();
          });
        });
      }),
    );
    expect(early).toEqual([]);
  });

  it('never fires synchronously, nor after it was cancelled', async () => {
    const fired: string[] = [];
    await new Promise<void>((resolve) => {
      nodeSubstrate.setTimer(nodeSubstrate.now() + 1, () => fired.push('cancelled'))();
      nodeSubstrate.setTimer(0, () => fired.push('past'));
      nodeSubstrate.setTimer(Number.POSITIVE_INFINITY, () => fired.push('never'))();
      expect(fired).toEqual([]);
      nodeSubstrate.setTimer(nodeSubstrate.now() + 5, resolve);
    });
    expect(fired).toEqual(['past']);
  });

  it('lets the process end with timers pending, but not with a socket open', async () => {
    const run = (program: string): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, [
        ...['--import', 'tsx', '--input-type=module', '--eval'],
        `import { nodeSubstrate as s } from ${JSON.stringify(substrateUrl)};
         ${program}`,
      ]);
    const idle = await run(
      `s.setTimer(s.now() + 3_600_000, () => {}); process.on('exit', () => console.log('ended'));`,
    );
    expect(idle.stdout).toBe('ended\n');
    const busy = await run(`
      const socket = await s.openSocket({ address: '127.0.0.1', port: 0, onDatagram() {}, onError() {} });
      s.setTimer(s.now() + 50, () => { console.log('timer'); socket.close(); });`);
    expect(busy.stdout).toBe('timer\n');
  });

  it('draws other numbers every time', () => {
    const { entropy } = nodeSubstrate;
    const numbers = Array.from({ length: 5000 }, () => entropy.u32());
    // By the birthday bound 5000 of 2^32 collide once in 344 runs; five collisions would be a defect.
    expect(new Set(numbers).size).toBeGreaterThan(4995);
    expect(numbers.every((value) => Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff)).toBe(true);
    expect([entropy.bytes(0).length, entropy.bytes(32).length]).toEqual([0, 32]);
    expect(toHex(entropy.bytes(32))).not.toBe(toHex(entropy.bytes(32)));
  });
});
