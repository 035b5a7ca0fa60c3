import type { RemoteInfo, Socket } from 'node:dgram';
import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';
import { canonicalIp, type IpAddress, isIpv6 } from '../../base/address.ts';
import { SctpError } from '../core/errors.ts';
import { type AccelerationStatus, type Accelerator, accelerate, noAcceleration } from './acceleration.ts';
import { joinGroup, sendMulticastFrom } from './multicast.ts';
import { SegmentRefusals } from './segment-refusals.ts';
import { Segmentation } from './segmentation.ts';
import type { DatagramSocket, SocketError, SocketOptions } from './substrate.ts';

/** The receive buffer that sockets ask for. The default of many systems (208 KiB) drops bursts. */
export const WANTED_RECEIVE_BUFFER_BYTES = 4 << 20;
/** What they ask for in turn, until the system allows it. */
const RECEIVE_BUFFER_BYTES = [WANTED_RECEIVE_BUFFER_BYTES, 2 << 20, 1 << 20];
/**
 * Payload that every Ethernet takes. Longer datagrams are sent with a callback, because only that tells of EMSGSIZE;
 * for the others it would cost almost a microsecond each.
 */
const ETHERNET_PAYLOAD_BYTES = 1472;
/** Canonical texts of senders that are remembered; peers decide how many there are. */
const MAX_REMEMBERED_SENDERS = 1024;

type Lookup = (host: string, family: number, done: (error: null, address: string, family: number) => void) => void;

/**
 * Opens a UDP socket: `dgram-as-promised` for its life, the socket within for data, where a promise for each datagram
 * would cost more than the datagram. `0.0.0.0` and `::` are two sockets: IPv6 sockets take IPv6 only.
 *
 * @throws SctpError `ERR_SCTP_BAD_ADDRESS`, `ERR_SCTP_PORT_TAKEN` or `ERR_SCTP_BAD_ARGUMENT`
 */
export async function openNodeSocket(options: SocketOptions): Promise<DatagramSocket> {
  const address = canonicalIp(options.address);
  if (address === undefined) {
    const text = JSON.stringify(options.address);
    throw new SctpError('ERR_SCTP_BAD_ADDRESS', `${text} is no IP address; host names are not looked up here`, {
      address: options.address,
    });
  }
  const { port } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new SctpError('ERR_SCTP_BAD_ARGUMENT', `UDP port ${port} is not one of 0 to 65535`, { port });
  }
  const socket = DgramAsPromised.createSocket({
    type: isIpv6(address) ? 'udp6' : 'udp4',
    ipv6Only: isIpv6(address),
    reuseAddr: options.shared === true,
    // Addresses are numbers already. Without this Node looks them up for every datagram, and a tick later.
    lookup: ((host, family, done) => done(null, host, family)) satisfies Lookup as never,
  });
  try {
    await socket.bind({ address: listeningAddress(address, options), port, exclusive: true });
  } catch (error) {
    socket.socket.close();
    throw bindError(error, address, port);
  }
  const accelerator = options.acceleration === 'auto' ? await accelerate(socket.socket) : undefined;
  return new NodeSocket(socket, address, options, accelerator);
}

/**
 * Linux delivers a group to every socket that has its port on all addresses, whether that has joined it or not; a socket
 * that is bound to the group hears nothing else. Windows cannot bind it.
 */
function listeningAddress(address: IpAddress, { multicastGroups = [] }: SocketOptions): IpAddress {
  const [group] = multicastGroups;
  const isAlone = multicastGroups.length === 1 && group !== undefined && !isIpv6(group);
  return isAlone && address === '0.0.0.0' && process.platform !== 'win32' ? group : address;
}

class NodeSocket implements DatagramSocket {
  readonly address: IpAddress;
  readonly port: number;
  readonly #promised: SocketAsPromised;
  readonly #socket: Socket;
  readonly #options: SocketOptions;
  readonly #accelerator: Accelerator | undefined;
  readonly #refusals = new SegmentRefusals(() => performance.now());
  readonly #segmentation: Segmentation | undefined;
  readonly #senders = new Map<string, IpAddress>();
  #lastDestination: IpAddress | undefined;
  #lastSender: IpAddress | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    promised: SocketAsPromised,
    address: IpAddress,
    options: SocketOptions,
    accelerator: Accelerator | undefined,
  ) {
    this.#promised = promised;
    this.#socket = promised.socket;
    this.#options = options;
    // As it was asked for: the system may leave the zone of a link-local address out.
    this.address = address;
    this.port = this.#socket.address().port;
    this.#accelerator = accelerator;
    if (accelerator?.status.sending === true) this.#segmentation = this.#segmentationBy(accelerator);
    this.#socket.on('message', (bytes, from) => this.#receive(bytes, from));
    this.#socket.on('error', (error) => this.#report(error));
    this.#enlargeReceiveBuffer();
    const { multicastTtl, multicastLoopback } = options;
    if (multicastTtl !== undefined) this.#socket.setMulticastTTL(multicastTtl);
    if (multicastLoopback !== undefined) this.#socket.setMulticastLoopback(multicastLoopback);
    sendMulticastFrom(this.#socket, this.address);
    for (const failure of this.#join()) setImmediate(() => this.#report(failure));
  }

  get acceleration(): AccelerationStatus {
    const status = this.#accelerator?.status ?? noAcceleration('it was not asked for');
    return { ...status, reason: status.reason ?? this.#refusals.reason };
  }

  get receiveBufferBytes(): number {
    const bytes = this.#socket.getRecvBufferSize();
    // Linux counts its own needs and tells twice of what it was asked for: socket(7).
    return process.platform === 'linux' ? bytes / 2 : bytes;
  }

  send(bytes: Uint8Array, address: IpAddress, port: number): void {
    if (this.#segmentation === undefined) this.#sendOne(bytes, address, port);
    else this.#segmentation.send(bytes, address, port);
  }

  flush(): void {
    this.#segmentation?.flush();
  }

  renewMulticast(): void {
    if (this.#closing !== undefined) return;
    sendMulticastFrom(this.#socket, this.address);
    // Failures were reported when the socket was opened.
    this.#join();
  }

  close(): Promise<void> {
    this.#closing ??= this.#promised.close();
    return this.#closing;
  }

  #sendOne(bytes: Uint8Array, address: IpAddress, port: number): void {
    // Without a callback Node keeps a refusal by the system to itself. The first datagram of each run to one destination
    // has one, so that an unreachable network is reported.
    if (bytes.length > ETHERNET_PAYLOAD_BYTES || address !== this.#lastDestination) {
      this.#lastDestination = address;
      this.#sendAndTell(bytes, address, port, (error) => {
        if (error !== null) this.#report(error, address, bytes);
      });
    } else this.#sendAndTell(bytes, address, port, undefined);
  }

  #sendAndTell(
    bytes: Uint8Array,
    address: IpAddress,
    port: number,
    done: ((error: SocketError | null) => void) | undefined,
  ): void {
    if (this.#closing !== undefined) return;
    try {
      this.#socket.send(bytes, port, address, done);
    } catch (error) {
      setImmediate(() => this.#report(error, address, bytes));
    }
  }

  #segmentationBy({ setSegmentBytes }: Accelerator): Segmentation {
    return new Segmentation(
      {
        sendOne: (bytes, address, port) => this.#sendOne(bytes, address, port),
        sendBurst: (bytes, address, port, done) => this.#sendAndTell(bytes, address, port, done),
        hasQueue: () => this.#socket.getSendQueueCount() > 0,
        setSegmentBytes,
      },
      this.#refusals,
    );
  }

  #join(): readonly Error[] {
    const { multicastGroups = [], multicastInterfaces } = this.#options;
    return multicastGroups.flatMap((group) => joinGroup(this.#socket, group, multicastInterfaces) ?? []);
  }

  #receive(bytes: Uint8Array, from: RemoteInfo): void {
    try {
      // A plain array: `slice` of a Buffer is a view and not a copy, which nobody above expects.
      const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#options.onDatagram(plain, this.#canonical(from.address), from.port);
    } catch (error) {
      this.#report(error);
    }
  }

  #canonical(address: string): IpAddress {
    // Node makes a text for each datagram: of those of one sender in a row all get the first one.
    if (address === this.#lastSender) return this.#lastSender;
    if (!isIpv6(address)) {
      this.#lastSender = address;
      return address;
    }
    let canonical = this.#senders.get(address);
    if (canonical === undefined) {
      canonical = canonicalIp(address) ?? address;
      if (this.#senders.size >= MAX_REMEMBERED_SENDERS) this.#senders.clear();
      this.#senders.set(address, canonical);
    }
    return canonical;
  }

  #report(error: unknown, to?: IpAddress, datagram?: Uint8Array): void {
    if (this.#closing !== undefined) return;
    this.#options.onError(error instanceof Error ? error : new Error(String(error)), to, datagram);
  }

  #enlargeReceiveBuffer(): void {
    for (const size of RECEIVE_BUFFER_BYTES) {
      try {
        this.#socket.setRecvBufferSize(size);
        return;
      } catch {
        // More than this system allows; Linux takes less by itself.
      }
    }
  }
}

function bindError(error: unknown, address: IpAddress, port: number): SctpError {
  const code = (error as { readonly code?: unknown }).code;
  const details = { address, port, code };
  switch (code) {
    case 'EADDRINUSE':
      return new SctpError(
        'ERR_SCTP_PORT_TAKEN',
        `UDP port ${port} on ${address} is taken by another program; stop it, choose another port, or port 0 for a free one`,
        details,
        error,
      );
    case 'EACCES':
    case 'EPERM':
      return new SctpError(
        'ERR_SCTP_PORT_TAKEN',
        `UDP port ${port} on ${address} is reserved by the system; choose another port, or port 0 for a free one`,
        details,
        error,
      );
    case 'EMFILE':
    case 'ENFILE':
      return new SctpError('ERR_SCTP_LIMIT', 'too many open files for another UDP socket', details, error);
    default:
      return new SctpError(
        'ERR_SCTP_BAD_ADDRESS',
        `${address} cannot be bound (${String(code)}): it is not an address of this host, or its interface is down`,
        details,
        error,
      );
  }
}
