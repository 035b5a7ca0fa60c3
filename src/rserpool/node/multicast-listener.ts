import { type IpAddress, isIpv6 } from '../../base/address.ts';
import type { DatagramSocket, Substrate } from '../../sctp/index.ts';
import { AnnouncementLimit } from './announcement-limit.ts';
import type { Multicast, MulticastGroup } from './multicast-options.ts';
import { INTERFACES_EVERY_MS } from './multicast-sender.ts';

export type OnAnnouncement = (address: IpAddress, udpPort: number, bytes: Uint8Array) => void;

/** Listens to multicast groups on several interfaces. */
export class MulticastListener {
  readonly #multicast: Multicast;
  readonly #substrate: Substrate;
  readonly #limit = new AnnouncementLimit();
  readonly #sockets: DatagramSocket[] = [];
  #cancelTimer: (() => void) | undefined;

  private constructor(multicast: Multicast, substrate: Substrate) {
    this.#multicast = multicast;
    this.#substrate = substrate;
  }

  /** @throws (rejects) SctpError if the port cannot be shared, for any of the groups */
  static async open(
    multicast: Multicast,
    substrate: Substrate,
    onAnnouncement: OnAnnouncement,
  ): Promise<MulticastListener> {
    const listener = new MulticastListener(multicast, substrate);
    let failure: unknown;
    for (const groups of together(multicast.groups)) {
      try {
        listener.#sockets.push(await listener.#openSocket(groups, onAnnouncement));
      } catch (error) {
        // A host without IPv6, say: the other groups will do.
        failure = error;
      }
    }
    if (listener.#sockets.length === 0) throw failure;
    listener.#watch();
    return listener;
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#cancelTimer?.();
    await Promise.all(this.#sockets.map((socket) => socket.close()));
  }

  #watch(): void {
    this.#cancelTimer = this.#substrate.setTimer(this.#substrate.now() + INTERFACES_EVERY_MS, () => {
      for (const socket of this.#sockets) socket.renewMulticast?.();
      this.#watch();
    });
  }

  #openSocket(groups: readonly MulticastGroup[], onAnnouncement: OnAnnouncement): Promise<DatagramSocket> {
    const { address, udpPort } = groups[0]!;
    return this.#substrate.openSocket({
      address: isIpv6(address) ? '::' : '0.0.0.0',
      port: udpPort,
      shared: true,
      multicastGroups: groups.map((group) => group.address),
      multicastInterfaces: this.#multicast.interfaces,
      onDatagram: (bytes, from, fromPort) => {
        if (this.#limit.take(from, this.#substrate.now())) onAnnouncement(from, fromPort, bytes.slice());
      },
      // Announcements are hints: without them, configured registrars are used.
      onError: () => undefined,
    });
  }
}

/**
 * The groups that share a socket: each IPv4 group has its own, for a socket can join some twenty times on Linux; those of
 * IPv6 are together, or each socket would hear what the others have joined.
 */
function together(groups: readonly MulticastGroup[]): readonly (readonly MulticastGroup[])[] {
  const byKey = new Map<string, MulticastGroup[]>();
  for (const group of groups) {
    const key = isIpv6(group.address) ? `:: ${group.udpPort}` : `${group.address} ${group.udpPort}`;
    const others = byKey.get(key);
    if (others === undefined) byKey.set(key, [group]);
    else others.push(group);
  }
  return [...byKey.values()];
}
