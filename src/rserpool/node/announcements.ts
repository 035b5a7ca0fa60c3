import type { IpAddress } from '../../base/address.ts';
import { type DatagramSocket, SctpError, type Substrate } from '../../sctp/index.ts';

/** Where SERVER_ANNOUNCE messages are sent. RFC 5352 §3.6, §8. */
export interface AnnouncementGroup {
  /** Multicast address; 224.0.1.185 unless given. */
  readonly group?: IpAddress | undefined;
  /** UDP port; 3863 unless given. */
  readonly udpPort?: number | undefined;
}

const GROUP = '224.0.1.185';
const UDP_PORT = 3863;

type OnAnnouncement = (address: IpAddress, udpPort: number, bytes: Uint8Array) => void;

/** The ASAP announcement group: listening to it, or sending to it from every local address. */
export class Announcements {
  readonly #sockets: DatagramSocket[] = [];
  readonly #group: IpAddress;
  readonly #udpPort: number;

  private constructor({ group = GROUP, udpPort = UDP_PORT }: AnnouncementGroup) {
    this.#group = group;
    this.#udpPort = udpPort;
  }

  /** @throws (rejects) SctpError if the port cannot be shared */
  static async listen(
    where: AnnouncementGroup,
    substrate: Substrate,
    onAnnouncement: OnAnnouncement,
  ): Promise<Announcements> {
    const announcements = new Announcements(where);
    const socket = await substrate.openSocket({
      address: '0.0.0.0',
      port: announcements.#udpPort,
      multicastGroup: announcements.#group,
      shared: true,
      onDatagram: (bytes, address, udpPort) => onAnnouncement(address, udpPort, bytes.slice()),
      // Announcements are hints: without them, configured registrars are used.
      onError: () => undefined,
    });
    announcements.#sockets.push(socket);
    return announcements;
  }

  /** One socket for each local address, so that the announcement leaves by its interface. */
  static async send(
    where: AnnouncementGroup,
    substrate: Substrate,
    addresses: readonly IpAddress[],
  ): Promise<Announcements> {
    const announcements = new Announcements(where);
    try {
      for (const address of addresses) {
        if (address.includes(':')) continue;
        announcements.#sockets.push(
          await substrate.openSocket({ address, port: 0, onDatagram: () => undefined, onError: () => undefined }),
        );
      }
    } catch (error) {
      await announcements.close();
      throw error;
    }
    if (announcements.#sockets.length === 0) {
      throw new SctpError(
        'ERR_SCTP_BAD_ADDRESS',
        `announcements to ${announcements.#group} need a local IPv4 address`,
        { addresses },
      );
    }
    return announcements;
  }

  announce(bytes: Uint8Array): void {
    for (const socket of this.#sockets) socket.send(bytes.slice(), this.#group, this.#udpPort);
  }

  async close(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => socket.close()));
  }
}

/** Reads the option that switches announcements on. */
export function announcementGroup(option: boolean | AnnouncementGroup | undefined): AnnouncementGroup | undefined {
  if (option === undefined || option === false) return undefined;
  return option === true ? {} : option;
}
