import type {
  TcpEnd,
  TcpHandlers,
  TcpListener,
  TcpListenOptions,
  TcpNetwork,
  TcpSocket,
} from '../../src/rserpool/node/tcp-network.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface SimTcpOptions {
  readonly clock: VirtualClock;
  readonly delayMs?: number;
  /** Cuts what is written into segments; one unless given. */
  readonly segments?: (bytes: Uint8Array) => readonly Uint8Array[];
}

/** TCP without loss between hosts of a simulated network, on virtual time. */
export class SimTcp {
  readonly clock: VirtualClock;
  readonly delayMs: number;
  readonly segments: (bytes: Uint8Array) => readonly Uint8Array[];
  readonly #listeners = new Map<string, (socket: SimTcpSocket) => void>();
  /** The next port that a connection or a listener gets if it does not care. */
  nextPort = 49_152;

  constructor({ clock, delayMs = 5, segments = (bytes) => [bytes] }: SimTcpOptions) {
    this.clock = clock;
    this.delayMs = delayMs;
    this.segments = segments;
  }

  /** TCP of the host with this address. */
  host(address: string): TcpNetwork {
    return {
      listen: async (options) => this.#listen(options),
      connect: (to, port, signal) => this.#connect(address, to, port, signal),
    };
  }

  #listen({ address, port: wanted, onConnection }: TcpListenOptions): TcpListener {
    const port = wanted === 0 ? this.nextPort++ : wanted;
    const key = `${address} ${port}`;
    if (this.#listeners.has(key)) throw Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
    this.#listeners.set(key, onConnection);
    return { port, close: async () => void this.#listeners.delete(key) };
  }

  #connect(from: string, address: string, port: number, signal: AbortSignal): Promise<SimTcpSocket> {
    const local = { address: from, port: this.nextPort++ };
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      this.clock.after(2 * this.delayMs, () => {
        const listener = this.#listeners.get(`${address} ${port}`);
        if (listener === undefined) {
          reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
          return;
        }
        const [near, far] = SimTcpSocket.pair(this, local, { address, port });
        listener(far);
        resolve(near);
      });
    });
  }
}

export class SimTcpSocket implements TcpSocket {
  readonly local: TcpEnd;
  readonly remote: TcpEnd;
  readonly #tcp: SimTcp;
  #peer!: SimTcpSocket;
  #handlers: TcpHandlers | undefined;
  #reading = true;
  #state: 'open' | 'ended' | 'closed' = 'open';
  /** What has arrived and was not read: bytes, or the end of the stream. */
  readonly #arrived: (Uint8Array | 'end')[] = [];
  #waitingBytes = 0;

  private constructor(tcp: SimTcp, local: TcpEnd, remote: TcpEnd) {
    this.#tcp = tcp;
    this.local = local;
    this.remote = remote;
  }

  static pair(tcp: SimTcp, near: TcpEnd, far: TcpEnd): [SimTcpSocket, SimTcpSocket] {
    const [a, b] = [new SimTcpSocket(tcp, near, far), new SimTcpSocket(tcp, far, near)];
    a.#peer = b;
    b.#peer = a;
    return [a, b];
  }

  get isOpen(): boolean {
    return this.#state !== 'closed';
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  start(handlers: TcpHandlers): void {
    this.#handlers = handlers;
    this.#later(() => this.#read());
  }

  write(bytes: Uint8Array): void {
    if (this.#state !== 'open') return;
    for (const segment of this.#tcp.segments(bytes)) this.#transmit(segment.slice());
  }

  pause(): void {
    this.#reading = false;
  }

  resume(): void {
    this.#reading = true;
    this.#later(() => this.#read());
  }

  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#transmit('end');
  }

  destroy(): void {
    if (this.#state === 'closed') return;
    this.#tcp.clock.after(this.#tcp.delayMs, () => this.#peer.#close('reset by peer'));
    this.#tcp.clock.after(0, () => this.#close(undefined));
  }

  #transmit(item: Uint8Array | 'end'): void {
    if (item !== 'end') this.#waitingBytes += item.length;
    this.#tcp.clock.after(this.#tcp.delayMs, () => {
      this.#peer.#arrived.push(item);
      this.#peer.#read();
    });
  }

  #read(): void {
    while (this.#reading && this.#handlers !== undefined && this.#state !== 'closed') {
      const item = this.#arrived.shift();
      if (item === undefined) return;
      if (item === 'end') {
        // As Node does: the other direction is closed as well.
        this.end();
        this.#close(undefined);
        this.#peer.#close(undefined);
        return;
      }
      this.#peer.#taken(item.length);
      this.#handlers.onData(item);
      item.fill(0xa5);
    }
  }

  #taken(bytes: number): void {
    this.#waitingBytes -= bytes;
    if (this.#waitingBytes === 0) this.#handlers?.onDrain();
  }

  #close(failure: string | undefined): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#handlers?.onClose(failure);
  }

  #later(run: () => void): void {
    this.#tcp.clock.after(0, run);
  }
}
