import type { IpAddress } from '../../base/address.ts';
import type { Entropy, Instant } from '../../base/contract.ts';

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
  /**
   * Opens a UDP socket.
   * @throws SctpError `ERR_SCTP_PORT_TAKEN` or `ERR_SCTP_BAD_ADDRESS`
   */
  openSocket(options: SocketOptions): Promise<DatagramSocket>;
  readonly entropy: Entropy;
}

/** An error with the code of the system, such as `EMSGSIZE`. */
export type SocketError = Error & { readonly code?: string };

export interface SocketOptions {
  /** Local address to bind, `0.0.0.0` or `::` for all. */
  readonly address: IpAddress;
  /** 0 means any free one. */
  readonly port: number;
  /** A datagram; `bytes` may be reused after the call. Must not throw. */
  readonly onDatagram: (bytes: Uint8Array, address: IpAddress, port: number) => void;
  /** The socket reported an error: of its own, or that it did not send `datagram` to `to`. Must not throw. */
  readonly onError: (error: SocketError, to?: IpAddress, datagram?: Uint8Array) => void;
  /** Join this multicast group on every interface (for announcements). */
  readonly multicastGroup?: IpAddress | undefined;
  /** Let other sockets of this host share the port (multicast). */
  readonly shared?: boolean | undefined;
}

export interface DatagramSocket {
  readonly address: IpAddress;
  readonly port: number;
  /** Fire and forget: failures go to `onError`. `bytes` belongs to the socket from now on. */
  send(bytes: Uint8Array, address: IpAddress, port: number): void;
  close(): Promise<void>;
}
