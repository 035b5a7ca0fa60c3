import { formatIp, type IpAddress } from '../../src/base/address.ts';
import { decodeIpPacket, encodeIpPacket } from '../../src/sctp/trace/ip-packet.ts';
import { Cable } from './cable.ts';
import { decodeUnreachable, encodePortUnreachable } from './icmp.ts';

/** What an Ethernet takes, IP header included. */
const MTU_BYTES = 1500;

/** Milliseconds after which a packet arrives, one for each copy: none if it is lost, several if it is doubled. */
export type Fate = (packet: Uint8Array, network: string) => readonly number[];

/** The packet that goes on instead of the one that came, which stays as it is. */
export type Change = (packet: Uint8Array) => Uint8Array;

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

/** A UDP port of ours in a multicast group. */
export interface GroupMember {
  readonly group: IpAddress;
  readonly port: number;
  /** One in each network that it listens in. */
  readonly addresses: readonly IpAddress[];
  readonly onDatagram: UdpHandlers['onDatagram'];
}

/**
 * IPv4 networks in this process: guests on cables, and UDP ports of ours at every address that no guest has. Networks
 * are the first three numbers of an address (`10.99.1`); nothing is routed from one to another. What is sent to a
 * multicast group stays in the sender's network and reaches every guest there, and our members of the group.
 */
export class IpNetwork {
  readonly #cables = new Map<IpAddress, Cable>();
  readonly #ports = new Map<string, UdpHandlers>();
  readonly #members = new Set<GroupMember>();
  /** They see every packet that is sent, whatever becomes of it. */
  readonly traces = new Set<(packet: Uint8Array) => void>();
  /** Decides about every packet. Not set: all arrive at once. */
  fate: Fate | undefined;
  /** Changes packets on their way. Not set: they arrive as they were sent. */
  change: Change | undefined;

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

  /** The function returned ends the membership. */
  join(member: GroupMember): () => void {
    this.#members.add(member);
    return () => this.#members.delete(member);
  }

  #carry(packet: Uint8Array): void {
    // IPv6: the guest looks for routers and neighbours, which are not there.
    if (packet.length < 20 || packet[0]! >> 4 !== 4) return;
    for (const trace of this.traces) trace(packet);
    const passed = this.change?.(packet) ?? packet;
    const network = networkOf(formatIp(isMulticast(packet) ? packet.subarray(12, 16) : packet.subarray(16, 20)));
    for (const delayMs of this.fate?.(passed, network) ?? [0]) {
      if (delayMs > 0) setTimeout(() => this.#arrive(passed), delayMs);
      else this.#arrive(passed);
    }
  }

  #arrive(packet: Uint8Array): void {
    if (isMulticast(packet)) {
      this.#arriveAtGroup(packet);
      return;
    }
    const to = formatIp(packet.subarray(16, 20));
    const cable = this.#cables.get(to);
    if (cable !== undefined) cable.send(packet);
    else this.#arriveHere(packet);
  }

  #arriveAtGroup(packet: Uint8Array): void {
    const from = formatIp(packet.subarray(12, 16));
    const isNear = (address: IpAddress): boolean => networkOf(address) === networkOf(from);
    for (const [address, cable] of this.#cables) if (address !== from && isNear(address)) cable.send(packet);
    const datagram = decodeIpPacket(packet);
    // Guests tell with IGMP which groups they want: they get all of them.
    if (datagram?.encapsulation !== 'udp') return;
    for (const { group, port, addresses, onDatagram } of this.#members) {
      if (group !== datagram.to || port !== datagram.toUdpPort || !addresses.some(isNear)) continue;
      onDatagram(datagram.payload, from, datagram.fromUdpPort);
    }
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

function networkOf(address: IpAddress): string {
  return address.slice(0, address.lastIndexOf('.'));
}

/** 224.0.0.0/4. */
function isMulticast(packet: Uint8Array): boolean {
  return packet[16]! >> 4 === 14;
}
