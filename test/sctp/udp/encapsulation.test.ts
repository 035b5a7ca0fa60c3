import { describe, expect, it } from 'vitest';
import type { Acceleration } from '../../../src/sctp/udp/acceleration.ts';
import { type CaptureEntry, type EncapsulatedEndpoint, UdpEncapsulation } from '../../../src/sctp/udp/encapsulation.ts';
import type { SocketOptions } from '../../../src/sctp/udp/substrate.ts';
import { writeChecksum } from '../../../src/sctp/wire/crc32c.ts';
import { SimNetwork } from '../../harness/network.ts';
import { SeededRandom } from '../../harness/random.ts';
import { SimHost } from '../../harness/sim-substrate.ts';
import { VirtualClock } from '../../harness/virtual-clock.ts';
import { collectUncaught } from './collect-uncaught.ts';

/** Bytes of a packet to this SCTP port. */
function packetTo(sctpPort: number): Uint8Array {
  return Uint8Array.from([0x13, 0x89, sctpPort >> 8, sctpPort & 0xff, ...new Array<number>(12).fill(0)]);
}

class RecordingEndpoint implements EncapsulatedEndpoint {
  readonly sctpPort: number;
  readonly log: string[] = [];
  onClose: () => void = () => {};
  onCarryOut: () => void = () => {};

  constructor(sctpPort: number) {
    this.sctpPort = sctpPort;
  }

  handleDatagram(local: string, from: string, udpPort: number, bytes: Uint8Array): void {
    this.log.push(`${local} ${from}:${udpPort} -> ${(bytes[2]! << 8) | bytes[3]!}`);
  }

  handleMessageTooLong(to: string, packet: Uint8Array): void {
    this.log.push(`too long to ${to}: ${packet.length}`);
  }

  deliver(): void {
    this.onCarryOut();
  }

  carryOut(): void {
    this.onCarryOut();
  }

  endTurn(): void {
    this.onCarryOut();
  }

  async close(): Promise<void> {
    this.onClose();
  }
}

function setUp(addresses: readonly string[] = ['10.0.0.1', '10.0.1.1']) {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const network = new SimNetwork({ clock, random });
  const host = new SimHost(network, network.addNode('a', addresses), random);
  const datagrams: string[] = [];
  const peer = network.addNode('b', ['10.0.0.2']).open({
    address: '10.0.0.2',
    udpPort: 7777,
    onDatagram: (_bytes, from) => void datagrams.push(`${from.address}:${from.udpPort}`),
  });
  return { clock, network, host, peer, datagrams, addresses };
}

describe('UdpEncapsulation', () => {
  it('[UDPE-0011] [UDPE-0064] takes UDP port 9899 on every address if it is free', async () => {
    const { host, addresses } = setUp();
    const encapsulation = await UdpEncapsulation.open({ addresses, substrate: host });
    expect(encapsulation.udpPort).toBe(9899);
    for (const address of addresses)
      expect(() => host.node.open({ address, udpPort: 9899, onDatagram() {} })).toThrow();
  });

  it('takes another port on all addresses if 9899 is taken on one of them, and gives 9899 back', async () => {
    const { host, addresses } = setUp();
    host.node.open({ address: '10.0.1.1', udpPort: 9899, onDatagram() {} });
    const encapsulation = await UdpEncapsulation.open({ addresses, substrate: host });
    expect(encapsulation.udpPort).not.toBe(9899);
    for (const address of addresses) {
      expect(() => host.node.open({ address, udpPort: encapsulation.udpPort, onDatagram() {} })).toThrow();
    }
    expect(() => host.node.open({ address: '10.0.0.1', udpPort: 9899, onDatagram() {} })).not.toThrow();
  });

  it('looks on until a port is free on all addresses', async () => {
    const { host, addresses } = setUp();
    for (let udpPort = 49_152; udpPort < 49_160; udpPort++) {
      host.node.open({ address: '10.0.1.1', udpPort, onDatagram() {} });
    }
    const encapsulation = await UdpEncapsulation.open({ addresses, udpPort: 0, substrate: host });
    expect(encapsulation.udpPort).toBe(49_160);
  });

  it('[UDPE-0012] takes the port that is wanted, or fails with ERR_SCTP_PORT_TAKEN and opens nothing', async () => {
    const { host, addresses } = setUp();
    const encapsulation = await UdpEncapsulation.open({ addresses, udpPort: 40_000, substrate: host });
    expect(encapsulation.udpPort).toBe(40_000);
    host.node.open({ address: '10.0.1.1', udpPort: 40_001, onDatagram() {} });
    const second = UdpEncapsulation.open({ addresses, udpPort: 40_001, substrate: host });
    await expect(second).rejects.toMatchObject({ code: 'ERR_SCTP_PORT_TAKEN' });
    expect(() => host.node.open({ address: '10.0.0.1', udpPort: 40_001, onDatagram() {} })).not.toThrow();
  });

  it('[UDPE-0004] [UDPE-0014] [UDPE-0022] sends from the address that SCTP chose and from the one UDP port', async () => {
    const { clock, host, datagrams, addresses } = setUp();
    const encapsulation = await UdpEncapsulation.open({ addresses, udpPort: 40_000, substrate: host });
    for (const address of addresses) encapsulation.send(address, '10.0.0.2', 7777, packetTo(1));
    clock.runUntilIdle();
    expect(datagrams).toEqual(['10.0.0.1:40000', '10.0.1.1:40000']);
  });

  it('shares the sockets by SCTP port; the first endpoint gets what is for nobody', async () => {
    const { clock, host, peer, addresses } = setUp();
    const encapsulation = await UdpEncapsulation.open({ addresses, substrate: host });
    const [asap, enrp] = [new RecordingEndpoint(3863), new RecordingEndpoint(9901)];
    encapsulation.attach(asap);
    encapsulation.attach(enrp);
    const arrives = (sctpPort: number) => {
      peer.send(packetTo(sctpPort), { address: '10.0.1.1', udpPort: 9899 });
      clock.runUntilIdle();
    };
    for (const sctpPort of [3863, 9901, 5000]) arrives(sctpPort);
    encapsulation.detach(enrp);
    arrives(9901);
    expect(enrp.log).toEqual(['10.0.1.1 10.0.0.2:7777 -> 9901']);
    expect(asap.log).toEqual([3863, 5000, 9901].map((port) => `10.0.1.1 10.0.0.2:7777 -> ${port}`));
  });

  it('gives an SCTP port to one endpoint only', async () => {
    const { host, addresses } = setUp();
    const encapsulation = await UdpEncapsulation.open({ addresses, substrate: host });
    const first = new RecordingEndpoint(3863);
    encapsulation.attach(first);
    expect(() => encapsulation.attach(new RecordingEndpoint(3863))).toThrow(
      expect.objectContaining({ code: 'ERR_SCTP_PORT_TAKEN', details: { sctpPort: 3863, udpPort: 9899 } }),
    );
    encapsulation.detach(first);
    encapsulation.attach(new RecordingEndpoint(3863));
  });

  it('finds the last free SCTP port of the dynamic range, and says so when there is none', async () => {
    const { host, addresses } = setUp();
    const encapsulation = await UdpEncapsulation.open({ addresses, substrate: host });
    const all = Array.from({ length: 16_384 }, (_, i) => new RecordingEndpoint(49_152 + i));
    for (const endpoint of all) encapsulation.attach(endpoint);
    for (const endpoint of all.slice(5000, 5020)) {
      encapsulation.detach(endpoint);
      expect(encapsulation.unusedSctpPort()).toBe(endpoint.sctpPort);
      encapsulation.attach(endpoint);
    }
    expect(() => encapsulation.unusedSctpPort()).toThrow(expect.objectContaining({ code: 'ERR_SCTP_PORT_TAKEN' }));
  });

  it('lets endpoints carry out once what they want, all of them though one throws', async () => {
    const { host, addresses } = setUp();
    const encapsulation = await UdpEncapsulation.open({ addresses, substrate: host });
    const [one, other] = [new RecordingEndpoint(3863), new RecordingEndpoint(9901)];
    one.onCarryOut = () => {
      one.log.push('one');
      throw new Error('of one');
    };
    other.onCarryOut = () => void one.log.push('other');
    const uncaught = await collectUncaught(async () => {
      for (const endpoint of [one, other]) encapsulation.batches.afterCall(endpoint);
      expect(one.log).toEqual([]);
      await Promise.resolve();
      expect(one.log).toEqual(['one', 'other']);
    });
    expect(uncaught).toHaveLength(1);
  });

  it('[ATK-0004] hands out random SCTP ports of the dynamic range', async () => {
    const { host, addresses } = setUp();
    const encapsulation = await UdpEncapsulation.open({ addresses, substrate: host });
    const ports = new Set(Array.from({ length: 20 }, () => encapsulation.unusedSctpPort()));
    expect(ports.size).toBeGreaterThan(15);
    for (const port of ports) expect(port).toBeGreaterThanOrEqual(49_152);
  });

  it('[UDPE-0024] drops datagrams without a whole common header, and all while nobody is attached', async () => {
    const { clock, host, peer, addresses } = setUp();
    const encapsulation = await UdpEncapsulation.open({ addresses, substrate: host });
    const to = { address: '10.0.0.1', udpPort: 9899 };
    peer.send(packetTo(5000), to);
    clock.runUntilIdle();
    const endpoint = new RecordingEndpoint(5000);
    encapsulation.attach(endpoint);
    peer.send(packetTo(5000).subarray(0, 11), to);
    peer.send(packetTo(5000).subarray(0, 12), to);
    clock.runUntilIdle();
    expect(endpoint.log).toHaveLength(1);
    expect(encapsulation.counters).toMatchObject({ datagramsReceived: 3, datagramsDropped: 2 });
  });

  it('[UDPE-0049] [AT-77] [AT-79] [ERR-0034] counts socket errors; EMSGSIZE alone is told to who sent the packet', async () => {
    const { host } = setUp();
    let socket: SocketOptions | undefined;
    const encapsulation = await UdpEncapsulation.open({
      addresses: ['10.0.0.1'],
      substrate: {
        entropy: host.entropy,
        now: () => 0,
        setTimer: (at, fire) => host.setTimer(at, fire),
        endOfBatch: (run) => host.endOfBatch(run),
        endOfTurn: (run) => host.endOfTurn(run),
        openSocket: (options) => {
          socket = options;
          return host.openSocket(options);
        },
      },
    });
    const endpoint = new RecordingEndpoint(5000);
    encapsulation.attach(endpoint);
    const from5000 = new Uint8Array(1472);
    from5000.set([5000 >> 8, 5000 & 0xff]);
    const error = (code: string) => Object.assign(new Error(code), { code });
    socket!.onError(error('ECONNREFUSED'), '10.0.0.2');
    socket!.onError(error('ENETUNREACH'));
    expect(endpoint.log).toEqual([]);
    expect(encapsulation.counters.socketErrors).toBe(2);
    for (const code of ['ENOBUFS', 'EAGAIN', 'EHOSTUNREACH', 'EACCES', 'EPERM', 'EINVAL']) {
      socket!.onError(error(code), '10.0.0.2', from5000);
    }
    expect(endpoint.log).toEqual([]);
    expect(encapsulation.counters.socketErrors).toBe(8);
    socket!.onError(error('EMSGSIZE'), '10.0.0.2', new Uint8Array([0x13, 0x89]));
    expect(endpoint.log).toEqual([]);
    socket!.onError(error('EMSGSIZE'), '10.0.0.2', from5000);
    expect(endpoint.log).toEqual(['too long to 10.0.0.2: 1472']);
  });

  it('flushes every socket that collects packets, in the order of the packets', async () => {
    const { host, addresses } = setUp();
    const log: string[] = [];
    const encapsulation = await UdpEncapsulation.open({
      addresses,
      substrate: {
        entropy: host.entropy,
        now: () => 0,
        setTimer: (at, fire) => host.setTimer(at, fire),
        endOfBatch: (run) => host.endOfBatch(run),
        endOfTurn: (run) => host.endOfTurn(run),
        openSocket: async (options) => {
          const { address } = options;
          const note = (what: string) => () => void log.push(`${what} ${address}`);
          return { ...(await host.openSocket(options)), send: note('send'), flush: note('flush') };
        },
      },
    });
    const [a, b] = addresses as [string, string];
    for (const from of [a, a, b]) encapsulation.send(from, '10.0.0.2', 7777, packetTo(1));
    encapsulation.flush();
    encapsulation.flush();
    expect(log).toEqual([`send ${a}`, `send ${a}`, `flush ${a}`, `send ${b}`, `flush ${b}`]);
  });

  it('takes apart what the system has joined, and counts and shows packets', async () => {
    const { host } = setUp();
    let socket: SocketOptions | undefined;
    const captured: number[] = [];
    const open = (acceleration: Acceleration) =>
      UdpEncapsulation.open({
        addresses: ['10.0.0.1'],
        udpPort: 0,
        acceleration,
        capture: ({ payload }) => void captured.push(payload.length),
        substrate: {
          entropy: host.entropy,
          now: () => 0,
          setTimer: (at, fire) => host.setTimer(at, fire),
          endOfBatch: (run) => host.endOfBatch(run),
          endOfTurn: (run) => host.endOfTurn(run),
          openSocket: async (options) => {
            socket = options;
            return {
              ...(await host.openSocket(options)),
              acceleration: { sending: false, receiving: true, reason: 'no sending' },
            };
          },
        },
      });
    const packet = (userBytes: number) => {
      const bytes = new Uint8Array(16 + userBytes);
      bytes.set(packetTo(5000).subarray(0, 4));
      bytes.set([0, 3, (4 + userBytes) >> 8, 4 + userBytes], 12);
      writeChecksum(bytes);
      return bytes;
    };
    const joined = new Uint8Array(Buffer.concat([packet(40), packet(40), packet(8)]));
    for (const [acceleration, lengths, status] of [
      ['auto', [56, 56, 24], { sending: false, receiving: true, reason: 'no sending' }],
      ['off', [136], { sending: false, receiving: false, reason: 'it is switched off' }],
    ] as const) {
      captured.length = 0;
      const encapsulation = await open(acceleration);
      const endpoint = new RecordingEndpoint(5000);
      encapsulation.attach(endpoint);
      socket!.onDatagram(joined, '10.0.0.2', 7777);
      expect(captured).toEqual(lengths);
      expect(endpoint.log).toEqual(lengths.map(() => '10.0.0.1 10.0.0.2:7777 -> 5000'));
      expect(encapsulation.counters.datagramsReceived).toBe(lengths.length);
      expect(encapsulation.acceleration).toEqual(status);
    }
  });

  it('shows every datagram to the capture hook, whose exceptions disturb nothing', async () => {
    const { clock, host, peer } = setUp();
    const captured: CaptureEntry[] = [];
    const capture = (datagram: CaptureEntry) => {
      captured.push({ ...datagram, payload: datagram.payload.slice() });
      throw new Error('of the hook');
    };
    const encapsulation = await UdpEncapsulation.open({ addresses: ['10.0.0.1'], substrate: host, capture });
    const endpoint = new RecordingEndpoint(5000);
    encapsulation.attach(endpoint);
    const uncaught = await collectUncaught(() => {
      clock.runUntil(250);
      peer.send(packetTo(5000), { address: '10.0.0.1', udpPort: 9899 });
      clock.runUntilIdle();
      encapsulation.send('10.0.0.1', '10.0.0.2', 7777, packetTo(5001));
    });
    expect(uncaught).toHaveLength(2);
    expect(endpoint.log).toHaveLength(1);
    const here = { from: '10.0.0.1', fromUdpPort: 9899, to: '10.0.0.2', toUdpPort: 7777 };
    const there = { from: '10.0.0.2', fromUdpPort: 7777, to: '10.0.0.1', toUdpPort: 9899 };
    const timeUs = 1000 * (performance.timeOrigin + 250);
    expect(captured).toEqual([
      { timeUs, direction: 'received', ...there, payload: packetTo(5000) },
      { timeUs, direction: 'sent', ...here, payload: packetTo(5001) },
    ]);
  });

  it('closes its endpoints before its sockets, and then takes no more', async () => {
    const { host, addresses } = setUp();
    const encapsulation = await UdpEncapsulation.open({ addresses, substrate: host });
    const isOpen = () => {
      try {
        host.node.open({ address: '10.0.0.1', udpPort: 9899, onDatagram() {} }).close();
        return false;
      } catch {
        return true;
      }
    };
    const endpoint = new RecordingEndpoint(5000);
    const seen: boolean[] = [];
    endpoint.onClose = () => void seen.push(isOpen());
    encapsulation.attach(endpoint);
    await encapsulation[Symbol.asyncDispose]();
    expect(seen).toEqual([true]);
    expect(isOpen()).toBe(false);
    expect(() => encapsulation.attach(endpoint)).toThrow(expect.objectContaining({ code: 'ERR_SCTP_NOT_OPEN' }));
  });
});
