import { type BindOptions, SctpEndpoint } from '../../src/sctp/index.ts';
import { Guest } from './guest.ts';
import type { GuestEvent } from './guest-calls.ts';
import type { KernelOption } from './kernel-options.ts';
import { KernelSocket, type ReadMode } from './kernel-socket.ts';
import { IpNetwork } from './network.ts';
import { networkSubstrate } from './network-substrate.ts';

/** Two networks, a guest and this process on both. */
export const KERNEL_ADDRESSES = ['10.99.1.1', '10.99.2.1'];
export const OUR_ADDRESSES = ['10.99.1.254', '10.99.2.254'];

export interface KernelSocketOptions {
  /** What it does with messages. Default `report`. */
  readonly mode?: ReadMode;
  readonly options?: readonly KernelOption[];
  /** A one-to-many socket (SOCK_SEQPACKET), which takes associations without `accept`. Default: one-to-one. */
  readonly oneToMany?: boolean;
}

export interface KernelConnectOptions extends KernelSocketOptions {
  /** Default: one that nobody has used yet. */
  readonly localPort?: number;
}

/** A guest with the Linux kernel's SCTP, and the networks between it and us. */
export class KernelLab {
  readonly network = new IpNetwork();
  readonly #sockets = new Map<number, KernelSocket>();
  #guest: Guest | undefined;
  #nextPort = 20_000;

  get guests(): readonly Guest[] {
    return this.#guest === undefined ? [] : [this.#guest];
  }

  get guest(): Guest {
    if (this.#guest === undefined) throw new Error('the guest was not booted');
    return this.#guest;
  }

  /** Starts the guest unless it runs. */
  async boot(): Promise<void> {
    if (this.#guest?.ended === false) return;
    this.#sockets.clear();
    this.#guest = await Guest.boot(this.network, KERNEL_ADDRESSES, (event) => this.#handleEvent(event));
  }

  /** An SCTP port that nobody has used yet. */
  unusedPort(): number {
    return this.#nextPort++;
  }

  /** An endpoint of ours on both networks. */
  bind(options: BindOptions = {}): Promise<SctpEndpoint> {
    const substrate = networkSubstrate(this.network, OUR_ADDRESSES);
    return SctpEndpoint.bind({ addresses: OUR_ADDRESSES, substrate, ...options });
  }

  /** Lets the kernel listen on both networks. */
  async listen(port: number, options: KernelSocketOptions = {}): Promise<KernelSocket> {
    const number = await this.guest.calls.call<number>('listen', {
      port,
      addresses: KERNEL_ADDRESSES,
      ...socketDetails(options),
    });
    return this.socket(number);
  }

  /** Lets the kernel connect to us. */
  async connect(port: number, options: KernelConnectOptions = {}): Promise<KernelSocket> {
    const { localPort = this.unusedPort() } = options;
    const number = await this.guest.calls.call<number>('connect', {
      port,
      addresses: OUR_ADDRESSES.slice(0, 1),
      local_port: localPort,
      local_addresses: KERNEL_ADDRESSES,
      ...socketDetails(options),
    });
    return this.socket(number);
  }

  /** The socket that the listener has accepted next. */
  async accepted(listener: KernelSocket): Promise<KernelSocket> {
    const { peer } = await listener.event('accepted');
    return this.socket(peer as number);
  }

  /** The kernel's own counters by their names, of all associations together. */
  async kernelCounters(): Promise<Readonly<Record<string, number>>> {
    const lines = (await this.guest.run('cat /proc/net/sctp/snmp')).trim().split('\n');
    return Object.fromEntries(lines.map((line) => line.split(/\s+/)).map(([name, value]) => [name, Number(value)]));
  }

  /** Packets that the guest has not taken in time since it was booted. */
  get overruns(): number {
    return this.guest.cables.reduce((sum, cable) => sum + cable.overruns, 0);
  }

  /** Nothing is lost, late or cut any more. */
  repair(): void {
    this.network.fate = undefined;
    this.network.change = undefined;
    for (const cable of this.guest.cables) cable.cut = false;
  }

  /** The socket of a number; its events may come before the call that made it returns. */
  socket(number: number): KernelSocket {
    let socket = this.#sockets.get(number);
    if (socket === undefined) {
      socket = new KernelSocket(this.guest.calls, number);
      this.#sockets.set(number, socket);
    }
    return socket;
  }

  #handleEvent(event: GuestEvent): void {
    this.socket(event.socket).handleEvent(event);
  }
}

function socketDetails({ mode = 'report', options = [], oneToMany = false }: KernelSocketOptions) {
  const pairs = options.map(({ number, value }) => [number, Buffer.from(value).toString('hex')]);
  return { mode, options: pairs, one_to_many: oneToMany };
}
