import type { IpAddress } from '../../base/address.ts';
import { throwLater } from '../../base/throw-later.ts';
import { SctpError } from '../core/errors.ts';
import { COMMON_HEADER_BYTES } from '../wire/packet.ts';
import { type Acceleration, type AccelerationStatus, noAcceleration } from './acceleration.ts';
import { type Batched, Batches } from './batches.ts';
import { joinedPacketBytes } from './joined-packets.ts';
import { SharedTimer } from './shared-timer.ts';
import type { DatagramSocket, SocketError, Substrate } from './substrate.ts';

/** The UDP port for encapsulated SCTP. RFC 6951 §5.1, §7. */
export const SCTP_TUNNELING_PORT = 9899;

/** How often a free UDP port is looked for that every address can take. */
const MAX_PORT_ATTEMPTS = 64;

/** SCTP ports handed out to those who want any: the dynamic range of RFC 6335 §6. */
const FIRST_DYNAMIC_PORT = 49_152;
/** A power of two. */
const DYNAMIC_PORTS = 65_536 - FIRST_DYNAMIC_PORT;

/** A datagram that was sent or received, in the form that `pcapngPacket` takes. */
export interface CaptureEntry {
  /** Wall-clock time in microseconds since 1970. */
  readonly timeUs: number;
  readonly direction: 'sent' | 'received';
  readonly from: IpAddress;
  readonly fromUdpPort: number;
  readonly to: IpAddress;
  readonly toUdpPort: number;
  /** The SCTP packet. Copy what must outlive the call. */
  readonly payload: Uint8Array;
}

/** Called for every datagram, in order. */
export type CaptureHook = (datagram: CaptureEntry) => void;

export interface UdpEncapsulationOptions {
  /** Local addresses, canonical; one socket each. */
  readonly addresses: readonly IpAddress[];
  /**
   * UDP port of all sockets. 0: any port that is free on every address. Not given: 9899 if it is free on every address,
   * else any. RFC 6951 §5.1.
   */
  readonly udpPort?: number | undefined;
  readonly substrate: Substrate;
  readonly capture?: CaptureHook | undefined;
  /** Whether the system cuts and joins packets where it can (Linux); `auto` unless given. */
  readonly acceleration?: Acceleration | undefined;
}

/** What an SCTP endpoint offers to the sockets that it shares. */
export interface EncapsulatedEndpoint extends Batched {
  readonly sctpPort: number;
  /** A datagram for this endpoint came in on the socket of `local`. */
  handleDatagram(local: IpAddress, from: IpAddress, udpPort: number, bytes: Uint8Array): void;
  /** The system refused to send this packet of the endpoint to `to` because of its size. */
  handleMessageTooLong(to: IpAddress, packet: Uint8Array): void;
  /** The sockets are about to close. */
  close(): Promise<void>;
}

/** What the sockets have seen. */
export interface EncapsulationCounters {
  readonly datagramsReceived: number;
  readonly datagramsSent: number;
  /** Shorter than an SCTP common header, or nobody was attached. */
  readonly datagramsDropped: number;
  /** Errors that sockets reported: packets that the system did not send (docs/sctp-api.md). */
  readonly socketErrors: number;
}

/**
 * The UDP sockets under one or several SCTP endpoints: one socket per local address, so that the source address of
 * every packet is the one that SCTP chose, all on one UDP port (RFC 6951 §5.1). Endpoints share it by SCTP port.
 *
 * A packet to an SCTP port that nobody has is given to the endpoint attached first, whose core treats a foreign port as
 * out of the blue (RFC 9260 §8.4).
 */
export class UdpEncapsulation {
  readonly addresses: readonly IpAddress[];
  readonly substrate: Substrate;
  /** For all endpoints. */
  readonly timer: SharedTimer;
  readonly #capture: CaptureHook | undefined;
  readonly #wantedAcceleration: Acceleration;
  readonly #isPort = (sctpPort: number): boolean => this.#endpoints.has(sctpPort);
  readonly #sockets = new Map<IpAddress, DatagramSocket>();
  readonly #endpoints = new Map<number, EncapsulatedEndpoint>();
  readonly #counters = { datagramsReceived: 0, datagramsSent: 0, datagramsDropped: 0, socketErrors: 0 };
  #udpPort = 0;
  /** The socket that packets went to since the last flush. */
  #unflushed: DatagramSocket | undefined;
  /** When endpoints carry out what they want. Those that do so together share bursts. */
  readonly batches: Batches;
  /** Endpoints send one after the other, and what they send may leave together. */
  #isTogether = false;
  #othersWait = false;
  #closing: Promise<void> | undefined;

  private constructor(options: UdpEncapsulationOptions) {
    this.addresses = options.addresses;
    this.substrate = options.substrate;
    const { substrate } = options;
    this.timer = new SharedTimer({
      now: () => substrate.now(),
      setTimer: (at, fire) => substrate.setTimer(at, () => this.#together(fire)),
    });
    this.batches = new Batches(substrate, (endpoints, act) => this.#letAll(endpoints, act));
    this.#capture = options.capture;
    this.#wantedAcceleration = options.acceleration ?? 'auto';
  }

  /**
   * Opens the sockets.
   *
   * @throws SctpError `ERR_SCTP_PORT_TAKEN`, `ERR_SCTP_BAD_ADDRESS`
   */
  static async open(options: UdpEncapsulationOptions): Promise<UdpEncapsulation> {
    const encapsulation = new UdpEncapsulation(options);
    for (const socket of await encapsulation.#openSockets(options.udpPort)) {
      encapsulation.#sockets.set(socket.address, socket);
      encapsulation.#udpPort = socket.port;
    }
    return encapsulation;
  }

  /** The UDP port of all sockets. */
  get udpPort(): number {
    return this.#udpPort;
  }

  get counters(): EncapsulationCounters {
    return { ...this.#counters };
  }

  /** Whether the system cuts and joins packets, on all sockets, and why not. */
  get acceleration(): AccelerationStatus {
    if (this.#wantedAcceleration === 'off') return noAcceleration('it is switched off');
    const all = [...this.#sockets.values()].map(
      ({ acceleration }) => acceleration ?? noAcceleration('these sockets do not know it'),
    );
    return {
      sending: all.every(({ sending }) => sending),
      receiving: all.every(({ receiving }) => receiving),
      reason: all.find(({ reason }) => reason !== undefined)?.reason,
    };
  }

  /** The least receive buffer of the sockets, bytes, if they tell. */
  get receiveBufferBytes(): number | undefined {
    const sizes = [...this.#sockets.values()].flatMap(({ receiveBufferBytes = [] }) => receiveBufferBytes);
    return sizes.length === 0 ? undefined : Math.min(...sizes);
  }

  /** A random SCTP port of the dynamic range that nobody here uses; random as peers behind one NAT must differ. */
  unusedSctpPort(): number {
    const random = this.substrate.entropy.u32();
    // Any odd step leads to all of them, and away from where the ports of many endpoints lie side by side.
    const step = ((random / DYNAMIC_PORTS) | 1) >>> 0;
    for (let i = 0; i < DYNAMIC_PORTS; i++) {
      const port = FIRST_DYNAMIC_PORT + ((random + i * step) % DYNAMIC_PORTS);
      if (!this.#endpoints.has(port)) return port;
    }
    throw new SctpError('ERR_SCTP_PORT_TAKEN', 'every dynamic SCTP port from 49152 to 65535 is taken');
  }

  /**
   * Gives an endpoint its SCTP port.
   *
   * @throws SctpError `ERR_SCTP_PORT_TAKEN` if another endpoint here has the SCTP port, `ERR_SCTP_NOT_OPEN` after `close`
   */
  attach(endpoint: EncapsulatedEndpoint): void {
    const { sctpPort } = endpoint;
    if (this.#closing !== undefined) {
      throw new SctpError('ERR_SCTP_NOT_OPEN', 'the UDP encapsulation is closed: open a new one');
    }
    if (this.#endpoints.has(sctpPort)) {
      throw new SctpError(
        'ERR_SCTP_PORT_TAKEN',
        `SCTP port ${sctpPort} is taken by another endpoint on UDP port ${this.#udpPort}: choose another one, or 0 for any`,
        { sctpPort, udpPort: this.#udpPort },
      );
    }
    this.#endpoints.set(sctpPort, endpoint);
  }

  /** Takes its SCTP port away again. */
  detach(endpoint: EncapsulatedEndpoint): void {
    if (this.#endpoints.get(endpoint.sctpPort) === endpoint) this.#endpoints.delete(endpoint.sctpPort);
  }

  /** Sends a packet from the socket of `from`, with the next {@link flush} or at the end of this turn. */
  send(from: IpAddress, to: IpAddress, udpPort: number, bytes: Uint8Array): void {
    const socket = this.#sockets.get(from);
    if (socket === undefined) return;
    this.#counters.datagramsSent++;
    if (this.#capture !== undefined) {
      const [fromUdpPort, toUdpPort] = [this.#udpPort, udpPort];
      this.#record({ direction: 'sent', from, fromUdpPort, to, toUdpPort, payload: bytes });
    }
    if (socket !== this.#unflushed) this.flush();
    this.#unflushed = socket;
    socket.send(bytes, to, udpPort);
  }

  /** What was sent before goes out before anything else happens. */
  flush(): void {
    this.#unflushed?.flush?.();
    this.#unflushed = undefined;
    this.#othersWait = false;
  }

  /** An endpoint has sent what it wants: it goes out now, or with what others send in the same turn. */
  endOfFlush(): void {
    if (this.#isTogether) this.#othersWait = this.#unflushed !== undefined;
    else this.flush();
  }

  /** Packets of other endpoints are not out yet: they should be before anything happens that takes its time. */
  get othersWait(): boolean {
    return this.#othersWait;
  }

  /** Closes the endpoints that are still attached, then the sockets. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#endpoints.values()].map((endpoint) => endpoint.close()));
    const sockets = [...this.#sockets.values()];
    this.#sockets.clear();
    await Promise.all(sockets.map((socket) => socket.close()));
  }

  #letAll(endpoints: readonly Batched[], act: (endpoint: Batched) => void): void {
    this.#together(() => {
      for (const endpoint of endpoints) {
        try {
          act(endpoint);
        } catch (error) {
          throwLater(error);
        }
      }
    });
  }

  #together(run: () => void): void {
    this.#isTogether = true;
    try {
      run();
    } catch (error) {
      throwLater(error);
    }
    this.#isTogether = false;
    this.flush();
  }

  async #openSockets(udpPort: number | undefined): Promise<readonly DatagramSocket[]> {
    if (udpPort !== undefined && udpPort !== 0) return this.#openAll(udpPort);
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#openAll(udpPort === undefined && attempt === 0 ? SCTP_TUNNELING_PORT : 0);
      } catch (error) {
        const taken = error instanceof SctpError && error.code === 'ERR_SCTP_PORT_TAKEN';
        if (!taken || attempt === MAX_PORT_ATTEMPTS) throw error;
      }
    }
  }

  /** All addresses on one port or none: with 0 the first socket's port decides for the others. */
  async #openAll(udpPort: number): Promise<readonly DatagramSocket[]> {
    const sockets: DatagramSocket[] = [];
    try {
      for (const address of this.addresses) {
        const socket = await this.substrate.openSocket({
          address,
          port: sockets[0]?.port ?? udpPort,
          acceleration: this.#wantedAcceleration,
          onDatagram: (bytes, from, fromPort) => this.#receive(address, bytes, from, fromPort),
          onError: (error, to, datagram) => this.#socketError(error, to, datagram),
        });
        sockets.push(socket);
      }
      return sockets;
    } catch (error) {
      await Promise.all(sockets.map((socket) => socket.close()));
      throw error;
    }
  }

  #receive(local: IpAddress, bytes: Uint8Array, from: IpAddress, udpPort: number): void {
    this.batches.comes();
    const mayBeJoined = this.#wantedAcceleration === 'auto';
    const packetBytes = mayBeJoined ? joinedPacketBytes(bytes, this.#isPort) : bytes.length;
    if (packetBytes === bytes.length) this.#receivePacket(local, bytes, from, udpPort);
    else {
      for (let at = 0; at < bytes.length; at += packetBytes) {
        this.#receivePacket(local, bytes.subarray(at, at + packetBytes), from, udpPort);
      }
    }
    this.batches.isHere();
  }

  #receivePacket(local: IpAddress, bytes: Uint8Array, from: IpAddress, udpPort: number): void {
    this.#counters.datagramsReceived++;
    if (this.#capture !== undefined) {
      const [fromUdpPort, toUdpPort] = [udpPort, this.#udpPort];
      this.#record({ direction: 'received', from, fromUdpPort, to: local, toUdpPort, payload: bytes });
    }
    const endpoint = bytes.length < COMMON_HEADER_BYTES ? undefined : this.#endpointOf((bytes[2]! << 8) | bytes[3]!);
    if (endpoint === undefined) this.#counters.datagramsDropped++;
    else endpoint.handleDatagram(local, from, udpPort, bytes);
  }

  #endpointOf(sctpPort: number): EncapsulatedEndpoint | undefined {
    const endpoint = this.#endpoints.get(sctpPort);
    if (endpoint !== undefined) return endpoint;
    for (const first of this.#endpoints.values()) return first;
    return undefined;
  }

  #socketError(error: SocketError, to: IpAddress | undefined, datagram: Uint8Array | undefined): void {
    this.#counters.socketErrors++;
    // Any other error is a packet lost, and what the timers do about it is enough. RFC 6951 §5.5: without a verification
    // tag it proves nothing about the peer, anybody could have caused it.
    if (error.code !== 'EMSGSIZE' || to === undefined || datagram === undefined) return;
    this.#endpoints.get((datagram[0]! << 8) | datagram[1]!)?.handleMessageTooLong(to, datagram);
  }

  #record(datagram: Omit<CaptureEntry, 'timeUs'>): void {
    const timeUs = 1000 * (performance.timeOrigin + this.substrate.now());
    try {
      this.#capture!({ timeUs, ...datagram });
    } catch (error) {
      throwLater(error);
    }
  }
}
