import type { IpAddress } from '../../base/address.ts';
import type { Entropy, Instant } from '../../base/contract.ts';
import type { Links } from '../core/contract.ts';
import type { Acceleration, AccelerationStatus } from './acceleration.ts';

/**
 * The outside world as drivers see it: a clock, a timer, UDP sockets, randomness. The real one is `nodeSubstrate`
 * (node-substrate.ts); a simulated network provides another, and then whole programs run on virtual time.
 */
export interface Substrate {
  /** Monotonic time in ms. */
  now(): Instant;
  /** Calls `fire` once `now()` has reached `at`; never synchronously. The function returned cancels it. */
  setTimer(at: Instant, fire: () => void): () => void;
  /** Calls `run` when the datagrams that are already here have been delivered: the end of a batch. */
  endOfBatch(run: () => void): void;
  /** Calls `run` when this turn is over and all promises have been told that it settles, with what follows from that. */
  endOfTurn(run: () => void): void;
  /**
   * Opens a UDP socket.
   * @throws SctpError `ERR_SCTP_PORT_TAKEN` or `ERR_SCTP_BAD_ADDRESS`
   */
  openSocket(options: SocketOptions): Promise<DatagramSocket>;
  /** The interfaces of this host that are up at this moment, for multicast. */
  interfaces?(): readonly NetworkInterface[];
  /** What is known of how packets leave this host; without it no path MTU above that of Ethernet is looked for. */
  readonly links?: Links;
  readonly entropy: Entropy;
}

/** An interface of this host. */
export interface NetworkInterface {
  /** As the system calls it: `eth0`. */
  readonly name: string;
  /** In canonical form; IPv6 addresses of the link with their zone (`fe80::1%eth0`). */
  readonly addresses: readonly IpAddress[];
}

/** An error with the code of the system, such as `EMSGSIZE`. */
export type SocketError = Error & { readonly code?: string };

export interface SocketOptions {
  /** Local address to bind, `0.0.0.0` or `::` for all. */
  readonly address: IpAddress;
  /** 0 means any free one. */
  readonly port: number;
  /** A datagram. `bytes` may be reused after the call only if it is less than half of its buffer. Must not throw. */
  readonly onDatagram: (bytes: Uint8Array, address: IpAddress, port: number) => void;
  /** The socket reported an error: of its own, or that it did not send `datagram` to `to`. Must not throw. */
  readonly onError: (error: SocketError, to?: IpAddress, datagram?: Uint8Array) => void;
  /** Join these multicast groups. With a single IPv4 group the socket hears nothing else, where the system allows that. */
  readonly multicastGroups?: readonly IpAddress[] | undefined;
  /** Names or addresses of the interfaces to join them on; every interface unless given. */
  readonly multicastInterfaces?: readonly string[] | undefined;
  /** TTL or hop limit of what is sent to multicast groups; 1 unless given: not beyond the link. */
  readonly multicastTtl?: number | undefined;
  /** Whether this host hears what is sent to groups that it has joined; yes unless given. */
  readonly multicastLoopback?: boolean | undefined;
  /** Let other sockets of this host share the port (multicast). */
  readonly shared?: boolean | undefined;
  /**
   * With `auto` the system may cut and join datagrams if it can: `send` may collect datagrams until `flush` or the end of
   * this turn, and `onDatagram` may get several of one sender in one piece, all of one length but the last, which may be
   * shorter. `off` unless given.
   */
  readonly acceleration?: Acceleration | undefined;
}

export interface DatagramSocket {
  readonly address: IpAddress;
  readonly port: number;
  /** Whether datagrams are cut and joined by the system; nothing of it unless there. */
  readonly acceleration?: AccelerationStatus;
  /** How many bytes of datagrams the system keeps while nobody takes them, if it tells. */
  readonly receiveBufferBytes?: number;
  /** Fire and forget: failures go to `onError`. `bytes` belongs to the socket from now on. */
  send(bytes: Uint8Array, address: IpAddress, port: number): void;
  /** Sends what was collected now. */
  flush?(): void;
  /** Joins on interfaces that have come since, and leaves by the interface of the address again if that was away. */
  renewMulticast?(): void;
  close(): Promise<void>;
}
