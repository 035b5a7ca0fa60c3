import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import type { IcmpMessage } from '../../src/sctp/core/contract.ts';
import { burstLoss } from './links/burst-loss.ts';
import { corruption } from './links/corruption.ts';
import { delay } from './links/delay.ts';
import { dropIf } from './links/drop-if.ts';
import { duplication } from './links/duplication.ts';
import { jitter } from './links/jitter.ts';
import { loss } from './links/loss.ts';
import { mtu } from './links/mtu.ts';
import { Nat } from './links/nat.ts';
import { rate } from './links/rate.ts';
import { reordering } from './links/reordering.ts';
import type { StageFactory, UdpAddress } from './links/stage.ts';
import { SimNetwork, type TapEntry } from './network.ts';
import { SeededRandom } from './random.ts';
import { VirtualClock } from './virtual-clock.ts';

interface Arrival {
  readonly at: number;
  readonly from: UdpAddress;
  readonly bytes: Uint8Array;
}

/** Two nodes, `a` with 10.0.0.1 and 10.1.0.1, `b` with 10.0.0.2, sockets on port 9899. */
function twoNodes(link: readonly StageFactory[], seed = 1) {
  const clock = new VirtualClock();
  const network = new SimNetwork({ clock, random: new SeededRandom(seed), link });
  const a = network.addNode('a', ['10.0.0.1', '10.1.0.1', 'fd00::1']);
  const b = network.addNode('b', ['10.0.0.2', 'fd00::2']);
  const arrivals: Arrival[] = [];
  const tooLong: string[] = [];
  const open = (node: typeof a, address: string, udpPort = 9899, onIcmp?: (message: IcmpMessage) => void) =>
    node.open({
      address,
      udpPort,
      onDatagram: (bytes, from) => arrivals.push({ at: clock.now(), from, bytes }),
      onTooLong: (to) => tooLong.push(to),
      onIcmp,
    });
  const socket = open(a, '10.0.0.1');
  open(b, '10.0.0.2');
  const to: UdpAddress = { address: '10.0.0.2', udpPort: 9899 };
  /** Sends `count` datagrams of `size` bytes, numbered in their first two bytes, one each `everyMs`. */
  const sendMany = (count: number, everyMs = 0, size = 100): void => {
    for (let i = 0; i < count; i++) {
      const bytes = new Uint8Array(size);
      new DataView(bytes.buffer).setUint16(0, i);
      clock.at(i * everyMs, () => socket.send(bytes, to));
    }
    clock.runUntilIdle();
  };
  const numbers = (): number[] => arrivals.map(({ bytes }) => (bytes[0]! << 8) | bytes[1]!);
  return { clock, network, a, b, socket, to, arrivals, tooLong, open, sendMany, numbers };
}

describe('simulated links', () => {
  it('deliver after the delay and never synchronously', () => {
    const { socket, clock, arrivals, to } = twoNodes([delay(25)]);
    socket.send(new Uint8Array([1, 2]), to);
    expect(arrivals).toEqual([]);
    clock.runUntilIdle();
    expect(arrivals).toEqual([{ at: 25, from: { address: '10.0.0.1', udpPort: 9899 }, bytes: new Uint8Array([1, 2]) }]);
  });

  it('jitter spreads evenly and keeps the order', () => {
    const { sendMany, arrivals, numbers } = twoNodes([delay(10), jitter(40)]);
    sendMany(2000, 100);
    const delays = arrivals.map(({ at }, i) => at - i * 100 - 10);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(40);
    expect(delays.reduce((sum, each) => sum + each, 0) / 2000).toBeCloseTo(20, -0.5);
    const dense = twoNodes([jitter(40)]);
    dense.sendMany(200, 1);
    expect(dense.numbers()).toEqual(numbers().slice(0, 200));
  });

  it('loss comes at the rate asked for, independent of the one before', () => {
    const { sendMany, network, numbers } = twoNodes([loss(0.1)]);
    sendMany(20_000);
    const { 'loss.dropped': dropped, 'loss.passed': passed } = network.counters();
    expect(passed! + dropped!).toBe(20_000);
    // Five standard deviations: 5 * sqrt(20000 * 0.1 * 0.9) = 212.
    expect(Math.abs(dropped! - 2000)).toBeLessThan(212);
    const arrived = new Set(numbers());
    let pairs = 0;
    for (let i = 1; i < 20_000; i++) if (!arrived.has(i) && !arrived.has(i - 1)) pairs++;
    expect(Math.abs(pairs - 200)).toBeLessThan(80);
  });

  it('burst loss comes in bursts of the mean length asked for', () => {
    const { sendMany, network, arrivals } = twoNodes([burstLoss({ goodToBad: 0.01, badToGood: 0.2 })]);
    sendMany(60_000);
    const { 'burst-loss.dropped': dropped, 'burst-loss.bursts': bursts } = network.counters();
    expect(arrivals.length + dropped!).toBe(60_000);
    expect(dropped! / bursts!).toBeGreaterThan(4);
    expect(dropped! / bursts!).toBeLessThan(6);
    // Stationary share of the bad state: 0.01 / (0.01 + 0.2).
    expect(Math.abs(dropped! / 60_000 - 0.0476)).toBeLessThan(0.01);
  });

  it('duplication delivers the same bytes twice', () => {
    const { sendMany, network, arrivals } = twoNodes([duplication(0.3, 5)]);
    sendMany(1000, 10);
    const duplicated = network.counters()['duplication.duplicated']!;
    expect(arrivals.length).toBe(1000 + duplicated);
    expect(duplicated).toBeGreaterThan(220);
    expect(duplicated).toBeLessThan(380);
  });

  it('reordering lets later datagrams overtake some, and loses none', () => {
    const { sendMany, numbers, network } = twoNodes([reordering(0.1, 50)]);
    sendMany(1000, 1);
    const order = numbers();
    expect([...order].sort((x, y) => x - y)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    const overtaken = order.filter((number, i) => i > 0 && number < order[i - 1]!).length;
    expect(overtaken).toBeGreaterThan(50);
    expect(overtaken).toBeLessThanOrEqual(network.counters()['reordering.heldBack']!);
  });

  it('a rate spaces datagrams out, and its queue overflows', () => {
    // 1000 bytes with headers are 8000 bits: 10 ms each at 800 kbit/s.
    const { sendMany, arrivals, network } = twoNodes([rate({ bitsPerSecond: 800_000, queueBytes: 5000 })]);
    sendMany(20, 0, 972);
    expect(arrivals.map(({ at }) => at)).toEqual([10, 20, 30, 40, 50]);
    expect(network.counters()).toMatchObject({ 'rate.dropped': 15, 'rate.deepestQueueBytes': 5000 });
  });

  it('a rate is met over time when the offered load is higher', () => {
    const { sendMany, arrivals } = twoNodes([rate({ bitsPerSecond: 1_000_000, queueBytes: 20_000 })]);
    sendMany(5000, 1, 1000 - 28);
    const seconds = arrivals.at(-1)!.at / 1000;
    expect((arrivals.length * 8000) / seconds).toBeCloseTo(1_000_000, -1);
  });

  it('an MTU swallows long datagrams or tells their sender', () => {
    const black = twoNodes([mtu(1500)]);
    black.sendMany(1, 0, 1472);
    black.sendMany(1, 0, 1473);
    expect([black.arrivals.length, black.tooLong]).toEqual([1, []]);
    const told = twoNodes([mtu(1500, 'report')]);
    told.sendMany(1, 0, 1473);
    expect([told.arrivals.length, told.tooLong]).toEqual([0, ['10.0.0.2']]);
    const ipv6 = twoNodes([mtu(1500)]);
    const socket = ipv6.open(ipv6.a, 'fd00::1');
    ipv6.open(ipv6.b, 'fd00::2');
    for (const size of [1452, 1453]) socket.send(new Uint8Array(size), { address: 'fd00::2', udpPort: 9899 });
    ipv6.clock.runUntilIdle();
    expect(ipv6.arrivals.map(({ bytes }) => bytes.length)).toEqual([1452]);
  });

  it('an MTU on the way answers with ICMP that quotes the packet, and lets fragments through', () => {
    const { open, a, sendMany, arrivals, to, clock } = twoNodes([mtu(1300, 'icmp', 1500)]);
    const told: IcmpMessage[] = [];
    const socket = open(a, '10.1.0.1', 9899, (message) => told.push(message));
    sendMany(1, 0, 1272);
    for (const size of [1273, 1472, 1473]) socket.send(new Uint8Array(size).fill(size), to);
    clock.runUntilIdle();
    // What the sender's link does not take leaves it in fragments.
    expect(arrivals.map(({ bytes }) => bytes.length)).toEqual([1272, 1473]);
    expect(told.map(({ version, type, code, mtuBytes }) => [version, type, code, mtuBytes])).toEqual([
      [4, 3, 4, 1300],
      [4, 3, 4, 1300],
    ]);
    expect([...told[0]!.quoted.subarray(0, 30)]).toEqual([
      ...[0x45, 0, 1301 >> 8, 1301 & 0xff, 0, 0, 0x40, 0, 0, 17, 0, 0, 10, 1, 0, 1, 10, 0, 0, 2],
      ...[9899 >> 8, 9899 & 0xff, 9899 >> 8, 9899 & 0xff, 1281 >> 8, 1281 & 0xff, 0, 0],
      ...[1273 & 0xff, 1273 & 0xff],
    ]);
  });

  it('corruption flips one bit of the copy that arrives, not of the bytes sent', () => {
    const { socket, clock, arrivals, to } = twoNodes([corruption(1)]);
    const sent = new Uint8Array(50);
    socket.send(sent, to);
    clock.runUntilIdle();
    const flipped = arrivals[0]!.bytes.reduce((bits, byte) => bits + byte.toString(2).replaceAll('0', '').length, 0);
    expect([flipped, toHex(sent)]).toEqual([1, '00'.repeat(50)]);
  });

  it('scripted losses hit what they name', () => {
    const { sendMany, numbers } = twoNodes([dropIf((_, index) => index === 1 || index === 3)]);
    sendMany(5);
    expect(numbers()).toEqual([0, 2, 4]);
  });

  it('can be set for one direction and share a stage', () => {
    const { network, socket, sendMany, arrivals } = twoNodes([]);
    const bottleneck = rate({ bitsPerSecond: 1_000_000, queueBytes: 1e6 })(new SeededRandom(1));
    network.setLink([delay(7)], '10.0.0.1', '10.0.0.2');
    sendMany(1);
    expect(arrivals[0]!.at).toBe(7);
    network.setLink([() => bottleneck]);
    socket.send(new Uint8Array(97), { address: '10.0.0.2', udpPort: 9899 });
    sendMany(2);
    expect(network.counters()).toEqual({ 'rate.passed': 3, 'rate.dropped': 0, 'rate.deepestQueueBytes': 381 });
  });
});

describe('simulated network', () => {
  const traceOf = (seed: number): string[] => {
    const { network, sendMany } = twoNodes(
      [delay(10), jitter(20), loss(0.1), duplication(0.1, 1), reordering(0.1, 30), corruption(0.1)],
      seed,
    );
    const trace: string[] = [];
    network.tap(({ at, fate, bytes }) => trace.push(`${at} ${fate} ${toHex(bytes)}`));
    sendMany(200, 3, 20);
    return trace;
  };

  it('repeats a run bit by bit for the same seed, and not for another', () => {
    expect(traceOf(42)).toEqual(traceOf(42));
    expect(traceOf(42)).not.toEqual(traceOf(43));
  });

  it('cuts by node, by address, by pair and one way, and heals', () => {
    const { network, a, b, open, socket, clock, arrivals } = twoNodes([]);
    const second = open(a, '10.1.0.1');
    const back = open(b, '0.0.0.0', 7);
    const arriving = (): string[] => {
      arrivals.length = 0;
      for (const each of [socket, second]) each.send(new Uint8Array(1), { address: '10.0.0.2', udpPort: 9899 });
      back.send(new Uint8Array(1), { address: '10.0.0.1', udpPort: 9899 });
      clock.runUntilIdle();
      return arrivals.map(({ from }) => from.address);
    };
    expect(arriving()).toEqual(['10.0.0.1', '10.1.0.1', '10.0.0.2']);
    network.partition.cut('b');
    expect(arriving()).toEqual([]);
    network.partition.heal('b');
    network.partition.cut('10.0.0.1');
    expect(arriving()).toEqual(['10.1.0.1']);
    network.partition.heal('10.0.0.1');
    network.partition.cutBetween('a', 'b', 'one-way');
    expect(arriving()).toEqual(['10.0.0.2']);
    network.partition.healAll();
    network.partition.cutBetween('10.1.0.1', 'b');
    expect(arriving()).toEqual(['10.0.0.1', '10.0.0.2']);
    network.partition.healBetween('10.1.0.1', 'b');
    expect(arriving()).toHaveLength(3);
    network.partition.split(['a'], ['b']);
    expect(arriving()).toEqual([]);
  });

  it('shows observers what is sent and what became of it', () => {
    const { network, socket, clock } = twoNodes([delay(5), dropIf((_, index) => index === 1)]);
    const seen: [number, number, TapEntry['fate']][] = [];
    network.tap(({ sentAt, at, fate }) => seen.push([sentAt, at, fate]));
    socket.send(new Uint8Array(1), { address: '10.0.0.2', udpPort: 9899 });
    socket.send(new Uint8Array(1), { address: '10.0.0.2', udpPort: 9899 });
    socket.send(new Uint8Array(1), { address: '10.0.0.2', udpPort: 1 });
    socket.send(new Uint8Array(1), { address: '10.9.9.9', udpPort: 1 });
    clock.runUntilIdle();
    expect(seen).toEqual([
      [0, 0, 'sent'],
      [0, 0, 'sent'],
      [0, 0, 'sent'],
      [0, 0, 'sent'],
      [0, 0, 'no-route'],
      [0, 5, 'delivered'],
      [0, 5, 'lost'],
      [0, 5, 'no-socket'],
    ]);
  });

  it('rewrites UDP ports in a NAT, gives new ones when it forgot, and drops what is no mapping', () => {
    const { network, b, open, socket, clock, arrivals } = twoNodes([delay(1)]);
    const nat = new Nat({ inside: ['10.0.0.1'], outside: '192.0.2.1', firstPort: 20_000 });
    network.addNat(nat);
    const server = open(b, '10.0.0.2', 7);
    const exchange = (): UdpAddress => {
      arrivals.length = 0;
      socket.send(new Uint8Array([1]), { address: '10.0.0.2', udpPort: 7 });
      clock.runUntilIdle();
      const source = arrivals[0]!.from;
      server.send(new Uint8Array([2]), source);
      clock.runUntilIdle();
      return source;
    };
    expect(exchange()).toEqual({ address: '192.0.2.1', udpPort: 20_000 });
    expect(arrivals.map(({ bytes }) => bytes[0])).toEqual([1, 2]);
    expect(exchange().udpPort).toBe(20_000);
    nat.forget();
    server.send(new Uint8Array([3]), { address: '192.0.2.1', udpPort: 20_000 });
    clock.runUntilIdle();
    expect(arrivals).toHaveLength(2);
    expect(exchange().udpPort).toBe(20_001);
  });

  it('holds hundreds of nodes and makes links only where something is sent', () => {
    const clock = new VirtualClock();
    const network = new SimNetwork({ clock, random: new SeededRandom(5), link: [delay(3), loss(0.01)] });
    let received = 0;
    const sockets = Array.from({ length: 400 }, (_, i) => {
      const address = `10.0.${i >> 8}.${i & 255}`;
      return network.addNode(`n${i}`, [address]).open({ address, udpPort: 9899, onDatagram: () => received++ });
    });
    expect(network.linksInUse).toBe(0);
    sockets.forEach((socket, i) => {
      for (let k = 1; k <= 50; k++) {
        const { address } = sockets[(i + k) % 400]!;
        socket.send(new Uint8Array(10), { address, udpPort: 9899 });
      }
    });
    clock.runUntilIdle();
    expect(network.linksInUse).toBe(20_000);
    expect(received).toBe(network.counters()['loss.passed']);
    expect(received).toBeGreaterThan(19_700);
  });

  it('refuses nodes that cannot be', () => {
    const { network, a } = twoNodes([]);
    expect(() => network.addNode('a', [])).toThrow(/already/);
    expect(() => network.addNode('c', ['10.0.0.1'])).toThrow(/another node/);
    expect(() => network.addNode('c', ['10.0.0.01'])).toThrow(/canonical/);
    expect(() => network.node('z')).toThrow(/no node z/);
    expect(() => a.open({ address: '10.0.0.2', udpPort: 1, onDatagram: () => {} })).toThrow(/EADDRNOTAVAIL/);
  });
});
