import { formatIp, type IpAddress } from '../../src/base/address.ts';
import { decodeIpPacket, encodeIpPacket } from '../../src/sctp/trace/ip-packet.ts';
import { Cable } from './cable.ts';
import { decodeUnreachable, encodePortUnreachable } from './icmp.ts';

/** What an Ethernet takes, IP header included. */
const MTU_BYTES = 1500;

/** Milliseconds after which a packet arrives, one for each copy: none if it is lost, several if it is doubled. */
export type Fate = (packet: Uint8Array, network: string) => readonly number[];

/** A UDP port of ours. */
export interface UdpHandlers {
  readonly onDatagram: (bytes: Uint8Array, from: IpAddress, port: number) => void;
  /** ICMP told that nobody has the port there. */
  readonly onUnreachable: (to: IpAddress) => void;
}

export interface UdpPort {
  /** Returns the error `EMSGSIZE` if the datagram is too long for the network. */
  send(bytes: Uint8Array, to: IpAddress, port: number): (Error & { readonly code: string }) | undefined;
  close(): void;
}

/** A NAT that shows one UDP port of an address as another one. */
export interface PortTranslation {
  readonly address: IpAddress;
  readonly inside: number;
  readonly outside: number;
}

/**
 * IPv4 networks in this process: guests on cables, and UDP ports of ours at every address that no guest has. Networks
 * are the first three numbers of an address (`10.99.1`); nothing is routed from one to another.
 */
export class IpNetwork {
  readonly #cables = new Map<IpAddress, Cable>();
  readonly #ports = new Map<string, UdpHandlers>();
  /** Sees every packet that is sent, whatever becomes of it. */
  trace: ((packet: Uint8Array) => void) | undefined;
  /** Decides about every packet. Not set: all arrive at once. */
  fate: Fate | undefined;
  /** Applied to what passes the network. */
  translation: PortTranslation | undefined;

  /** Lays a cable for a guest's network card. */
  async plugIn(address: IpAddress, socketPath: string): Promise<Cable> {
    const cable = await Cable.open(socketPath, (packet) => this.#carry(packet));
    this.#cables.set(address, cable);
    return cable;
  }

  unplug(address: IpAddress): void {
    this.#cables.get(address)?.close();
    this.#cables.delete(address);
  }

  isTaken(address: IpAddress, port: number): boolean {
    return this.#ports.has(`${address}:${port}`);
  }

  openUdp(address: IpAddress, port: number, handlers: UdpHandlers): UdpPort {
    const key = `${address}:${port}`;
    this.#ports.set(key, handlers);
    return {
      send: (payload, to, toUdpPort) => {
        const datagram = { from: address, fromUdpPort: port, to, toUdpPort, payload } as const;
        const packet = encodeIpPacket({ ...datagram, encapsulation: 'udp' });
        if (packet.length > MTU_BYTES) return Object.assign(new Error('send EMSGSIZE'), { code: 'EMSGSIZE' });
        this.#carry(packet);
        return undefined;
      },
      close: () => {
        if (this.#ports.get(key) === handlers) this.#ports.delete(key);
      },
    };
  }

  #carry(packet: Uint8Array): void {
    // IPv6: the guest looks for routers and neighbours, which are not there.
    if (packet.length < 20 || packet[0]! >> 4 !== 4) return;
    this.trace?.(packet);
    const passed = this.translation === undefined ? packet : translated(packet, this.translation);
    const network = `${packet[16]}.${packet[17]}.${packet[18]}`;
    for (const delayMs of this.fate?.(passed, network) ?? [0]) {
      if (delayMs > 0) setTimeout(() => this.#arrive(passed), delayMs);
      else this.#arrive(passed);
    }
  }

  #arrive(packet: Uint8Array): void {
    const to = formatIp(packet.subarray(16, 20));
    const cable = this.#cables.get(to);
    if (cable !== undefined) cable.send(packet);
    else this.#arriveHere(packet);
  }

  #arriveHere(packet: Uint8Array): void {
    const unreachable = decodeUnreachable(packet);
    if (unreachable !== undefined) {
      this.#ports.get(`${unreachable.from}:${unreachable.fromUdpPort}`)?.onUnreachable(unreachable.to);
      return;
    }
    const datagram = decodeIpPacket(packet);
    if (datagram?.encapsulation !== 'udp') return;
    const handlers = this.#ports.get(`${datagram.to}:${datagram.toUdpPort}`);
    if (handlers === undefined) this.#carry(encodePortUnreachable(packet));
    else handlers.onDatagram(datagram.payload, datagram.from, datagram.fromUdpPort);
  }
}

function translated(packet: Uint8Array, { address, inside, outside }: PortTranslation): Uint8Array {
  const datagram = decodeIpPacket(packet);
  if (datagram?.encapsulation !== 'udp') return packet;
  if (datagram.from === address && datagram.fromUdpPort === inside) {
    return encodeIpPacket({ ...datagram, fromUdpPort: outside });
  }
  if (datagram.to === address && datagram.toUdpPort === outside) {
    return encodeIpPacket({ ...datagram, toUdpPort: inside });
  }
  return packet;
}
