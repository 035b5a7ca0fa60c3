import { describe, expect, it } from 'vitest';
import { SegmentRefusals } from '../../../src/sctp/udp/segment-refusals.ts';
import { Segmentation } from '../../../src/sctp/udp/segmentation.ts';
import type { SocketError } from '../../../src/sctp/udp/substrate.ts';
import { SeededRandom } from '../../harness/random.ts';
import { forEachSeed } from '../../harness/seeds.ts';

const HERE = '10.0.0.2';
const THERE = '10.0.1.2';
const PORT = 9899;

type Done = (error: SocketError | null) => void;

/** A socket as Linux makes them: what is longer than the segments that are set is cut, whatever it is. */
class FakeSocket {
  /** Datagrams as they leave, `address first-byte:length`. */
  readonly wire: string[] = [];
  /** Calls of the system. */
  calls = 0;
  segmentBytes = 0;
  /** Whether the system has no room: Node keeps what is sent, and the option counts when it is sent at last. */
  full = false;
  refuses: string | undefined;
  /** The length of segments from which on the route refuses them. */
  mtu = Number.POSITIVE_INFINITY;
  noOption: string | undefined;
  readonly #queue: { readonly bytes: Uint8Array; readonly address: string; readonly done: Done | undefined }[] = [];
  #told: (() => void)[] = [];

  sendOne(bytes: Uint8Array, address: string): void {
    this.#send(bytes, address, undefined);
  }

  sendBurst(bytes: Uint8Array, address: string, _port: number, done: Done): void {
    this.#send(bytes, address, done);
  }

  hasQueue(): boolean {
    return this.#queue.length > 0;
  }

  setSegmentBytes(bytes: number): string | undefined {
    if (bytes > 0 && this.noOption !== undefined) return this.noOption;
    this.segmentBytes = bytes;
    return undefined;
  }

  /** The system has room again. */
  drain(): void {
    this.full = false;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#leave(next.bytes, next.address, next.done);
      this.tell();
    }
  }

  /** The callbacks of what was sent, a tick later. */
  tell(): void {
    const told = this.#told;
    this.#told = [];
    for (const each of told) each();
  }

  #send(bytes: Uint8Array, address: string, done: Done | undefined): void {
    if (this.full) this.#queue.push({ bytes, address, done });
    else this.#leave(bytes, address, done);
  }

  #leave(bytes: Uint8Array, address: string, done: Done | undefined): void {
    this.calls++;
    const cut = this.segmentBytes > 0 && bytes.length > this.segmentBytes;
    const code = cut ? (this.refuses ?? (this.segmentBytes > this.mtu ? 'EMSGSIZE' : undefined)) : undefined;
    const error = code === undefined ? null : Object.assign(new Error(code), { code });
    if (done !== undefined) this.#told.push(() => done(error));
    if (error !== null) return;
    const step = cut ? this.segmentBytes : bytes.length;
    for (let at = 0; at < bytes.length; at += step) {
      this.wire.push(`${address} ${bytes[at]}:${Math.min(step, bytes.length - at)}`);
    }
  }
}

/** Memory that packets are cut from, one after the other; each is filled with its number. */
function packetsIn(memory = new Uint8Array(1 << 20)) {
  let [at, number] = [0, 0];
  return (length: number): Uint8Array => {
    const bytes = memory.subarray(at, at + length).fill(++number % 256);
    at += length;
    return bytes;
  };
}

function setUp() {
  const socket = new FakeSocket();
  const clock = { now: 0 };
  const refusals = new SegmentRefusals(() => clock.now);
  const segmentation = new Segmentation(socket, refusals);
  const packet = packetsIn();
  const send = (lengths: readonly number[], address = HERE) => {
    for (const length of lengths) segmentation.send(packet(length), address, PORT);
  };
  return { socket, clock, refusals, segmentation, packet, send };
}

/** `1:100 2:100` as the wire has it. */
function there(text: string, address = HERE): string[] {
  return text.split(' ').map((each) => `${address} ${each}`);
}

describe('Segmentation', () => {
  it('sends packets of one length, and a shorter last one, with one call', () => {
    const { socket, segmentation, send } = setUp();
    send([100, 100, 100, 40]);
    expect(socket.calls).toBe(1);
    segmentation.flush();
    expect(socket.calls).toBe(1);
    expect(socket.wire).toEqual(there('1:100 2:100 3:100 4:40'));
  });

  it('keeps packets back until the flush, and then sends each once', () => {
    const { socket, segmentation, send } = setUp();
    send([100, 100]);
    expect(socket.wire).toEqual([]);
    segmentation.flush();
    segmentation.flush();
    expect(socket.wire).toEqual(there('1:100 2:100'));
  });

  it('sends at the end of the turn what nobody has flushed', async () => {
    const { socket, send } = setUp();
    for (const wire of ['1:100 2:100', '1:100 2:100 3:100 4:100']) {
      send([100, 100]);
      await Promise.resolve();
      expect(socket.wire).toEqual(there(wire));
    }
  });

  it('never has a lone packet cut, however short the segments before it were', () => {
    const { socket, segmentation, send } = setUp();
    send([28, 28]);
    segmentation.flush();
    send([1452]);
    segmentation.flush();
    send([28, 28, 1452, 28]);
    segmentation.flush();
    expect(socket.wire).toEqual(there('1:28 2:28 3:1452 4:28 5:28 6:1452 7:28'));
  });

  it('begins anew behind a shorter packet, before a longer one, and for another destination or port', () => {
    const { socket, segmentation, packet, send } = setUp();
    send([100, 40, 100, 100]);
    send([100], THERE);
    send([100, 120, 120]);
    segmentation.send(packet(120), HERE, 7777);
    segmentation.flush();
    expect(socket.wire).toEqual([
      ...there('1:100 2:40 3:100 4:100'),
      ...there('5:100', THERE),
      ...there('6:100 7:120 8:120 9:120'),
    ]);
    expect(socket.calls).toBe(6);
  });

  it('joins nothing that does not lie behind the packet before', () => {
    const { socket, segmentation } = setUp();
    const [one, other] = [packetsIn(), packetsIn()];
    const [first, , third] = [one(100), one(100), one(100)];
    // At the place behind the first, but in another memory.
    const [, stranger] = [other(100), other(100)];
    for (const bytes of [first, stranger, third]) segmentation.send(bytes, HERE, PORT);
    segmentation.flush();
    expect(socket.calls).toBe(3);
    expect(socket.wire).toEqual(there('1:100 2:100 3:100'));
  });

  it('bounds bursts in packets and in bytes', () => {
    const { socket, segmentation, send } = setUp();
    send(new Array(70).fill(28));
    segmentation.flush();
    expect([socket.calls, socket.wire.length]).toEqual([3, 70]);
    send(new Array(50).fill(1452));
    segmentation.flush();
    expect([socket.calls, socket.wire.length]).toEqual([3 + 3, 120]);
  });

  it('sends a refused burst again, packet by packet, and tries that destination no more for ten minutes', () => {
    const { socket, clock, refusals, segmentation, send } = setUp();
    socket.mtu = 1400;
    const burst = (length: number, address = HERE) => {
      const before = socket.calls;
      send([length, length, length], address);
      segmentation.flush();
      socket.tell();
      return socket.calls - before;
    };
    expect(burst(1452)).toBe(1 + 3);
    expect(socket.wire).toEqual(there('1:1452 2:1452 3:1452'));
    expect(refusals.reason).toBe('no bursts to 10.0.0.2: EMSGSIZE for segments of 1452 bytes');
    expect(burst(1452)).toBe(3);
    // Shorter ones were not refused, nor was anything to another destination.
    expect(burst(1200)).toBe(1);
    expect(burst(1300, THERE)).toBe(1);
    clock.now = 600_000;
    socket.mtu = 1500;
    expect(burst(1452)).toBe(1);
    expect(refusals.reason).toBeUndefined();
  });

  it('tries no bursts of any length where the route takes none', () => {
    const { socket, segmentation, send } = setUp();
    socket.refuses = 'EIO';
    send([100, 100]);
    segmentation.flush();
    socket.tell();
    send([28, 28]);
    segmentation.flush();
    expect(socket.calls).toBe(1 + 2 + 2);
    expect(socket.wire).toEqual(there('1:100 2:100 3:28 4:28'));
  });

  it('goes on after errors that are not about segments', () => {
    const { socket, segmentation, send } = setUp();
    socket.refuses = 'ENOBUFS';
    send([100, 100]);
    segmentation.flush();
    socket.tell();
    socket.refuses = undefined;
    send([100, 100]);
    segmentation.flush();
    expect(socket.calls).toBe(1 + 2 + 1);
  });

  it('goes on without bursts if the system does not take the option any more', () => {
    const { socket, refusals, segmentation, send } = setUp();
    send([28, 28]);
    segmentation.flush();
    socket.noOption = 'EPERM';
    send([100, 100]);
    segmentation.flush();
    expect(socket.wire).toEqual(there('1:28 2:28 3:100 4:100'));
    expect(refusals.reason).toBe('the system refuses UDP_SEGMENT: EPERM');
  });

  it('makes no bursts while single datagrams wait for room, as these would be cut', () => {
    const { socket, segmentation, send } = setUp();
    socket.full = true;
    send([1452]);
    segmentation.flush();
    send([28, 28]);
    segmentation.flush();
    socket.drain();
    expect(socket.wire).toEqual(there('1:1452 2:28 3:28'));
  });

  it('lets everything wait behind a burst that waits for room, in order', () => {
    const { socket, segmentation, send } = setUp();
    socket.full = true;
    send([100, 100, 1452]);
    segmentation.flush();
    send([28, 28]);
    segmentation.flush();
    expect(socket.segmentBytes).toBe(100);
    socket.drain();
    expect(socket.wire).toEqual(there('1:100 2:100 3:1452 4:28 5:28'));
  });

  it('gets every packet out whole, once and in order, whatever room the system has', () =>
    forEachSeed(300, (seed) => {
      const { sent, wire } = play(seed, ['full', 'drain', 'tell', 'flush']);
      expect(wire).toEqual(sent);
    }));

  it('gets every packet out whole and once, whatever the system refuses', () =>
    forEachSeed(300, (seed) => {
      const { sent, wire } = play(seed, ['full', 'drain', 'tell', 'flush', 'refuse', 'allow', 'expire']);
      expect(wire.sort()).toEqual(sent.sort());
    }));
});

/** Sends packets, and between them does some of these things, until all are out. */
function play(seed: number, deeds: readonly ('full' | 'drain' | 'tell' | 'flush' | 'refuse' | 'allow' | 'expire')[]) {
  const random = new SeededRandom(seed);
  const { socket, clock, segmentation, packet } = setUp();
  const sent: string[] = [];
  const oneOf = <T>(choice: readonly T[]): T => choice[random.u32() % choice.length]!;
  const act = {
    full: () => {
      socket.full = true;
    },
    drain: () => socket.drain(),
    tell: () => socket.tell(),
    flush: () => segmentation.flush(),
    refuse: () => {
      socket.refuses = oneOf(['EIO', 'EMSGSIZE', 'ENETUNREACH']);
    },
    allow: () => {
      socket.refuses = undefined;
    },
    expire: () => {
      clock.now += 600_000;
    },
  };
  for (let step = 0; step < 200; step++) {
    if (random.u32() % 3 === 0) act[oneOf(deeds)]();
    const bytes = packet(oneOf([28, 100, 100, 1452, 1452, 1452]));
    const address = oneOf([HERE, HERE, HERE, THERE]);
    sent.push(`${address} ${bytes[0]}:${bytes.length}`);
    segmentation.send(bytes, address, PORT);
  }
  segmentation.flush();
  // What was refused may have to wait again.
  for (let i = 0; i < 3; i++) {
    socket.drain();
    socket.tell();
  }
  return { sent, wire: socket.wire };
}
