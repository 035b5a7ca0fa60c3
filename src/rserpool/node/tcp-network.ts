import type { IpAddress } from '../../base/address.ts';

/**
 * TCP as drivers see it. The real one is `nodeTcp` (node-tcp.ts); a simulated network provides another. ASAP between users
 * and registrars can run over it. RFC 5352 §2.1.
 */
export interface TcpNetwork {
  /**
   * Takes connections.
   * @throws (rejects) an error with the code of the system, such as `EADDRINUSE` or `EADDRNOTAVAIL`
   */
  listen(options: TcpListenOptions): Promise<TcpListener>;
  /** @throws (rejects) an error with the code of the system, such as `ECONNREFUSED`; the signal's reason */
  connect(address: IpAddress, port: number, signal: AbortSignal): Promise<TcpSocket>;
}

export interface TcpListenOptions {
  readonly address: IpAddress;
  /** 0 is any free one. */
  readonly port: number;
  readonly onConnection: (socket: TcpSocket) => void;
}

export interface TcpListener {
  readonly port: number;
  /** Takes no further connections; those that are open stay. */
  close(): Promise<void>;
}

/** One end of a connection. */
export interface TcpEnd {
  readonly address: IpAddress;
  readonly port: number;
}

/** A connection. */
export interface TcpSocket {
  readonly local: TcpEnd;
  readonly remote: TcpEnd;
  /** Begins to read. To be called once, in the turn in which the socket was handed over. */
  start(handlers: TcpHandlers): void;
  /** Sends in order. `bytes` belongs to the socket from now on. */
  write(bytes: Uint8Array): void;
  /** Bytes that the peer has not taken yet, beyond what the system buffers. */
  readonly waitingBytes: number;
  /** Stops reading: the peer has to wait as soon as the windows are full. */
  pause(): void;
  resume(): void;
  /** Closes after what was written; the peer may still send. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

export interface TcpHandlers {
  /** `bytes` may be reused after the call. */
  readonly onData: (bytes: Uint8Array) => void;
  /** `waitingBytes` has become 0. */
  readonly onDrain: () => void;
  /** Nothing more will happen; `failure` if it was not a graceful end. */
  readonly onClose: (failure: string | undefined) => void;
}
