import { describe, expect, it } from 'vitest';
import type { Ssn } from '../../../src/base/serial.ts';
import type { AssociationEvent } from '../../../src/sctp/core/contract.ts';
import { Driver } from '../../../src/sctp/udp/driver.ts';
import { UdpEncapsulation } from '../../../src/sctp/udp/encapsulation.ts';
import type { DatagramSocket } from '../../../src/sctp/udp/substrate.ts';
import { mtu } from '../../harness/links/mtu.ts';
import { SimNetwork } from '../../harness/network.ts';
import { SeededRandom } from '../../harness/random.ts';
import { SimHost } from '../../harness/sim-substrate.ts';
import { VirtualClock } from '../../harness/virtual-clock.ts';
import { collectUncaught } from './collect-uncaught.ts';
import { ScriptedCore } from './scripted-core.ts';

const DRY: AssociationEvent = { kind: 'dry' };
const DRAIN: AssociationEvent = { kind: 'drain' };
const messageOf = (bytes: number): AssociationEvent => ({
  kind: 'message',
  data: new Uint8Array(bytes),
  streamId: 0,
  ssn: 0 as Ssn,
  ppid: 0,
  unordered: false,
  partial: undefined,
  source: '10.0.0.2',
  windowBytes: bytes,
});
const PACKET = new Uint8Array(32).fill(1);
/** To SCTP port 5000. */
const DATAGRAM = Uint8Array.from([0x13, 0x89, 0x13, 0x88, ...new Array<number>(12).fill(0)]);

/** Keeps what is sent until it is told to flush. */
function collecting(socket: DatagramSocket, flushed: number[]): DatagramSocket {
  const collected: Parameters<DatagramSocket['send']>[] = [];
  return {
    ...socket,
    send: (...datagram) => void collected.push(datagram),
    flush: () => {
      flushed.push(collected.length);
      for (const datagram of collected.splice(0)) socket.send(...datagram);
    },
  };
}

async function setUp({ collects = false } = {}) {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const network = new SimNetwork({ clock, random });
  const substrate = new SimHost(network, network.addNode('a', ['10.0.0.1']), random);
  const openSocket = substrate.openSocket.bind(substrate);
  const flushed: number[] = [];
  if (collects) substrate.openSocket = async (options) => collecting(await openSocket(options), flushed);
  const peer = network.addNode('b', ['10.0.0.2']).open({ address: '10.0.0.2', udpPort: 9899, onDatagram: () => {} });
  const log: string[] = [];
  network.tap(({ fate, from }) => {
    if (fate === 'sent' && from.address === '10.0.0.1') log.push('packet');
  });
  const encapsulation = await UdpEncapsulation.open({ addresses: ['10.0.0.1'], substrate });
  const core = new ScriptedCore();
  const onEvent = { run: (event: AssociationEvent) => void log.push(event.kind) };
  const driver = new Driver({
    core,
    encapsulation,
    owner: { handleEvent: (_id, event) => onEvent.run(event), close: async () => {} },
  });
  const datagramArrives = () => peer.send(DATAGRAM, { address: '10.0.0.1', udpPort: 9899 });
  /** Another endpoint on the same sockets, with SCTP port 5001. */
  const neighbour = (): ScriptedCore => {
    const other = new ScriptedCore(5001);
    new Driver({
      core: other,
      encapsulation,
      owner: { handleEvent: (_id, { kind }) => void log.push(`${kind} of 5001`), close: async () => {} },
    });
    return other;
  };
  const neighbourGetsDatagram = () =>
    peer.send(Uint8Array.from([0x13, 0x88, 0x13, 0x89, ...new Array<number>(12).fill(0)]), {
      address: '10.0.0.1',
      udpPort: 9899,
    });
  return {
    clock,
    network,
    encapsulation,
    core,
    driver,
    onEvent,
    log,
    flushed,
    datagramArrives,
    neighbour,
    neighbourGetsDatagram,
  };
}

describe('Driver', () => {
  it('gives datagrams to the core at once and carries its output out once per batch, in its order', async () => {
    const { clock, core, log, datagramArrives } = await setUp();
    for (let i = 0; i < 3; i++) datagramArrives();
    core.wantsEvent(1, DRY);
    core.wantsPacket(PACKET);
    for (let i = 0; i < 3; i++) clock.step();
    expect(core.calls).toEqual(new Array(3).fill('datagram 10.0.0.1 10.0.0.2 9899 16'));
    expect(log).toEqual([]);
    clock.step();
    expect(log).toEqual(['dry']);
    clock.step();
    expect(log).toEqual(['dry', 'packet']);
  });

  it('sends at the end of the batch what nobody is told of', async () => {
    const { clock, core, log, datagramArrives } = await setUp();
    datagramArrives();
    core.wantsPacket(PACKET);
    clock.step();
    clock.step();
    expect(log).toEqual(['packet']);
  });

  it('waits neither for the end of the turn nor for another flush when a listener answers', async () => {
    const { clock, core, driver, log, onEvent, flushed, datagramArrives } = await setUp({ collects: true });
    onEvent.run = ({ kind }) => {
      log.push(kind);
      core.wantsPacket(PACKET);
      driver.touched();
    };
    datagramArrives();
    core.wantsEvent(1, messageOf(1));
    core.wantsPacket(PACKET);
    clock.step();
    clock.step();
    expect([flushed, log]).toEqual([[2], ['message', 'packet', 'packet']]);
  });

  it('takes along what is called in the turn in which somebody was told', async () => {
    const { clock, core, driver, log, onEvent, flushed, datagramArrives } = await setUp({ collects: true });
    let told = (): void => {};
    const answer = new Promise<void>((resolve) => {
      told = resolve;
    }).then(() => {
      core.wantsPacket(PACKET);
      driver.touched();
    });
    onEvent.run = () => void told();
    datagramArrives();
    core.wantsEvent(1, messageOf(1));
    core.wantsPacket(PACKET);
    clock.step();
    clock.step();
    expect(log).toEqual([]);
    await answer;
    await Promise.resolve();
    expect([flushed, log]).toEqual([[2], ['packet', 'packet']]);
    core.wantsPacket(PACKET);
    clock.runUntilIdle();
    // The end of that turn has nothing more to send.
    expect(log).toHaveLength(2);
  });

  it('does not wait for the end of a batch that is longer than 64 packets', async () => {
    const { driver, core, log } = await setUp();
    core.wantsPacket(PACKET);
    for (let i = 0; i < 63; i++) driver.handleDatagram('10.0.0.1', '10.0.0.2', 9899, DATAGRAM);
    expect(log).toEqual([]);
    driver.handleDatagram('10.0.0.1', '10.0.0.2', 9899, DATAGRAM);
    expect(log).toEqual(['packet']);
    core.wantsPacket(PACKET);
    for (let i = 0; i < 63; i++) driver.handleDatagram('10.0.0.1', '10.0.0.2', 9899, DATAGRAM);
    expect(log).toEqual(['packet']);
  });

  it('carries out what calls of one tick want in the microtask after it', async () => {
    const { core, driver, log } = await setUp();
    core.wantsPacket(PACKET);
    driver.touched();
    core.wantsPacket(PACKET);
    driver.touched();
    expect(log).toEqual([]);
    await Promise.resolve();
    expect(log).toEqual(['packet', 'packet']);
  });

  it('sends what a handler of an event wants with the same flush', async () => {
    const { core, driver, onEvent, log } = await setUp();
    onEvent.run = (event) => {
      log.push(event.kind);
      if (event.kind !== 'dry') return;
      core.wantsPacket(PACKET);
      core.wantsEvent(1, DRAIN);
      driver.touched();
    };
    core.wantsEvent(1, DRY);
    driver.touched();
    await Promise.resolve();
    expect(log).toEqual(['dry', 'packet', 'drain']);
  });

  it('lets sockets that collect packets send them before an event is told, and at the end', async () => {
    const { core, driver, log } = await setUp({ collects: true });
    core.wantsPacket(PACKET);
    core.wantsPacket(PACKET);
    core.wantsEvent(1, DRY);
    core.wantsPacket(PACKET);
    driver.touched();
    await Promise.resolve();
    expect(log).toEqual(['packet', 'packet', 'dry', 'packet']);
  });

  it('lets them collect beyond messages, but not for longer than a millisecond', async () => {
    const { clock, core, driver, onEvent, log } = await setUp({ collects: true });
    onEvent.run = (event) => {
      log.push(event.kind);
      // A slow listener.
      if (event.kind === 'message' && event.data.length === 2) clock.runFor(1);
    };
    for (const bytes of [1, 1, 2, 1]) {
      core.wantsPacket(PACKET);
      core.wantsEvent(1, messageOf(bytes));
    }
    driver.touched();
    await Promise.resolve();
    expect(log).toEqual([...['message', 'message', 'message'], ...new Array(4).fill('packet'), 'message']);
  });

  it('[AT-86] goes on when a handler throws, and lets the process have the exception', async () => {
    const { core, driver, onEvent, log } = await setUp();
    onEvent.run = (event) => {
      log.push(event.kind);
      if (event.kind === 'dry') throw new Error('of the application');
    };
    core.wantsEvent(1, DRY);
    core.wantsEvent(2, DRAIN);
    core.timeoutAt = 100;
    driver.touched();
    const uncaught = await collectUncaught();
    expect(uncaught).toEqual([new Error('of the application')]);
    expect(log).toEqual(['dry', 'drain']);
  });

  it('lets packets of endpoints that end a batch, or whose time has come, leave together', async () => {
    const { clock, core, driver, log, flushed, datagramArrives, neighbour, neighbourGetsDatagram } = await setUp({
      collects: true,
    });
    const other = neighbour();
    datagramArrives();
    neighbourGetsDatagram();
    for (const each of [core, other]) each.wantsPacket(PACKET);
    clock.runUntilIdle();
    expect([flushed, log]).toEqual([[2], ['packet', 'packet']]);

    for (const each of [core, other]) {
      each.timeoutAt = 100;
      each.onTimeout = () => {
        each.timeoutAt = undefined;
        each.wantsPacket(PACKET);
      };
    }
    driver.touched();
    neighbourGetsDatagram();
    await Promise.resolve();
    clock.runUntilIdle();
    expect([flushed, log.length]).toEqual([[2, 2], 4]);
  });

  it('lets nobody wait for the listeners of another endpoint', async () => {
    const { clock, core, log, datagramArrives, neighbour, neighbourGetsDatagram } = await setUp({ collects: true });
    const other = neighbour();
    datagramArrives();
    neighbourGetsDatagram();
    core.wantsPacket(PACKET);
    other.wantsEvent(1, messageOf(1));
    other.wantsPacket(PACKET);
    clock.runUntilIdle();
    expect(log).toEqual(['packet', 'message of 5001', 'packet']);
  });

  it('has one timer, moved only when a deadline comes nearer or it fired', async () => {
    const { clock, core, driver } = await setUp();
    const deadline = async (at: number | undefined) => {
      core.timeoutAt = at;
      driver.touched();
      await Promise.resolve();
    };
    await deadline(100);
    expect(clock.nextAt()).toBe(100);
    await deadline(50);
    expect([clock.nextAt(), clock.pending]).toEqual([50, 1]);
    await deadline(80);
    expect([clock.nextAt(), clock.pending]).toEqual([50, 1]);
    clock.step();
    expect([clock.nextAt(), clock.pending]).toEqual([80, 1]);
    core.onTimeout = () => {
      core.timeoutAt = 90;
    };
    clock.step();
    expect(core.calls).toEqual(['timeout 80']);
    expect([clock.nextAt(), clock.pending]).toEqual([90, 1]);
    await deadline(undefined);
    expect(clock.pending).toBe(0);
  });

  it('[AT-79] reports EMSGSIZE to the core with destination and packet', async () => {
    const { clock, network, core, driver } = await setUp();
    network.setLink([mtu(600, 'report')]);
    const packet = new Uint8Array(1000);
    packet.set([5000 >> 8, 5000 & 0xff]);
    core.wantsPacket(packet);
    driver.touched();
    await Promise.resolve();
    clock.runUntilIdle();
    expect(core.calls).toEqual(['too-long 10.0.0.2 1000']);
  });

  it('leaves no timer, no socket and no SCTP port behind when it stops', async () => {
    const { clock, core, driver, encapsulation } = await setUp();
    core.timeoutAt = 100;
    driver.touched();
    await Promise.resolve();
    core.wantsPacket(PACKET);
    driver.stop('over');
    driver.touched();
    expect(core.calls).toEqual(['close over']);
    expect(clock.pending).toBe(1);
    clock.step();
    expect(clock.pending).toBe(0);
    expect(() => encapsulation.attach(driver)).not.toThrow();
  });
});
