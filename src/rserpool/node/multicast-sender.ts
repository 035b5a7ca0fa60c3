import { classifyIp, type IpAddress, isIpv6 } from '../../base/address.ts';
import type { DatagramSocket, NetworkInterface, SocketOptions, Substrate } from '../../sctp/index.ts';
import { RSerPoolError } from '../errors.ts';
import type { Multicast } from './multicast-options.ts';

/** How often interfaces are looked at: they come and go, ms. */
export const INTERFACES_EVERY_MS = 5000;

export interface MulticastSenderOptions {
  readonly multicast: Multicast;
  readonly substrate: Substrate;
  /** Addresses that the registrar is reached at. */
  readonly addresses: readonly IpAddress[];
  /**
   * UDP port to send from, if it can be had: rsplib takes the source of an announcement for the place of the registrar
   * unless that stands in it, so it is the SCTP port.
   */
  readonly sourcePort: number;
}

/** Sends to multicast groups on several interfaces: one socket for each of their addresses. */
export class MulticastSender {
  readonly #options: MulticastSenderOptions;
  readonly #sockets = new Map<IpAddress, DatagramSocket>();
  #cancelTimer: (() => void) | undefined;
  #failure: unknown;
  #closed = false;

  private constructor(options: MulticastSenderOptions) {
    this.#options = options;
  }

  /** @throws (rejects) RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` for interfaces that are not there; SctpError */
  static async open(options: MulticastSenderOptions): Promise<MulticastSender> {
    const sender = new MulticastSender(options);
    await sender.#openMissing();
    if (sender.#sockets.size === 0) throw sender.#failure ?? noInterface(options);
    sender.#watch();
    return sender;
  }

  /** Local addresses that it sends from. */
  get sources(): readonly IpAddress[] {
    return [...this.#sockets.keys()];
  }

  /** Sends to every group on every interface. Failures are nobody's: the next announcement comes soon. */
  send(bytes: Uint8Array): void {
    for (const { address: group, udpPort } of this.#options.multicast.groups) {
      for (const [address, socket] of this.#sockets) {
        if (isIpv6(address) === isIpv6(group)) socket.send(bytes.slice(), group, udpPort);
      }
    }
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    await Promise.all([...this.#sockets.values()].map((socket) => socket.close()));
  }

  #watch(): void {
    const { substrate } = this.#options;
    this.#cancelTimer = substrate.setTimer(substrate.now() + INTERFACES_EVERY_MS, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const wanted = this.#wantedAddresses();
    for (const [address, socket] of [...this.#sockets]) {
      if (wanted.includes(address)) socket.renewMulticast?.();
      else {
        this.#sockets.delete(address);
        void socket.close();
      }
    }
    await this.#openMissing();
    if (!this.#closed) this.#watch();
  }

  async #openMissing(): Promise<void> {
    for (const address of this.#wantedAddresses()) {
      if (this.#sockets.has(address)) continue;
      try {
        const socket = await this.#openSocket(address);
        if (this.#closed) await socket.close();
        else this.#sockets.set(address, socket);
      } catch (error) {
        // Its interface is away: the others will do, and it may come back.
        this.#failure = error;
      }
    }
  }

  async #openSocket(address: IpAddress): Promise<DatagramSocket> {
    const { multicast, substrate, sourcePort } = this.#options;
    const options: SocketOptions = {
      address,
      port: sourcePort,
      shared: true,
      multicastTtl: multicast.ttl,
      multicastLoopback: multicast.loopback,
      onDatagram: () => undefined,
      onError: () => undefined,
    };
    try {
      return await substrate.openSocket(options);
    } catch {
      // Another program has the port for itself. Those who go by the source port do not find us; others do.
      return substrate.openSocket({ ...options, port: 0 });
    }
  }

  /** One of each family of the groups for each interface. */
  #wantedAddresses(): readonly IpAddress[] {
    const { multicast, substrate, addresses } = this.#options;
    const families = new Set(multicast.groups.map(({ address }) => isIpv6(address)));
    const usable = (address: IpAddress): boolean => families.has(isIpv6(address));
    const everywhere = addresses.every((address) => classifyIp(address) === 'unspecified');
    if (multicast.interfaces === undefined && !everywhere) return addresses.filter(usable);
    const chosen = (substrate.interfaces?.() ?? []).filter((each) => isNamed(each, multicast.interfaces));
    return chosen.flatMap((each) =>
      [false, true].flatMap((ipv6) => {
        const candidates = each.addresses.filter((address) => isIpv6(address) === ipv6 && usable(address));
        // What it is reached at comes first, addresses of the link last.
        const own = candidates.find((address) => addresses.includes(address));
        return own ?? candidates.find((address) => classifyIp(address) !== 'link-local') ?? candidates[0] ?? [];
      }),
    );
  }
}

function isNamed({ name, addresses }: NetworkInterface, wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || wanted.some((each) => each === name || addresses.includes(each));
}

function noInterface({ multicast, substrate, addresses }: MulticastSenderOptions): RSerPoolError {
  const groups = multicast.groups.map(({ address }) => address);
  const wanted = multicast.interfaces ?? addresses;
  const known = (substrate.interfaces?.() ?? []).map(({ name }) => name);
  const text = `no interface to announce to ${groups.join(', ')} on: ${wanted.join(', ')} has no address of that family, or is not there; known are ${known.join(', ')}`;
  return new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', text, { groups, wanted, known });
}
