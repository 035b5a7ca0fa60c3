import { describe, expect, it } from 'vitest';
import type { DatagramSocket, Substrate } from '../../src/sctp/udp/substrate.ts';
import { delay } from './links/delay.ts';
import { mtu } from './links/mtu.ts';
import { SimNetwork } from './network.ts';
import { SeededRandom } from './random.ts';
import { runAsync, runAsyncFor } from './run-async.ts';
import { SimHost } from './sim-substrate.ts';
import { VirtualClock } from './virtual-clock.ts';

function hosts(...names: string[]) {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const network = new SimNetwork({ clock, random, link: [mtu(1500, 'report'), delay(10)] });
  const made = names.map((name, i) => new SimHost(network, network.addNode(name, [`10.0.0.${i + 1}`]), random));
  return { clock, network, hosts: made as [SimHost, SimHost, ...SimHost[]] };
}

interface Opened {
  readonly socket: DatagramSocket;
  readonly received: string[];
  readonly errors: string[];
}

async function open(host: Substrate, address: string, port = 9899, group?: string): Promise<Opened> {
  const received: string[] = [];
  const errors: string[] = [];
  const socket = await host.openSocket({
    address,
    port,
    ...(group !== undefined && { multicastGroups: [group] }),
    shared: group !== undefined,
    onDatagram: (bytes, from, fromPort) => received.push(`${new TextDecoder().decode(bytes)} ${from} ${fromPort}`),
    onError: (error, to) => errors.push(`${error.code} ${to}`),
  });
  return { socket, received, errors };
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('simulated substrate', () => {
  it('carries datagrams between hosts and tells the bound address and port', async () => {
    const {
      clock,
      hosts: [a, b],
    } = hosts('a', 'b');
    const one = await open(a, '10.0.0.1', 0);
    const two = await open(b, '0.0.0.0', 9899);
    expect([one.socket.address, two.socket.address, two.socket.port]).toEqual(['10.0.0.1', '0.0.0.0', 9899]);
    one.socket.send(text('hi'), '10.0.0.2', 9899);
    await runAsync(clock, () => two.received.length > 0);
    expect([clock.now(), two.received]).toEqual([10, [`hi 10.0.0.1 ${one.socket.port}`]]);
    two.socket.send(text('ho'), '10.0.0.1', one.socket.port);
    await runAsyncFor(clock, 100);
    expect([clock.now(), one.received]).toEqual([110, ['ho 10.0.0.2 9899']]);
  });

  it('refuses a taken port and a foreign address as the interface says', async () => {
    const {
      hosts: [a],
    } = hosts('a', 'b');
    const first = await open(a, '10.0.0.1');
    await expect(open(a, '10.0.0.1')).rejects.toMatchObject({ code: 'ERR_SCTP_PORT_TAKEN' });
    await expect(open(a, '0.0.0.0')).rejects.toMatchObject({ code: 'ERR_SCTP_PORT_TAKEN' });
    await expect(open(a, '10.0.0.2')).rejects.toMatchObject({ code: 'ERR_SCTP_BAD_ADDRESS' });
    await expect(open(a, 'localhost')).rejects.toMatchObject({ code: 'ERR_SCTP_BAD_ADDRESS' });
    await open(a, '127.0.0.1');
    await open(a, '::');
    await first.socket.close();
    await open(a, '10.0.0.1');
  });

  it('sends nothing after close and receives nothing', async () => {
    const {
      clock,
      hosts: [a, b],
    } = hosts('a', 'b');
    const [one, two] = [await open(a, '10.0.0.1'), await open(b, '10.0.0.2')];
    one.socket.send(text('under way'), '10.0.0.2', 9899);
    await two.socket.close();
    one.socket.send(text('late'), '10.0.0.2', 9899);
    await one.socket.close();
    one.socket.send(text('closed'), '10.0.0.2', 9899);
    await runAsyncFor(clock, 100);
    expect(two.received).toEqual([]);
  });

  it('tells the sender of a datagram that is too long', async () => {
    const {
      clock,
      hosts: [a, b],
    } = hosts('a', 'b');
    const [one] = [await open(a, '10.0.0.1'), await open(b, '10.0.0.2')];
    one.socket.send(new Uint8Array(1473), '10.0.0.2', 9899);
    expect(one.errors).toEqual([]);
    await runAsyncFor(clock, 1);
    expect(one.errors).toEqual(['EMSGSIZE 10.0.0.2']);
  });

  it('keeps loopback on the host', async () => {
    const {
      clock,
      hosts: [a, b],
    } = hosts('a', 'b');
    const [one, two, other] = [
      await open(a, '127.0.0.1', 1),
      await open(a, '127.0.0.1', 2),
      await open(b, '0.0.0.0', 2),
    ];
    one.socket.send(text('x'), '127.0.0.1', 2);
    await runAsyncFor(clock, 50);
    expect([two.received, other.received]).toEqual([['x 127.0.0.1 1'], []]);
  });

  it('delivers to every member of a multicast group, the sending host included', async () => {
    const {
      clock,
      hosts: [a, b, c],
    } = hosts('a', 'b', 'c');
    const group = '239.0.0.50';
    const members = [await open(a, '0.0.0.0', 3863, group), await open(a, '0.0.0.0', 3863, group)];
    members.push(await open(b, '0.0.0.0', 3863, group));
    const outsiders = [await open(b, '0.0.0.0', 3864, group), await open(c!, '0.0.0.0', 3863)];
    const sender = await open(a, '10.0.0.1', 50);
    sender.socket.send(text('hear'), group, 3863);
    await runAsyncFor(clock, 50);
    expect(members.map(({ received }) => received)).toEqual(Array(3).fill(['hear 10.0.0.1 50']));
    expect(outsiders.map(({ received }) => received)).toEqual([[], []]);
  });

  it('overwrites received bytes after the call: keeping a view is found out', async () => {
    const {
      clock,
      hosts: [a, b],
    } = hosts('a', 'b');
    const kept: Uint8Array[] = [];
    await b.openSocket({ address: '10.0.0.2', port: 1, onDatagram: (bytes) => kept.push(bytes), onError: () => {} });
    const sent = text('abc');
    (await open(a, '10.0.0.1')).socket.send(sent, '10.0.0.2', 1);
    await runAsyncFor(clock, 50);
    expect([kept[0], sent]).toEqual([new Uint8Array([0xa5, 0xa5, 0xa5]), text('abc')]);
  });

  it('fires timers at their time, never synchronously, unless cancelled', async () => {
    const {
      clock,
      hosts: [a],
    } = hosts('a', 'b');
    const fired: [string, number][] = [];
    a.setTimer(-1, () => fired.push(['past', a.now()]));
    a.setTimer(5.5, () => fired.push(['soon', a.now()]));
    a.setTimer(7, () => fired.push(['cancelled', a.now()]))();
    expect(fired).toEqual([]);
    await runAsyncFor(clock, 20);
    expect(fired).toEqual([
      ['past', 0],
      ['soon', 5.5],
    ]);
  });

  it('ends a batch after the datagrams of the same instant', async () => {
    const {
      clock,
      hosts: [a, b],
    } = hosts('a', 'b');
    const order: string[] = [];
    await b.openSocket({
      address: '10.0.0.2',
      port: 1,
      onDatagram: (bytes) => {
        if (order.length === 0) b.endOfBatch(() => order.push('end'));
        order.push(`datagram ${bytes[0]}`);
      },
      onError: () => {},
    });
    const { socket } = await open(a, '10.0.0.1');
    for (const i of [1, 2, 3]) socket.send(new Uint8Array([i]), '10.0.0.2', 1);
    await runAsyncFor(clock, 50);
    expect(order).toEqual(['datagram 1', 'datagram 2', 'datagram 3', 'end']);
  });

  it('is silent once it is killed', async () => {
    const {
      clock,
      hosts: [a, b],
    } = hosts('a', 'b');
    const [one, two] = [await open(a, '10.0.0.1'), await open(b, '10.0.0.2')];
    let fired = false;
    a.setTimer(5, () => {
      fired = true;
    });
    a.kill();
    one.socket.send(text('x'), '10.0.0.2', 9899);
    await runAsyncFor(clock, 50);
    expect([fired, two.received]).toEqual([false, []]);
  });
});

describe('runAsync', () => {
  it('runs a whole program on virtual time and returns its value', async () => {
    const {
      clock,
      hosts: [a],
    } = hosts('a', 'b');
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => a.setTimer(a.now() + ms, resolve));
    const program = async (): Promise<number> => {
      for (let i = 0; i < 100; i++) await sleep(60_000 / 100);
      return a.now();
    };
    expect(await runAsync(clock, program())).toBeCloseTo(60_000, 6);
  });

  it('lets all promises settle before the next event', async () => {
    const { clock } = hosts('a', 'b');
    const order: string[] = [];
    clock.at(1, () => {
      void (async () => {
        for (let i = 0; i < 20; i++) await Promise.resolve();
        order.push('promises of the first');
      })();
    });
    clock.at(1, () => order.push('second'));
    await runAsync(clock, () => order.length === 2);
    expect(order).toEqual(['promises of the first', 'second']);
  });

  it('passes a failure on, and says so if nothing can happen any more or time is up', async () => {
    const { clock } = hosts('a', 'b');
    await expect(runAsync(clock, Promise.reject(new Error('boom')))).rejects.toThrow('boom');
    await expect(runAsync(clock, new Promise(() => {}))).rejects.toThrow(/nothing left to happen at 0 ms/);
    clock.at(500, () => {});
    await expect(runAsync(clock, () => false, { limitMs: 100 })).rejects.toThrow(/not done within 100 ms/);
  });
});
