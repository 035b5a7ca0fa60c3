import type { IpAddress } from '../../base/address.ts';
import type { SegmentRefusals } from './segment-refusals.ts';
import type { SocketError } from './substrate.ts';

/**
 * The longest burst. The system takes 64 packets and almost 64 KiB, but beyond a dozen packets there is little to gain,
 * Node receives long pieces slowly, and a receiver that does not join packets has to find room for all of them at once.
 */
const MAX_SEGMENTS = 32;
const MAX_BURST_BYTES = 32 * 1024;

/** What segmentation needs of a socket. */
export interface SegmentingSocket {
  /** Sends one datagram. Failures are reported by the socket. */
  sendOne(bytes: Uint8Array, address: IpAddress, port: number): void;
  /** Hands a datagram to the system, at once unless others wait already. Tells later what came of it. */
  sendBurst(bytes: Uint8Array, address: IpAddress, port: number, done: (error: SocketError | null) => void): void;
  /** Whether datagrams wait until the system has room for them. */
  hasQueue(): boolean;
  /** Cuts whatever is sent into datagrams of this length; 0: not at all. Returns why the system does not. */
  setSegmentBytes(bytes: number): string | undefined;
}

/** Packets of one length, only the last may be shorter, one after the other in memory, to one destination. */
interface Burst {
  readonly first: Uint8Array;
  bytes: number;
  readonly address: IpAddress;
  readonly port: number;
}

/**
 * Sends rows of packets of one length with one call; the system cuts them into datagrams (UDP_SEGMENT).
 *
 * Packets are cut from a slab one after the other (wire/packet.ts), so a burst is a view of the slab and nothing is
 * copied. A packet that does not lie behind the one before begins a new burst. Packets keep their order. What is given to
 * {@link send} waits for more of its kind until {@link flush}, or until this turn ends.
 *
 * The length of segments is an option of the socket, and anything longer is cut: a packet that goes alone goes with the
 * option at 0. It must not change while datagrams wait for room in Node, which sends them later: while single ones wait,
 * no bursts are made; while a burst waits, all that follows waits behind it here, as much as congestion windows allow.
 *
 * What the system refuses goes again, one packet at a time, and the reason decides what to do next time
 * (segment-refusals.ts).
 */
export class Segmentation {
  readonly #socket: SegmentingSocket;
  readonly #refusals: SegmentRefusals;
  #burst: Burst | undefined;
  #segmentBytes = 0;
  #endOfTurnIsComing = false;
  readonly #endOfTurn = (): void => {
    this.#endOfTurnIsComing = false;
    this.flush();
  };
  /** The burst that waits in Node. As long as there is one, nothing is collected. */
  #waiting: Burst | undefined;
  #behindIt: Burst[] = [];

  /** @param refusals what this socket has been refused */
  constructor(socket: SegmentingSocket, refusals: SegmentRefusals) {
    this.#socket = socket;
    this.#refusals = refusals;
  }

  /** Takes a packet; `bytes` belongs to the socket from now on. */
  send(bytes: Uint8Array, address: IpAddress, port: number): void {
    const burst = this.#burst;
    if (burst !== undefined && isNext(burst, bytes, address, port)) {
      burst.bytes += bytes.length;
      // A shorter one is the last one.
      if (bytes.length < burst.first.length) this.flush();
      return;
    }
    this.flush();
    const next = { first: bytes, bytes: bytes.length, address, port };
    if (this.#waiting === undefined) this.#collect(next);
    else this.#behindIt.push(next);
  }

  /** Sends what was collected. */
  flush(): void {
    const burst = this.#burst;
    if (burst === undefined) return;
    this.#burst = undefined;
    if (this.#mayGoInOne(burst)) this.#sendInOne(burst);
    else this.#sendOneByOne(burst);
  }

  #collect(burst: Burst): void {
    this.#burst = burst;
    if (this.#endOfTurnIsComing) return;
    this.#endOfTurnIsComing = true;
    queueMicrotask(this.#endOfTurn);
  }

  #mayGoInOne({ first, bytes, address }: Burst): boolean {
    if (bytes === first.length || this.#socket.hasQueue()) return false;
    return this.#refusals.allow(address, first.length) && this.#cutInto(first.length);
  }

  #sendInOne(burst: Burst): void {
    const { first, bytes, address, port } = burst;
    const whole = new Uint8Array(first.buffer, first.byteOffset, bytes);
    this.#socket.sendBurst(whole, address, port, (error) => this.#sentInOne(burst, error));
    if (this.#socket.hasQueue()) this.#waiting = burst;
  }

  #sentInOne(burst: Burst, error: SocketError | null): void {
    if (this.#waiting === burst) this.#waiting = undefined;
    if (error !== null) {
      this.#refusals.add(burst.address, burst.first.length, error.code ?? error.message);
      if (this.#waiting === undefined) this.#sendOneByOne(burst);
      else this.#behindIt.unshift(burst);
    }
    if (this.#waiting !== undefined || this.#behindIt.length === 0) return;
    const behindIt = this.#behindIt;
    this.#behindIt = [];
    for (const each of behindIt) for (const packet of packetsOf(each)) this.send(packet, each.address, each.port);
    this.flush();
  }

  #sendOneByOne(burst: Burst): void {
    this.#cutInto(0);
    for (const packet of packetsOf(burst)) this.#socket.sendOne(packet, burst.address, burst.port);
  }

  /** @returns whether the system does so now */
  #cutInto(segmentBytes: number): boolean {
    if (segmentBytes === this.#segmentBytes) return true;
    const why = this.#socket.setSegmentBytes(segmentBytes);
    if (why === undefined) this.#segmentBytes = segmentBytes;
    else this.#refusals.addOption(why);
    return why === undefined;
  }
}

function packetsOf({ first, bytes }: Burst): readonly Uint8Array[] {
  const packets = [first];
  for (let at = first.length; at < bytes; at += first.length) {
    packets.push(new Uint8Array(first.buffer, first.byteOffset + at, Math.min(first.length, bytes - at)));
  }
  return packets;
}

function isNext({ first, bytes, address, port }: Burst, next: Uint8Array, to: IpAddress, toPort: number): boolean {
  return (
    next.byteOffset === first.byteOffset + bytes &&
    next.buffer === first.buffer &&
    next.length <= first.length &&
    bytes + next.length <= Math.min(MAX_BURST_BYTES, MAX_SEGMENTS * first.length) &&
    to === address &&
    toPort === port
  );
}
